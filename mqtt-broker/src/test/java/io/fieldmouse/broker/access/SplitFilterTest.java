package io.fieldmouse.broker.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against what matching says of every topic of up to four levels. */
class SplitFilterTest {
    private static final List<String> LEVELS = List.of("a", "b", "");
    private static final List<String> FILTER_LEVELS = List.of("a", "b", "", "+");

    private final List<String> topics = new ArrayList<>();
    private final List<String> filters = new ArrayList<>();

    SplitFilterTest() {
        List<String> heads = List.of("a", "b", "$a");
        for (String head : heads) {
            grow(head, LEVELS, 4, topics);
        }
        List<String> found = new ArrayList<>();
        for (String head : List.of("a", "+", "$a")) {
            grow(head, FILTER_LEVELS, 3, found);
        }
        filters.add("#");
        for (String filter : found) {
            filters.add(filter);
            filters.add(filter + "/#");
        }
    }

    private static void grow(String topic, List<String> levels, int more, List<String> into) {
        into.add(topic);
        if (more > 1) {
            levels.forEach(level -> grow(topic + "/" + level, levels, more - 1, into));
        }
    }

    @Test
    void filtersOverlapWhereATopicMatchesBoth() {
        for (String a : filters) {
            for (String b : filters) {
                boolean found = topics.stream()
                        .anyMatch(topic -> TopicFilter.matches(a, topic) && TopicFilter.matches(b, topic));
                assertEquals(found, SplitFilter.of(a).overlaps(SplitFilter.of(b)), a + " and " + b);
            }
        }
    }

    @Test
    void aFilterCoversAnotherOnlyWhereItMatchesAllOfIt() {
        for (String wide : filters) {
            for (String narrow : filters) {
                boolean all = topics.stream()
                        .filter(topic -> TopicFilter.matches(narrow, topic))
                        .allMatch(topic -> TopicFilter.matches(wide, topic));
                assertTrue(all || !SplitFilter.of(wide).covers(SplitFilter.of(narrow)), wide + " over " + narrow);
            }
            assertTrue(SplitFilter.of(wide).covers(SplitFilter.of(wide)), wide);
        }
    }
}

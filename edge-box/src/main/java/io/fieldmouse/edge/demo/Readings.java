package io.fieldmouse.edge.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What has been heard of each topic, as far as it is new. Bounded; for any thread. */
public final class Readings {

    private static final int TOPICS_MAX = 1_000;
    private static final String AVAILABILITY = "/availability";

    /** Of each device first its availability, then what has a unit: the measured before the counted and switched. */
    private static final Comparator<Row> ORDER = Comparator.comparing(Row::device)
            .thenComparing(row -> !row.topic().endsWith(AVAILABILITY))
            .thenComparing(row -> row.state().unit().isEmpty())
            .thenComparing(Row::topic);

    private final Map<String, Row> rows = new TreeMap<>();
    private long messages;

    /**
     * A topic's line in the table.
     *
     * @param heardNanos when its last message came
     * @param changedNanos when it last said something else than before
     */
    record Row(String topic, TopicState state, long heardNanos, long changedNanos) {
        /** All before the last level. */
        String device() {
            return topic.substring(0, Math.max(0, topic.lastIndexOf('/')));
        }
    }

    /** Notes a message. Commands and their results are no readings and are left out. */
    public synchronized void heard(String topic, byte[] payload, long nowNanos) {
        if (topic.contains("/set") || (!rows.containsKey(topic) && rows.size() >= TOPICS_MAX)) {
            return;
        }
        messages++;
        TopicState state = TopicState.of(payload);
        Row before = rows.get(topic);
        boolean changed = before == null || !before.state().equals(state);
        rows.put(topic, new Row(topic, state, nowNanos, before == null || changed ? nowNanos : before.changedNanos()));
    }

    synchronized long messages() {
        return messages;
    }

    /** In the order in which to show them. */
    synchronized List<Row> rows() {
        List<Row> sorted = new ArrayList<>(rows.values());
        sorted.sort(ORDER);
        return sorted;
    }
}

package io.fieldmouse.broker.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SharedFilterTest {

    @ParameterizedTest
    @CsvSource({
        "$share/g/a, g, a",
        "$share/g/a/+/#, g, a/+/#",
        "$share/g//a, g, /a",
        "$share/g/$SYS/x, g, $SYS/x",
        "$share/$queue/a, $queue, a",
        "$queue/a/b, '', a/b"
    })
    void groupAndFilterAreToldApart(String subscribed, String group, String filter) {
        assertEquals(new SharedFilter(group, filter), SharedFilter.of(subscribed));
        assertEquals(filter, SharedFilter.topicFilterOf(subscribed));
        assertNull(SharedFilter.flaw(subscribed, 200));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$share/",
                "$share/g",
                "$share/g/",
                "$share//a",
                "$share///",
                "$share/+/a",
                "$share/#/a",
                "$share/g+/a",
                "$share/g#/a",
                "$share/g/a#",
                "$share/g/#/a",
                "$queue/",
                "$queue/a+"
            })
    void malformedOnesHaveAFlaw(String subscribed) {
        assertNotNull(SharedFilter.flaw(subscribed, 200));
    }

    @ParameterizedTest
    @ValueSource(strings = {"$shared/g/a", "$share", "$queue", "share/g/a", "a/$share/g", "$SYS/#"})
    void othersAreOrdinaryFilters(String subscribed) {
        assertNull(SharedFilter.of(subscribed));
        assertEquals(subscribed, SharedFilter.topicFilterOf(subscribed));
        assertNull(SharedFilter.flaw(subscribed, 200));
    }

    @Test
    void levelsAreThoseOfTheInnerFilter() {
        assertNull(SharedFilter.flaw("$share/g/a/b", 2));
        assertNotNull(SharedFilter.flaw("$share/g/a/b/c", 2));
    }
}

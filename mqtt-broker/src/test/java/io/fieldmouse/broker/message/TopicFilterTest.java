package io.fieldmouse.broker.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.Proves;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicFilterTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"a", "/", "//", "a/b", "+", "#", "+/+", "a/+/b", "a/#", "/#", "+/#", "$SYS/#", "a b", "+/a/#"})
    void thisIsAFilter(String filter) {
        assertNull(TopicFilter.flaw(filter, 10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a+",
                "+a",
                "a#",
                "#a",
                "a/#/b",
                "#/a",
                "a/b+/c",
                "##",
                "++",
                "a/+#",
                "a\0",
                "1/2/3/4/5/6/7/8/9/10/11"
            })
    @Proves({
        "MQTT-4.7.1-1",
        "MQTT-4.7.1-2",
        "MQTT-4.7.3-1",
        "MQTT-4.7.3-2",
        "MQTT-4.7.1-2 of 3.1.1",
        "MQTT-4.7.1-3 of 3.1.1",
        "MQTT-4.7.3-1 of 3.1.1",
        "MQTT-4.7.3-2 of 3.1.1"
    })
    void thisIsNone(String filter) {
        assertNotNull(TopicFilter.flaw(filter, 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+", "#", "a/+", "a#", "a\0", "1/2/3/4/5/6/7/8/9/10/11"})
    @Proves({
        "MQTT-4.7.0-1",
        "MQTT-4.7.3-1",
        "MQTT-4.7.3-2",
        "MQTT-4.7.1-1 of 3.1.1",
        "MQTT-4.7.3-1 of 3.1.1",
        "MQTT-4.7.3-2 of 3.1.1"
    })
    void thisIsNoTopicName(String topic) {
        assertNotNull(TopicName.flaw(topic, 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "/", "a/", "$SYS/a", "a b/ü", "1/2/3/4/5/6/7/8/9/10"})
    void thisIsATopicName(String topic) {
        assertNull(TopicName.flaw(topic, 10));
    }

    @ParameterizedTest
    @CsvSource({
        "sport/tennis/player1/#, sport/tennis/player1, true",
        "sport/tennis/player1/#, sport/tennis/player1/ranking, true",
        "sport/#, sport, true",
        "sport/tennis/+, sport/tennis/player1, true",
        "sport/tennis/+, sport/tennis/player1/ranking, false",
        "sport/+, sport, false",
        "sport/+, sport/, true",
        "+/+, /finance, true",
        "/+, /finance, true",
        "+, /finance, false",
        "#, $SYS/a, false",
        "+/a, $SYS/a, false",
        "$SYS/#, $SYS/a, true",
        "$SYS/+, $SYS/a, true",
        "a, a/, false",
        "a/, a, false",
        "ab, a, false",
        "a, ab, false",
        "a/#, ab, false",
        "a/b/#, a, false"
    })
    @Proves({
        "MQTT-3.3.2-3",
        "MQTT-4.7.2-1",
        "MQTT-4.7.3-4",
        "MQTT-3.3.2-3 of 3.1.1",
        "MQTT-4.7.2-1 of 3.1.1",
        "MQTT-4.7.3-4 of 3.1.1"
    })
    void matchesAsTheSpecificationSays(String filter, String topic, boolean expected) {
        assertEquals(expected, TopicFilter.matches(filter, topic));
    }

    @Test
    void agreesWithAnotherReadingOfTheRules() {
        Random random = new Random(1);
        for (int i = 0; i < 200_000; i++) {
            String filter = RandomTopics.filter(random);
            String topic = RandomTopics.topic(random);
            assertEquals(
                    RandomTopics.matches(filter, topic),
                    TopicFilter.matches(filter, topic),
                    () -> filter + " " + topic);
        }
    }

    @Test
    void everyMatchBeginsWithTheLiteralPrefix() {
        Random random = new Random(2);
        int matches = 0;
        for (int i = 0; i < 200_000; i++) {
            String filter = RandomTopics.filter(random);
            String topic = RandomTopics.topic(random);
            if (TopicFilter.matches(filter, topic)) {
                matches++;
                assertTrue(topic.startsWith(TopicFilter.literalPrefix(filter)), () -> filter + " " + topic);
            }
        }
        assertTrue(matches > 1000);
    }
}

package io.fieldmouse.broker;

import io.fieldmouse.broker.wire.RawClient;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics are matched by their bytes: nothing in them is mended, stripped or taken for something else. */
@OneLaneAndFour
class TopicTextTest extends BrokerTestBase {
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-1.5.4-3", "MQTT-1.5.3-3 of 3.1.1"})
    void byteOrderMarkIsACharacterLikeAnyOther(int level) {
        RawClient marked = client(level, BYTE_ORDER_MARK + "a");
        RawClient plain = client(level, "a"); // another client
        marked.subscribe(BYTE_ORDER_MARK + "t/" + BYTE_ORDER_MARK, 1);
        plain.subscribe("t/", 1);
        RawClient publisher = client(level, "p");
        publisher.publish(BYTE_ORDER_MARK + "t/" + BYTE_ORDER_MARK, BYTE_ORDER_MARK + "x", 1);
        marked.expectPublish(BYTE_ORDER_MARK + "t/" + BYTE_ORDER_MARK, BYTE_ORDER_MARK + "x", 1);
        publisher.publish("t/", "y", 1);
        plain.expectPublish("t/", "y", 1);
        expectNothingOnItsWayTo(plain);
        expectNothingOnItsWayTo(marked);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Proves({"MQTT-4.7.3-4", "MQTT-4.7.3-4 of 3.1.1", "MQTT-3.10.4-1", "MQTT-3.10.4-1 of 3.1.1"})
    void whatLooksAlikeIsNotTheSame(int level) {
        String[] topics = {
            "\u00E9", "e\u0301", "E\u0301", "\u212B", "\u00C5", "a b", "a  b", "a\u00A0b", "a//b", "a/b/", "/a/b"
        };
        RawClient client = client(level, "a");
        RawClient publisher = client(level, "p");
        for (String topic : topics) {
            client.subscribe(topic, 0);
            for (String other : topics) {
                if (!other.equals(topic)) {
                    client.unsubscribe(other);
                }
            }
            for (String other : topics) {
                publisher.publish(other, "x", 0);
            }
            client.expectPublish(topic, "x");
            expectNothingOnItsWayTo(client);
            client.unsubscribe(topic);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-4.7.3-3", "MQTT-4.7.3-3 of 3.1.1"})
    void longestTopicIsDelivered(int level) {
        String longest = "\u00E9".repeat(32_767) + "t"; // 65,535 bytes
        RawClient client = client(level, "a");
        client.subscribe(longest, 1);
        client(level, "p").publish(longest, "x", 1);
        client.acknowledge(client.expectPublish(longest, "x", 1));
        client.subscribe("+", 1);
        client(level, "q").publish(longest, "y", 1);
        client.acknowledge(client.expectPublish(longest, "y", 1));
        client.unsubscribe(longest);
    }
}

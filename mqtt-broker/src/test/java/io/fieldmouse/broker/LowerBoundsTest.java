package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounds that were lowered while the broker was off: what it kept stays, and nothing new is taken until there is room. */
@OneLaneAndFour
class LowerBoundsTest extends BrokerTestBase {
    private static final String LARGE = "x".repeat(400_000);

    private int packetId;

    private int publish(RawClient publisher, String topic, String payload) {
        packetId++;
        return publisher.publish(Publish.of(topic, payload).qos(1, packetId));
    }

    private int retain(RawClient publisher, String topic, String payload) {
        packetId++;
        return publisher.publish(Publish.of(topic, payload).retain().qos(1, packetId));
    }

    @ParameterizedTest
    @CsvSource({"queue_messages_max, 2", "queue_bytes_max, 1300000", "buffer_bytes_max, 1300000"})
    void queuedMessagesOfASession(String setting, String lower) {
        subscribedAndAway("away", "t", 1);
        RawClient before = client(5, "p");
        for (int i = 0; i < 5; i++) {
            assertEquals(0, publish(before, "t", i + LARGE));
        }
        restartWith(setting, lower);
        RawClient publisher = client(5, "p");
        assertEquals(0x97, publish(publisher, "t", "new"));
        RawClient away = durable(4, "away");
        for (int i = 0; i < 3; i++) {
            away.acknowledge(away.expectPublish("t", i + LARGE, 1));
        }
        away.expectPublish("t", 3 + LARGE, 1);
        away.expectPublish("t", 4 + LARGE, 1);
        away.reset();
        if (setting.equals("queue_messages_max")) {
            assertEquals(0x97, publish(publisher, "t", "new"), "two are there, and two is the bound");
        }
        assertEquals(setting.equals("queue_messages_max") ? 2 : 1, broker.count(Counter.REFUSED_QUEUE_FULL));
        RawClient again = durable(4, "away");
        again.acknowledge(again.expectPublish("t", 3 + LARGE, 1));
        again.acknowledge(again.expectPublish("t", 4 + LARGE, 1));
        again.expectSilence();
        assertEquals(0, publish(publisher, "t", "new"));
        again.expectPublish("t", "new", 1);
    }

    @ParameterizedTest
    @CsvSource({"retained_messages_max, 2", "retained_bytes_max, 1200000"})
    void retainedMessages(String setting, String lower) {
        RawClient before = client(5, "p");
        for (int i = 0; i < 4; i++) {
            assertEquals(0x10, retain(before, "r/" + i, LARGE));
        }
        restartWith(setting, lower);
        assertEquals(4, broker.broker().retainedCount());
        RawClient publisher = client(5, "p");
        assertEquals(0x97, retain(publisher, "new", LARGE));
        assertEquals(0x10, retain(publisher, "r/0", "smaller"));
        assertEquals(0x10, retain(publisher, "r/1", ""));
        assertEquals(0x97, retain(publisher, "new", LARGE), "as many are there as the bound allows, or more");
        assertEquals(0x10, retain(publisher, "r/2", ""));
        assertEquals(0x10, retain(publisher, "r/3", ""));
        assertEquals(0x10, retain(publisher, "new", LARGE));
        assertEquals(2, broker.count(Counter.REFUSED_RETAINED_FULL));
    }

    @Test
    void sessionsAndTheirSubscriptions() {
        for (String id : new String[] {"a", "b", "c"}) {
            RawClient client = durable(5, id);
            IntStream.range(0, 3).forEach(i -> assertEquals(1, client.subscribe("t/" + i, 1)));
            client.disconnect();
        }
        restartWith("sessions_max", "2", "subscriptions_max", "2");
        RawClient first = durable(5, "a");
        assertEquals(0x97, first.subscribe("t/3", 1));
        assertEquals(2, first.subscribe("t/0", 2));
        first.unsubscribe("t/1");
        assertEquals(0x97, first.subscribe("t/3", 1), "two are there, and two is the bound");
        first.unsubscribe("t/2");
        assertEquals(1, first.subscribe("t/3", 1));
        assertEquals(
                0x97, broker.open(5).connect(Connect.as(5, "new").durable()).reason());
        durable(5, "c").disconnect();
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import org.junit.jupiter.api.Test;

/** What is refused at a limit is counted by the limit, and answered as each version can hear it. */
@OneLaneAndFour
class LimitCountsTest extends BrokerTestBase {
    private void refusedBy5(int reason, Publish... publishes) {
        RawClient client = client(5, "five");
        for (Publish publish : publishes) {
            client.send(publish);
        }
        Packet answer = client.receive();
        while (answer.type() == PacketType.PUBREC) {
            answer = client.receive();
        }
        assertEquals(PacketType.DISCONNECT, answer.type());
        assertEquals(reason, answer.reason());
        client.expectClosed();
    }

    private void closed(Publish publish) {
        RawClient client = client(4, "four");
        client.send(publish);
        client.expectClosed();
    }

    @Test
    void packetsTooLarge() {
        restartWith("packet_bytes_max", "200");
        refusedBy5(0x95, Publish.of("t", "x".repeat(300)));
        closed(Publish.of("t", "x".repeat(300)));
        assertEquals(2, broker.count(Counter.REFUSED_PACKET_TOO_LARGE));
    }

    @Test
    void topicsTooDeep() {
        restartWith("topic_levels_max", "3");
        refusedBy5(0x90, Publish.of("a/b/c/d", "x"));
        closed(Publish.of("a/b/c/d", "x"));
        assertEquals(0x8F, client(5, "s").subscribe("a/b/c/#", 0));
        assertEquals(3, broker.count(Counter.REFUSED_TOPIC_LEVELS));
    }

    @Test
    void sessionsBeyondTheirNumber() {
        restartWith("sessions_max", "1");
        client(5, "first");
        assertEquals(0x97, open(5).connect(Connect.as(5, "second")).reason());
        assertEquals(3, open(4).connect(Connect.as(4, "third")).reason());
        assertEquals(2, broker.count(Counter.REFUSED_SESSIONS_FULL));
    }

    @Test
    void subscriptionsBeyondTheirNumber() {
        restartWith("subscriptions_max", "1");
        for (int level : new int[] {4, 5}) {
            RawClient client = client(level, "c" + level);
            assertEquals(0, client.subscribe("a", 0));
            assertEquals(level == 5 ? 0x97 : 0x80, client.subscribe("b", 0));
        }
        assertEquals(2, broker.count(Counter.REFUSED_SUBSCRIPTION));
    }

    @Test
    void retainedMessagesBeyondTheirNumberAndBytes() {
        restartWith("retained_messages_max", "2", "retained_bytes_max", "2000");
        RawClient client = client(5, "five");
        assertEquals(
                0x97, client.publish(Publish.of("a", "x".repeat(2_000)).retain().qos(1, 1)));
        assertEquals(0x10, client.publish(Publish.of("a", "x").retain().qos(1, 2)));
        assertEquals(0x10, client.publish(Publish.of("b", "x").retain().qos(1, 3)));
        assertEquals(0x97, client.publish(Publish.of("c", "x").retain().qos(2, 4)));
        closed(Publish.of("c", "x").retain().qos(1, 5));
        assertEquals(3, broker.count(Counter.REFUSED_RETAINED_FULL));
    }

    @Test
    void messagesBeyondReceiveMaximum() {
        restartWith("receive_maximum", "2");
        refusedBy5(
                0x93,
                Publish.of("t", "1").qos(2, 1),
                Publish.of("t", "2").qos(2, 2),
                Publish.of("t", "3").qos(2, 3));
        assertEquals(1, broker.count(Counter.REFUSED_RECEIVE_MAXIMUM));
    }
}

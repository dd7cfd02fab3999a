package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A full queue that drops what has waited longest, as the configuration may ask. */
@OneLaneAndFour
class DropOldestTest extends BrokerTestBase {
    private static final String[] FIVE = {"queue_when_full", "drop_oldest", "queue_messages_max", "5"};

    @Override
    String[] settings() {
        return FIVE;
    }

    private void publish(RawClient publisher, int first, int last) {
        for (int i = first; i <= last; i++) {
            assertEquals(0, publisher.publish("t", "m" + i, 1));
        }
    }

    private void expect(RawClient subscriber, int first, int last) {
        for (int i = first; i <= last; i++) {
            subscriber.puback(subscriber.expectPublish("t", "m" + i).packetId());
        }
        subscriber.expectSilence();
    }

    @Test
    void newestStayAndNobodyIsRefused() {
        subscribedAndAway("away", "t", 1);
        publish(client(5, "p"), 1, 12);
        await("all arrived", () -> broker.count(Counter.DROPPED_OLDEST) == 7);
        expect(durable(4, "away"), 8, 12);
        assertEquals(0, broker.count(Counter.REFUSED_QUEUE_FULL));
    }

    @Test
    void whatWasDroppedIsGoneFromTheStoreToo() {
        subscribedAndAway("away", "t", 1);
        RawClient publisher = client(4, "p");
        publish(publisher, 1, 12);
        publisher.publish(Publish.of("t", "m13").retain().qos(2, 77));
        await("all arrived", () -> broker.count(Counter.DROPPED_OLDEST) == 8);
        broker.restart();
        expect(durable(4, "away"), 9, 13);
    }

    @Test
    void whatWasSentIsNeverDropped() {
        RawClient subscriber = durable(4, "s");
        subscriber.subscribe("t", 1);
        RawClient publisher = client(5, "p");
        List<Packet> sent = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            publisher.send(Publish.of("t", "m" + i).qos(1, i));
            sent.add(subscriber.expectPublish("t", "m" + i));
        }
        // The window alone is as large as the queue may be: what is new has no place, and what was sent keeps its.
        publisher.send(Publish.of("t", "m6").qos(1, 6));
        await("it was dropped", () -> broker.count(Counter.DROPPED_OLDEST) == 1);
        subscriber.expectSilence();
        sent.forEach(packet -> subscriber.puback(packet.packetId()));
        subscriber.expectSilence(); // it has been heard
        publisher.expect(PacketType.PUBACK, 1, 0);
        publisher.send(Publish.of("t", "m7").qos(1, 7));
        subscriber.puback(subscriber.expectPublish("t", "m7").packetId());
    }

    @Test
    void messageLargerThanTheQueueIsRefused() {
        restartWith("queue_when_full", "drop_oldest", "queue_bytes_max", "2000");
        subscribedAndAway("away", "t", 1);
        RawClient publisher = client(5, "p");
        assertEquals(0, publisher.publish("t", "small", 1));
        assertEquals(0x97, publisher.publish("t", "x".repeat(2_000), 1));
        assertEquals(0, publisher.publish("t", "y".repeat(1_500), 1));
        await("it had to give way", () -> broker.count(Counter.DROPPED_OLDEST) == 1);
        durable(4, "away").expectPublish("t", "y".repeat(1_500));
    }

    @Test
    void memberOfGroupDropsOnlyWhenNobodyHasRoomAndWhatItDropsIsLost() {
        RawClient full = durable(4, "full");
        full.subscribe("$share/g/t", 1);
        subscribedAndAway("away", "$share/g/t", 1);
        publish(client(5, "p"), 1, 13);
        await("ten found room", () -> broker.count(Counter.DROPPED_OLDEST) == 3);
        for (int i = 1; i <= 5; i++) {
            full.expectPublish("t", "m" + i);
        }
        full.expectSilence();
        RawClient back = durable(4, "away");
        for (int i = 0; i < 5; i++) {
            Packet packet = back.receive();
            assertTrue(Integer.parseInt(packet.payloadText().substring(1)) > 5, packet::toString);
            back.puback(packet.packetId());
        }
        back.expectSilence();
        full.expectSilence();
    }

    @Test
    void queueWithLowerBoundAfterRestartTakesTheNewest() {
        restartWith("queue_when_full", "drop_oldest", "queue_messages_max", "20");
        subscribedAndAway("away", "t", 1);
        publish(client(5, "p"), 1, 20);
        restartWith(FIVE);
        publish(client(5, "p"), 21, 30);
        // Beyond the bound of now, what the store kept is there until it would be its turn to be dropped.
        await("all arrived", () -> broker.count(Counter.DROPPED_OLDEST) == 25);
        expect(durable(4, "away"), 26, 30);
    }
}

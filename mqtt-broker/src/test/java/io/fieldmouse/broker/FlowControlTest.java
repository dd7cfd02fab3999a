package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slow readers, full queues, full buffers: who waits, who is refused, what is dropped and counted. */
@OneLaneAndFour
class FlowControlTest extends BrokerTestBase {

    /** A client that is subscribed to what all tests here publish. */
    private RawClient subscriber(int level, String clientId) {
        RawClient subscriber = client(level, clientId);
        assertEquals(1, subscriber.subscribe("t", 1));
        return subscriber;
    }

    private static void send(RawClient publisher, int firstId, int lastId) {
        for (int id = firstId; id <= lastId; id++) {
            publisher.send(Publish.of("t", "x").qos(1, id));
        }
    }

    private static void expectAcknowledged(RawClient publisher, int firstId, int lastId) {
        for (int id = firstId; id <= lastId; id++) {
            publisher.expect(PacketType.PUBACK, id, 0);
        }
    }

    /** Publishes 0, 1, 2 and so on as fast as the broker takes them, with packet ids from 1. */
    private static Thread sendNumbers(RawClient publisher, int count) {
        Thread sending = new Thread(() -> {
            for (int i = 0; i < count; i++) {
                publisher.send(Publish.of("t", Integer.toString(i)).qos(1, i + 1));
            }
        });
        sending.start();
        return sending;
    }

    /** Receives all of them and acknowledges each, some of them late. */
    private static void receiveNumbers(RawClient subscriber, int count, IntPredicate isLate, Duration delay) {
        for (int i = 0; i < count; i++) {
            Packet packet = subscriber.expectPublish("t", Integer.toString(i), 1);
            if (isLate.test(i)) {
                LockSupport.parkNanos(delay.toNanos());
            }
            subscriber.puback(packet.packetId());
        }
    }

    @Test
    @Proves("MQTT-4.8.0-2 of 3.1.1")
    void fullQueueRefusesBeforeItAcknowledgesAndLosesNothing() {
        restartWith("queue_messages_max", "5");
        subscribedAndAway("away", "t", 2);
        RawClient publisher = client(5, "p");
        for (int i = 0; i < 5; i++) {
            assertEquals(0, publisher.publish("t", "m" + i, 1));
        }
        assertEquals(0x97, publisher.publish("t", "too much", 1));
        assertEquals(0x97, publisher.publish("t", "too much", 2));
        assertEquals(0x10, publisher.publish("other", "x", 1));
        RawClient old = client(4, "old");
        old.send(Publish.of("t", "too much").qos(1, 1));
        old.expectClosed();
        assertEquals(3, broker.count(Counter.REFUSED_QUEUE_FULL));
        broker.restart();
        RawClient again = durable(4, "away");
        for (int i = 0; i < 5; i++) {
            again.acknowledge(again.expectPublish("t", "m" + i, 1));
        }
        again.expectSilence();
        assertEquals(0, client(5, "p").publish("t", "room again", 1));
        again.expectPublish("t", "room again", 1);
    }

    @Test
    void aRefusedPublishLeavesTheRetainedMessageAsItWas() {
        restartWith("queue_messages_max", "1");
        subscribedAndAway("away", "t", 1);
        RawClient publisher = client(5, "p");
        assertEquals(0, publisher.publish(Publish.of("t", "taken").retain().qos(1, 1)));
        assertEquals(0x97, publisher.publish(Publish.of("t", "refused").retain().qos(1, 2)));
        RawClient looker = client(4, "looker");
        looker.subscribe("t", 0);
        looker.expectPublish("t", "taken");
    }

    @Test
    void queueIsBoundedByBytesToo() {
        restartWith("queue_bytes_max", "10000");
        subscribedAndAway("away", "t", 1);
        RawClient publisher = client(5, "p");
        assertEquals(0, publisher.publish("t", "x".repeat(6000), 1));
        assertEquals(0x97, publisher.publish("t", "x".repeat(6000), 1));
        assertEquals(0, publisher.publish("t", "x".repeat(1000), 1));
    }

    @Test
    @Proves("MQTT-4.3.3-9")
    void refusedQos2MessageMayBeTriedAgainUnderTheSameId() {
        restartWith("queue_messages_max", "1");
        subscribedAndAway("away", "t", 2);
        RawClient publisher = durable(5, "p");
        assertEquals(0, publisher.publish(Publish.of("t", "first").qos(1, 1)));
        assertEquals(0x97, publisher.publish(Publish.of("t", "second").qos(2, 2)));
        RawClient again = durable(4, "away");
        again.acknowledge(again.expectPublish("t", "first", 1));
        again.expectSilence();
        assertEquals(0, publisher.publish(Publish.of("t", "second").qos(2, 2)));
        again.expectPublish("t", "second", 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void slowSubscriberHoldsThePublisherBackAndLosesNothing(int level) throws InterruptedException {
        int count = 20_000;
        RawClient subscriber = subscriber(level, "slow");
        RawClient publisher = client(4, "fast");
        Thread sending = sendNumbers(publisher, count);
        // Slower than the publisher by far, but alive.
        receiveNumbers(subscriber, count, i -> i < 2_000 && i % 100 == 0, Duration.ofMillis(40));
        expectAcknowledged(publisher, 1, count);
        sending.join();
        assertEquals(0, broker.count(Counter.REFUSED_QUEUE_FULL));
    }

    @Test
    void subscriberThatAcknowledgesFewButSteadilyIsNotTakenForDead() throws InterruptedException {
        restartWith("queue_messages_max", "40", "inflight_max", "1");
        int count = 120;
        RawClient subscriber = subscriber(4, "slow");
        Thread sending = sendNumbers(client(4, "fast"), count);
        receiveNumbers(subscriber, count, i -> i < 25, Duration.ofMillis(150));
        sending.join();
        assertEquals(0, broker.count(Counter.REFUSED_QUEUE_FULL));
    }

    @Test
    void stuckSubscriberDoesNotHoldOthersForLong() {
        restartWith("queue_messages_max", "150");
        subscriber(4, "stuck");
        RawClient publisher = client(5, "p");
        send(publisher, 1, 100);
        expectAcknowledged(publisher, 1, 100);
        RawClient other = client(5, "other");
        other.subscribe("u", 1);
        assertEquals(0, publisher.publish(Publish.of("u", "y").qos(1, 101)));
        other.acknowledge(other.expectPublish("u", "y", 1));
        send(publisher, 200, 299);
        int refused = 0;
        for (int i = 0; i < 100; i++) {
            refused += publisher.expect(PacketType.PUBACK).reason() == 0x97 ? 1 : 0;
        }
        assertEquals(50, refused);
        assertEquals(50, broker.count(Counter.REFUSED_QUEUE_FULL));
        assertEquals(0, publisher.publish(Publish.of("u", "z").qos(1, 400)));
        other.expectPublish("u", "z", 1);
    }

    @Test
    void qos0ToAClientThatDoesNotReadIsDroppedCountedAndOthersReceiveAll() {
        restartWith("durability", "none");
        RawClient deaf = broker.openDeaf(4).connected(Connect.as(4, "deaf"));
        deaf.subscribe("t", 0);
        RawClient reader = client(5, "reader");
        reader.subscribe("t", 0);
        RawClient publisher = client(4, "p");
        byte[] payload = new byte[20_000];
        int sent = 0;
        while (broker.count(Counter.DROPPED_SLOW_READER) == 0) {
            publisher.send(Publish.of("t", payload));
            assertEquals(payload.length, reader.expect(PacketType.PUBLISH).payload().length);
            sent++;
            assertTrue(sent < 20_000, "nothing was dropped, so it is held somewhere");
        }
        for (int i = 0; i < 50; i++) {
            publisher.send(Publish.of("t", payload));
            reader.expect(PacketType.PUBLISH);
        }
        assertTrue(broker.count(Counter.DROPPED_SLOW_READER) > 40);
    }

    @Test
    void clientThatNeverReadsIsClosedAtItsBound() {
        restartWith("outbound_bytes_max", "65536", "durability", "none");
        RawClient deaf = broker.openDeaf(4).connected(Connect.as(4, "deaf"));
        deaf.subscribe("t", 1);
        RawClient publisher = client(5, "p");
        int id = 0;
        while (broker.count(Counter.DROPPED_SLOW_READER) == 0) {
            publisher.publish(Publish.of("t", new byte[500_000]).qos(1, ++id));
            assertTrue(id < 90, "nothing was closed, so it is held somewhere");
        }
        assertEquals(0x10, publisher.publish(Publish.of("t", "x").qos(1, ++id)));
    }

    @Test
    void buffersOfAllClientsTogetherAreBounded() {
        restartWith("buffer_bytes_max", "1048576", "queue_bytes_max", "100000000");
        for (int i = 0; i < 4; i++) {
            subscribedAndAway("away" + i, "t" + i, 1);
        }
        RawClient publisher = client(5, "p");
        String payload = "x".repeat(100_000);
        int taken = 0;
        int refused = 0;
        for (int i = 0; i < 20; i++) {
            int reason = publisher.publish("t" + i % 4, payload, 1);
            if (reason == 0) {
                taken++;
            } else {
                assertEquals(0x97, reason);
                refused++;
            }
        }
        // What is being received takes of the same bound.
        assertTrue(taken >= 8 && taken <= 10, "taken " + taken);
        assertEquals(20, taken + refused);
        RawClient back = durable(4, "away0");
        for (int i = 0; i < 2; i++) {
            back.acknowledge(back.expectPublish("t0", payload, 1));
        }
        await("there is room again", () -> publisher.publish("t0", payload, 1) == 0);
    }

    @Test
    void refusedForTheBuffersOfAllItLeavesNoRetainedMessage() {
        restartWith("buffer_bytes_max", "1048576", "queue_bytes_max", "100000000");
        subscribedAndAway("away", "t/#", 1);
        RawClient publisher = client(5, "p");
        String payload = "x".repeat(100_000);
        int id = 0;
        do {
            publisher.send(Publish.of("t/" + ++id, payload).qos(1, id).retain());
        } while (publisher.expect(PacketType.PUBACK).reason() == 0);
        RawClient newcomer = client(5, "n");
        newcomer.subscribe("t/" + id, 0);
        newcomer.expectSilence();
    }

    @Test
    void publisherThatIsHeldBackIsNotTimedOut() {
        restartWith("queue_messages_max", "20", "inflight_max", "1");
        RawClient slow = subscriber(4, "slow");
        RawClient publisher = open(4).connected(Connect.as(4, "p").keepAlive(1));
        send(publisher, 1, 11);
        expectAcknowledged(publisher, 1, 9);
        for (int i = 1; i <= 11; i++) {
            Packet packet = slow.expectPublish("t", "x", 1);
            if (i < 4) {
                LockSupport.parkNanos(Duration.ofMillis(700).toNanos());
                publisher.ping();
            }
            slow.acknowledge(packet);
        }
        int pings = 0;
        int acknowledged = 0;
        while (pings < 3 || acknowledged < 2) {
            PacketType type = publisher.receive().type();
            pings += type == PacketType.PINGRESP ? 1 : 0;
            acknowledged += type == PacketType.PUBACK ? 1 : 0;
        }
        publisher.expectSilence();
    }

    @Test
    void smallMessagesWeighWhatTheyCost() {
        restartWith("buffer_bytes_max", "1048576");
        for (int i = 0; i < 4; i++) {
            subscribedAndAway("away" + i, "t" + i, 1);
        }
        RawClient publisher = client(5, "p");
        int taken = 0;
        while (publisher.publish("t" + taken % 4, "x", 1) == 0) {
            taken++;
        }
        // Each takes 386 bytes of memory, measured: its objects, and what the store remembers of it.
        assertTrue(taken * 386 <= 1_048_576, "taken: " + taken);
        assertTrue(taken > 2_000, "taken: " + taken);
    }
}

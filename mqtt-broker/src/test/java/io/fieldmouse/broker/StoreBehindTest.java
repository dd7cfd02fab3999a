package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A disk that does not keep up: publishers are read no further from half the bound on, what needs the store is refused
 * beyond it, and both end when the disk has caught up.
 */
@OneLaneAndFour
class StoreBehindTest extends BrokerTestBase {
    /** Two of them exceed half of what may wait for the disk, four of them all of it. */
    private static final String LARGE = "x".repeat(30_000);

    private final StandingDisk disk = new StandingDisk("behind");
    private int published;

    @Override
    @BeforeEach
    void startBroker() {
        broker = TestBroker.start(TestBroker.config(directory, lanes, "store_backlog_bytes_max", "100000")
                .withStoreDisk(disk::files));
        subscribedAndAway("away", "stored", 1);
        disk.standStill();
    }

    @Override
    @AfterEach
    void stopBroker() {
        disk.goOn();
        broker.close();
        disk.close();
    }

    private static Publish large(int packetId) {
        return Publish.of("stored", LARGE).qos(1, packetId);
    }

    private void store(RawClient client, int packetId) {
        client.send(large(packetId));
        published++;
    }

    /** Opens a client that stores one large message. */
    private RawClient storing(int level, String clientId) {
        RawClient client = client(level, clientId);
        store(client, 1);
        await("it is taken, if only to be refused", () -> broker.count(Counter.PUBLISH_RECEIVED) == published);
        return client;
    }

    @Test
    void publishersAreHeldBackThenRefusedAndServedAgainWhenTheDiskHasCaughtUp() {
        RawClient first = client(4, "first");
        RawClient neighbour = client(4, neighbourOf("first"));
        store(first, 1);
        first.expectSilence();
        store(first, 2);
        assertTrue(isTaken(published, neighbour));
        first.send(large(3));
        assertFalse(isTaken(published + 1, neighbour), "it is read from, although the store is behind");
        RawClient second = storing(5, "second");
        RawClient third = storing(5, "third");
        RawClient refused = storing(5, "refused");
        refused.expect(PacketType.PUBACK, 1, 0x97);
        storing(4, "refused without a word").expectClosed();
        assertEquals(2, broker.count(Counter.REFUSED_BUFFERS_FULL));
        neighbour.subscribe("live", 0);
        client(4, "live").publish("live", "needs no disk", 0);
        neighbour.expectPublish("live", "needs no disk");

        disk.goOn();
        first.expect(PacketType.PUBACK, 1, 0);
        first.expect(PacketType.PUBACK, 2, 0);
        first.expect(PacketType.PUBACK, 3, 0);
        second.expect(PacketType.PUBACK, 1, 0);
        third.expect(PacketType.PUBACK, 1, 0);
        assertEquals(0, refused.publish(Publish.of("stored", "taken now").qos(1, 2)));
        RawClient away = durable(4, "away");
        for (int i = 0; i < 5; i++) {
            away.acknowledge(away.expectPublish("stored", LARGE, 1));
        }
        away.acknowledge(away.expectPublish("stored", "taken now", 1));
        away.expectSilence();
    }

    @Test
    void whoOwesAnAcknowledgementIsReadFromAlthoughTheDiskIsBehind() {
        RawClient debtor = client(4, "debtor");
        RawClient neighbour = client(4, neighbourOf("debtor"));
        debtor.subscribe("work", 1);
        store(debtor, 1);
        store(debtor, 2);
        debtor.send(Publish.of("report", "done"));
        assertFalse(isTaken(published + 1, neighbour), "it is read from, although the store is behind");
        assertEquals(0, client(5, "worker").publish("work", "to do", 1));
        Packet work = debtor.expectPublish("work", "to do", 1);
        assertTrue(isTaken(published + 2, neighbour), "what it owes cannot be read either");
        debtor.acknowledge(work);
        disk.goOn();
        debtor.expect(PacketType.PUBACK, 1, 0);
        debtor.expect(PacketType.PUBACK, 2, 0);
        debtor.expectSilence();
    }

    @Test
    void whoAsksOnAndOnWhileTheDiskStandsWaitsUnlessItMustBeRead() {
        disk.goOn();
        RawClient patient = durable(5, "patient");
        RawClient asking = durable(5, "asking");
        asking.subscribe("work", 1);
        disk.standStill();
        client(5, "worker").send(Publish.of("work", "to do").qos(1, 1));
        asking.expectPublish("work", "to do", 1); // and owes an acknowledgement, which has to be read
        for (int id = 1; id <= 1_300; id++) { // the two windows of 100 messages, and 1,000 requests
            patient.sendSubscribe(id, "a", 1, new byte[0]);
            asking.sendSubscribe(id, "a", 1, new byte[0]);
        }
        asking.expectDisconnect(0x97);
        assertEquals(1, broker.count(Counter.REFUSED_BUFFERS_FULL));
        disk.goOn();
        for (int id = 1; id <= 1_300; id++) {
            assertEquals(id, patient.expect(PacketType.SUBACK).packetId());
        }
    }

    @Test
    void connectThatMustBeStoredIsRefusedWhileTheDiskIsBehind() {
        RawClient first = storing(4, "first");
        for (String clientId : new String[] {"second", "third", "fourth"}) {
            storing(5, clientId);
        }
        assertEquals(
                0x97,
                broker.open(5)
                        .connect(Connect.as(5, "mortal").will("gone", "x", 0, false))
                        .reason());
        assertEquals(
                3, broker.open(4).connect(Connect.as(4, "lasting").durable()).reason());
        assertEquals(2, broker.count(Counter.REFUSED_BUFFERS_FULL));
        client(4, "live").ping();

        disk.goOn();
        first.expect(PacketType.PUBACK, 1, 0);
        await(
                "the disk has caught up",
                () -> broker.open(4).connect(Connect.as(4, "lasting").durable()).reason() == 0);
    }
}

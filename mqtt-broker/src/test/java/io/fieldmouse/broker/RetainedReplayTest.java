package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The retained messages a subscription asked for and that were not sent yet, because the client does not acknowledge:
 * they are bounded, take no room from others, and are owed until they are acknowledged.
 */
@OneLaneAndFour
class RetainedReplayTest extends BrokerTestBase {
    private static final byte[] NO_PROPERTY = {};

    /** Two client ids of one hash: what one of them received has reached the other's session, on the same lane. */
    private static final String CLIENT = "Aa";

    private static final String WATCHER = "BB";

    /** Retains this payload at so many topics: r/0, r/1 and so on. */
    private void retain(int topics, String payload) {
        RawClient publisher = client(5, "retaining");
        for (int i = 0; i < topics; i++) {
            publisher.publish(Publish.of("r/" + i, payload).retain().qos(1, i + 1));
        }
        publisher.disconnect();
    }

    /** A client whose session stays, and which receives so many messages before it acknowledges one. */
    private RawClient taking(String clientId, int receiveMaximum) {
        return open(5).connected(Connect.as(5, clientId).durable().with(Property.receiveMaximum(receiveMaximum)));
    }

    /** Subscribes, acknowledges nothing of what comes, and goes. */
    private void subscribeAndGo(String clientId, int receiveMaximum, int topics) {
        RawClient owed = taking(clientId, receiveMaximum);
        owed.sendSubscribe(1, "r/#", 1, NO_PROPERTY);
        for (int i = 0; i < 1 + Math.min(receiveMaximum, topics); i++) {
            owed.receive(); // SUBACK, and what Receive Maximum allows, in any order
        }
        owed.disconnect();
    }

    @Test
    void subscribingAgainReplacesWhatWasNotSentYet() {
        restartWith("inflight_max", "1");
        retain(10, "x");
        RawClient stuck = client(4, "stuck");
        stuck.subscribe("r/#", 1);
        Packet first = stuck.expect(PacketType.PUBLISH);
        for (int i = 0; i < 300; i++) {
            assertEquals(1, stuck.subscribe("r/#", 1));
        }
        stuck.acknowledge(first);
        for (int i = 0; i < 10; i++) {
            stuck.acknowledge(stuck.expect(PacketType.PUBLISH));
        }
        stuck.expectSilence();
    }

    @Test
    void oneFilterManyTimesInOnePacketAsksOnce() {
        retain(1, "x".repeat(100_000));
        RawClient client = durable(5, CLIENT);
        byte[] filters = {};
        for (int i = 0; i < 2_000; i++) {
            filters = Wire.join(filters, Wire.text("r/#"), Wire.u8(1));
        }
        client.send(Wire.packet(Wire.SUBSCRIBE, Wire.u16(1), Wire.properties(), filters));
        assertEquals(2_000, client.expect(PacketType.SUBACK).codes().size());
        client.acknowledge(client.expect(PacketType.PUBLISH));
        client.expectSilence();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasReplacedWhileItWaitedComesOnceAndNew(boolean durable) {
        restartWith("inflight_max", "1");
        retain(3, "old");
        RawClient client = durable ? durable(4, CLIENT) : client(4, CLIENT);
        client.subscribe("r/#", 1);
        Packet first = client.expect(PacketType.PUBLISH);
        retain(3, "new");
        assertEquals("r/0 old", first.topic() + " " + first.payloadText());
        client.acknowledge(first);
        for (int i = 0; i < 3; i++) {
            Packet live = client.expectPublish("r/" + i, "new", 1);
            assertFalse(live.retain());
            client.acknowledge(live);
        }
        client.expectSilence();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x09}) // without and with Retain As Published
    void aRestartBringsNoOlderValueBehindANewerOne(int options) {
        retain(3, "old");
        RawClient owed = taking(CLIENT, 1);
        owed.sendSubscribe(1, "r/#", options, NO_PROPERTY);
        owed.receive();
        owed.receive();
        owed.disconnect();
        RawClient publisher = client(5, "p");
        assertEquals(0, publisher.publish(Publish.of("r/2", "new").retain().qos(1, 1)));
        broker.restart();
        RawClient back = taking(CLIENT, 1);
        back.acknowledge(back.expectPublish("r/0", "old", 1));
        back.acknowledge(back.expectPublish("r/1", "old", 1));
        back.acknowledge(back.expectPublish("r/2", "new", 1));
        back.expectSilence();
        broker.restart();
        taking(CLIENT, 1).expectSilence();
    }

    @Test
    void aLongSearchLetsOthersHaveTheirTurns() {
        RawClient publisher = client(5, "p");
        for (int i = 0; i < 1_000; i++) {
            publisher.publish(Publish.of("s/" + i, "x").retain());
        }
        publisher.publish(Publish.of("s/last/found", "y").retain());
        await("all are there", () -> broker.broker().retainedCount() == 1_001);
        RawClient client = client(4, CLIENT);
        client.subscribe("s/+/found", 1);
        client.expectPublish("s/last/found", "y");
        client.expectSilence();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsOwedToManyTakesNoRoomFromOthers(boolean restart) {
        restartWith("buffer_bytes_max", "1048576");
        retain(4, "x".repeat(100_000));
        for (int i = 0; i < 8; i++) {
            subscribeAndGo("owed" + i, 1, 4);
        }
        RawClient away = durable(4, "away");
        away.subscribe("t", 1);
        away.disconnect();
        if (restart) {
            broker.restart();
        }
        assertEquals(0, client(5, "p").publish("t", "x".repeat(60_000), 1));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsOwedDoesNotFillTheQueueForNewMessages(boolean restart) {
        restartWith("queue_messages_max", "3");
        retain(5, "retained");
        subscribeAndGo("owed", 1, 5);
        if (restart) {
            broker.restart();
        }
        assertEquals(0, client(5, "p").publish("r/new", "live", 1));
        RawClient back = durable(5, "owed");
        Set<String> topics = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            Packet packet = back.expect(PacketType.PUBLISH);
            assertEquals("retained", packet.payloadText());
            assertTrue(packet.retain());
            assertTrue(topics.add(packet.topic()), packet::topic);
            back.acknowledge(packet);
        }
        back.acknowledge(back.expectPublish("r/new", "live", 1));
        back.expectSilence();
    }

    @ParameterizedTest
    @CsvSource({"1, false", "1, true", "100, false", "100, true"})
    void newerMessagesDoNotOvertakeTheRetainedOnesThatAreOwed(int sentBefore, boolean restart) {
        retain(3, "old");
        subscribeAndGo(CLIENT, sentBefore, 3);
        if (restart) {
            broker.restart();
        }
        RawClient back = taking(CLIENT, 1);
        Packet packet = back.expect(PacketType.PUBLISH);
        RawClient watcher = client(4, WATCHER);
        watcher.subscribe("r/+", 0);
        RawClient publisher = client(4, "p");
        for (int i = 0; i < 3; i++) {
            watcher.expectPublish("r/" + i, "old");
        }
        for (int i = 0; i < 3; i++) {
            publisher.publish("r/" + i, "new", 0);
            watcher.expectPublish("r/" + i, "new");
        }
        back.expectSilence();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            assertEquals("old", packet.payloadText(), packet::toString);
            seen.add(packet.topic());
            back.acknowledge(packet);
            packet = back.expect(PacketType.PUBLISH);
        }
        assertEquals(Set.of("r/0", "r/1", "r/2"), seen);
        for (String topic : List.of("r/0", "r/1", "r/2")) {
            assertEquals(topic + " new", packet.topic() + " " + packet.payloadText());
            if (!topic.equals("r/2")) {
                packet = back.expect(PacketType.PUBLISH);
            }
        }
        back.expectSilence();
    }

    @Test
    void qos0MessagesThatHadToWaitStayInOrder() {
        restartWith("inflight_max", "1");
        retain(2, "old");
        RawClient watcher = client(4, WATCHER);
        watcher.subscribe("t", 0);
        RawClient client = client(4, CLIENT);
        client.subscribe("t", 1);
        client.subscribe("r/#", 1);
        Packet first = client.expect(PacketType.PUBLISH);
        RawClient publisher = client(4, "p");
        publisher.publish("t", "one", 1);
        publisher.publish("t", "two", 0); // waits for the second retained message
        watcher.expectPublish("t", "one");
        watcher.expectPublish("t", "two");
        client.acknowledge(first);
        Packet second = client.expect(PacketType.PUBLISH);
        publisher.publish("t", "three", 0); // waits for nothing but its elder [MQTT-4.6.0-6]
        watcher.expectPublish("t", "three");
        client.expectSilence();
        client.acknowledge(second);
        client.acknowledge(client.expectPublish("t", "one", 1));
        client.expectPublish("t", "two", 0);
        client.expectPublish("t", "three", 0);
        client.expectSilence();
    }

    @Test
    void qos0MessagesThatWaitTakeNoRoomFromWhatIsPromised() {
        restartWith("inflight_max", "1", "queue_messages_max", "20");
        retain(3, "old");
        RawClient watcher = client(4, WATCHER);
        watcher.subscribe("t", 0);
        RawClient client = client(4, CLIENT);
        client.subscribe("t", 1);
        client.subscribe("r/#", 1);
        Packet first = client.expect(PacketType.PUBLISH);
        RawClient publisher = client(5, "p");
        for (int i = 0; i < 50; i++) {
            publisher.publish("t", "q0 " + i, 0);
            watcher.expectPublish("t", "q0 " + i);
        }
        for (int i = 0; i < 4; i++) { // more would make it crowded, and that holds publishers back
            assertEquals(0, publisher.publish("t", "q1 " + i, 1));
        }
        assertTrue(broker.count(Counter.DROPPED_SLOW_READER) > 40);
        client.acknowledge(first);
        client.acknowledge(client.expect(PacketType.PUBLISH));
        client.acknowledge(client.expect(PacketType.PUBLISH));
        client.expectPublish("t", "q0 0", 0);
    }
}

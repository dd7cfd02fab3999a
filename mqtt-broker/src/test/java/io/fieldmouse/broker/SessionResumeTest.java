package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client finds when it resumes its session, on a broker that went on or on one that was started again. */
@OneLaneAndFour
class SessionResumeTest extends BrokerTestBase {

    private void reconnectOrRestart(boolean restart) {
        if (restart) {
            broker.restart();
        }
    }

    // ---- the way out

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "1, true", "2, true"})
    @Proves({
        "MQTT-3.1.2-5",
        "MQTT-3.2.0-1",
        "MQTT-4.5.0-1",
        "MQTT-4.6.0-5",
        "MQTT-3.1.2-5 of 3.1.1",
        "MQTT-3.2.0-1 of 3.1.1",
        "MQTT-4.5.0-1 of 3.1.1",
        "MQTT-4.6.0-6 of 3.1.1"
    })
    void messagesWaitForTheClientInOrder(int qos, boolean restart) {
        RawClient client = durable(4, "a");
        client.subscribe("t", 2);
        client.disconnect();
        RawClient publisher = client(4, "p");
        for (int i = 0; i < 50; i++) {
            publisher.publish("t", "m" + i, qos);
        }
        reconnectOrRestart(restart);
        RawClient again = durable(5, "a");
        for (int i = 0; i < 50; i++) {
            Packet packet = again.expectPublish("t", "m" + i, qos);
            assertFalse(packet.dup());
        }
        again.expectSilence();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void qos0IsNotKeptForAClientThatIsAway(boolean restart) {
        RawClient client = durable(4, "Aa");
        client.subscribe("t", 2);
        client.disconnect();
        RawClient watcher = client(4, "BB"); // of the same hash, so on the same lane
        watcher.subscribe("t", 0);
        client(4, "p").publish("t", "x", 0);
        watcher.expectPublish("t", "x");
        reconnectOrRestart(restart);
        durable(4, "Aa").expectSilence();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Proves({
        "MQTT-3.3.1-1",
        "MQTT-4.3.2-3",
        "MQTT-4.3.3-3",
        "MQTT-4.3.3-4",
        "MQTT-4.3.3-5",
        "MQTT-4.3.3-6",
        "MQTT-4.4.0-1",
        "MQTT-2.3.1-4 of 3.1.1",
        "MQTT-3.1.2-4 of 3.1.1",
        "MQTT-3.2.0-1 of 3.1.1",
        "MQTT-3.3.1-1 of 3.1.1",
        "MQTT-4.1.0-1 of 3.1.1",
        "MQTT-4.3.2-1 of 3.1.1",
        "MQTT-4.3.3-1 of 3.1.1",
        "MQTT-4.4.0-1 of 3.1.1"
    })
    void unacknowledgedMessagesComeAgainMarkedUnderTheirIdsAndInOrder(boolean restart) {
        RawClient client = durable(4, "a");
        client.subscribe("t", 2);
        RawClient publisher = client(4, "p");
        List<Packet> sent = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            publisher.publish("t", "m" + i, 1 + i % 2);
            sent.add(client.expectPublish("t", "m" + i, 1 + i % 2));
        }
        client.puback(sent.get(2).packetId());
        client.pubrec(sent.get(3).packetId());
        client.expect(PacketType.PUBREL, sent.get(3).packetId(), 0);
        client.pubrec(sent.get(5).packetId());
        expectPubrelThenComplete(client, sent.get(5).packetId());
        client.expectSilence();
        client.reset();
        reconnectOrRestart(restart);
        RawClient again = durable(4, "a");
        for (int i : new int[] {0, 1}) {
            expectSentAgain(again, sent.get(i), "m" + i);
        }
        again.expect(PacketType.PUBREL, sent.get(3).packetId(), 0);
        for (int i : new int[] {4, 6, 7}) {
            expectSentAgain(again, sent.get(i), "m" + i);
        }
        again.expectSilence();
        again.pubcomp(sent.get(3).packetId());
        again.puback(sent.get(0).packetId());
        again.expectSilence();
        again.disconnect();
        RawClient third = durable(5, "a");
        for (int i : new int[] {1, 4, 6, 7}) {
            expectSentAgain(third, sent.get(i), "m" + i);
        }
        third.expectSilence();
    }

    private static void expectSentAgain(RawClient client, Packet original, String payload) {
        Packet packet = client.expectPublish("t", payload, original.qos());
        assertTrue(packet.dup(), () -> "[MQTT-3.3.1-1]: " + packet);
        assertEquals(original.packetId(), packet.packetId(), "[MQTT-4.4.0-1]");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Proves({"MQTT-2.2.1-4", "MQTT-4.3.2-1", "MQTT-2.3.1-4 of 3.1.1", "MQTT-4.3.2-1 of 3.1.1"})
    void newMessagesFollowThoseSentAgainAndUseFreeIds(boolean restart) {
        RawClient client = durable(5, "a");
        client.subscribe("t", 1);
        RawClient publisher = client(4, "p");
        publisher.publish("t", "old", 1);
        int id = client.expectPublish("t", "old", 1).packetId();
        client.disconnect(); // and not a reset, which the broker may notice after the next message
        publisher.publish("t", "new", 1);
        reconnectOrRestart(restart);
        RawClient again = durable(5, "a");
        assertEquals(id, again.expectPublish("t", "old", 1).packetId());
        Packet fresh = again.expectPublish("t", "new", 1);
        assertFalse(fresh.dup());
        assertTrue(fresh.packetId() != id);
    }

    @Test
    @Proves({"MQTT-3.3.4-9", "MQTT-4.9.0-1"})
    void sendingAgainRespectsTheNewReceiveMaximum() {
        RawClient client = durable(5, "a");
        client.subscribe("t", 1);
        RawClient publisher = client(4, "p");
        List<Packet> sent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            publisher.publish("t", "m" + i, 1);
            sent.add(client.expectPublish("t", "m" + i, 1));
        }
        client.reset();
        RawClient again =
                open(5).connected(Connect.as(5, "a").durable().with(Property.receiveMaximum(2))); // [MQTT-4.9.0-1]
        expectSentAgain(again, sent.get(0), "m0");
        expectSentAgain(again, sent.get(1), "m1");
        again.expectSilence();
        again.puback(sent.get(0).packetId());
        expectSentAgain(again, sent.get(2), "m2");
        again.expectSilence();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void acknowledgedMessagesDoNotComeAgain(boolean restart) {
        RawClient client = durable(4, "a");
        client.subscribe("t", 2);
        RawClient publisher = client(4, "p");
        for (int i = 0; i < 20; i++) {
            publisher.publish("t", "m" + i, 1 + i % 2);
            client.acknowledge(client.expectPublish("t", "m" + i));
        }
        client.disconnect();
        reconnectOrRestart(restart);
        durable(4, "a").expectSilence();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Proves("MQTT-3.3.2-6")
    void waitingMessageKeepsPropertiesFlagsAndRemainingExpiry(boolean restart) {
        SettableTime time = new SettableTime();
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        RawClient client = durable(5, "a");
        client.subscribe("t/#", 1 | 8, Property.subscriptionId(268_435_455));
        client.subscribe("t/x", 2, Property.subscriptionId(3));
        client.disconnect();
        RawClient publisher = client(5, "p");
        publisher.publish(Publish.of("t/x", "payload")
                .qos(2, 1)
                .retain()
                .with(Property.messageExpiry(100))
                .with(Property.user("k", "v"))
                .with(Property.contentType("text")));
        time.pass(java.time.Duration.ofSeconds(40));
        reconnectOrRestart(restart);
        RawClient again = durable(5, "a");
        Packet packet = again.expectPublish("t/x", "payload", 2);
        assertTrue(packet.retain(), "retain as published");
        assertEquals(60, packet.number(Property.MESSAGE_EXPIRY));
        assertEquals(List.of("k=v"), packet.userProperties());
        assertEquals("text", packet.text(Property.CONTENT_TYPE));
        assertEquals(
                List.of(3L, 268_435_455L),
                packet.numbers(Property.SUBSCRIPTION_ID).stream().sorted().toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Proves({"MQTT-3.3.2-5", "MQTT-4.3.3-13"})
    void expiredMessageIsNotSentAndDoesNotStopTheNext(boolean restart) {
        SettableTime time = new SettableTime();
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        RawClient client = durable(5, "a");
        client.subscribe("t", 2);
        client.disconnect();
        RawClient publisher = client(5, "p");
        publisher.publish(Publish.of("t", "stale").qos(1, 1).with(Property.messageExpiry(10)));
        publisher.publish(Publish.of("t", "stale too").qos(2, 2).with(Property.messageExpiry(0)));
        publisher.publish(Publish.of("t", "fresh").qos(1, 3).with(Property.messageExpiry(1000)));
        time.pass(java.time.Duration.ofSeconds(10));
        reconnectOrRestart(restart);
        RawClient again = durable(5, "a");
        again.expectPublish("t", "fresh", 1);
        again.expectSilence();
    }

    @Test
    @Proves("MQTT-4.3.3-7")
    void expiryDoesNotEndAnExchangeThatHasBegun() {
        SettableTime time = new SettableTime();
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        RawClient client = durable(5, "a");
        client.subscribe("t", 2);
        client(5, "p").publish(Publish.of("t", "x").qos(2, 2).with(Property.messageExpiry(10)));
        Packet packet = client.expectPublish("t", "x", 2);
        client.reset();
        time.pass(java.time.Duration.ofSeconds(20));
        RawClient again = durable(5, "a");
        Packet second = again.expectPublish("t", "x", 2); // [MQTT-4.3.3-7]
        assertEquals(packet.packetId(), second.packetId());
        again.acknowledge(second);
        again.expectSilence();
    }

    // ---- the way in

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Proves({"MQTT-4.3.3-10", "MQTT-4.3.3-2 of 3.1.1"})
    void receivedQos2IdsAreRemembered(boolean restart) {
        RawClient subscriber = durable(4, "s");
        subscriber.subscribe("t", 1);
        RawClient publisher = durable(4, "p");
        publisher.send(Publish.of("t", "once").qos(2, 77));
        publisher.expect(PacketType.PUBREC, 77, 0);
        subscriber.acknowledge(subscriber.expectPublish("t", "once", 1));
        subscriber.disconnect();
        publisher.reset();
        reconnectOrRestart(restart);
        RawClient again = durable(4, "p");
        RawClient subscribed = durable(4, "s");
        again.send(Publish.of("t", "once").qos(2, 77).dup());
        again.expect(PacketType.PUBREC, 77, 0);
        again.pubrel(77);
        again.expect(PacketType.PUBCOMP, 77, 0);
        expectNothingOnItsWayTo(subscribed);
        again.publish(Publish.of("t", "second").qos(2, 77));
        subscribed.expectPublish("t", "second", 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void releasedQos2IdsAreForgotten(boolean restart) {
        RawClient publisher = durable(5, "p");
        publisher.publish(Publish.of("t", "x").qos(2, 77));
        publisher.reset();
        reconnectOrRestart(restart);
        RawClient again = durable(5, "p");
        again.pubrel(77);
        again.expect(PacketType.PUBCOMP, 77, 0x92);
    }

    @Test
    void idsOfAnEarlierConnectionDoNotCountAgainstTheReceiveMaximum() {
        restartWith("receive_maximum", "2");
        RawClient publisher = durable(5, "p");
        for (int i = 1; i <= 2; i++) {
            publisher.send(Publish.of("t", "x").qos(2, i));
            publisher.expect(PacketType.PUBREC, i, 0x10);
        }
        publisher.reset();
        RawClient again = durable(5, "p");
        for (int i = 3; i <= 4; i++) {
            again.send(Publish.of("t", "x").qos(2, i)); // the quota begins anew [MQTT-4.9.0-1]
            again.expect(PacketType.PUBREC, i, 0x10);
        }
        again.send(Publish.of("t", "x").qos(2, 5));
        again.expectDisconnect(0x93);
    }

    // ---- subscriptions

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Proves("MQTT-3.1.2-5")
    void subscriptionsAndTheirOptionsAreKept(boolean restart) {
        RawClient client = durable(5, "a");
        client.subscribe("t", 1 | 4 | 8, Property.subscriptionId(9));
        client.subscribe("gone", 1);
        client.unsubscribe("gone");
        client.disconnect();
        reconnectOrRestart(restart);
        RawClient again = durable(5, "a");
        again.publish("t", "own", 1); // no local
        RawClient publisher = client(5, "p");
        publisher.publish(Publish.of("t", "x").qos(2, 1).retain());
        Packet packet = again.expectPublish("t", "x", 1);
        assertTrue(packet.retain());
        assertEquals(List.of(9L), packet.numbers(Property.SUBSCRIPTION_ID));
        publisher.publish("gone", "x", 1);
        expectNothingOnItsWayTo(again);
    }

    @Test
    void manyRestartsLoseNothing() {
        durable(4, "a").subscribe("t", 2);
        for (int i = 0; i < 5; i++) {
            broker.restart();
            client(4, "p").publish("t", "m" + i, 2);
        }
        broker.restart();
        RawClient again = durable(4, "a");
        for (int i = 0; i < 5; i++) {
            again.expectPublish("t", "m" + i, 2);
        }
        again.expectSilence();
    }
}

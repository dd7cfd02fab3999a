package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Retained messages: kept, replaced, cleared, given to new subscribers. */
@OneLaneAndFour
class RetainedTest extends BrokerTestBase {
    private static final int IF_NEW = 0x10;
    private static final int NEVER = 0x20;

    private void retain(String topic, String payload, int qos) {
        RawClient publisher = client(4, "retaining");
        publisher.publish(Publish.of(topic, payload).retain().qos(qos, qos));
        publisher.expectSilence();
        publisher.disconnect();
    }

    @ParameterizedTest
    @CsvSource({"0,3", "1,3", "2,3", "0,4", "1,4", "2,4", "0,5", "1,5", "2,5"})
    @Proves({
        "MQTT-3.3.1-5",
        "MQTT-3.3.1-5 of 3.1.1",
        "MQTT-3.3.1-6 of 3.1.1",
        "MQTT-3.3.1-7 of 3.1.1",
        "MQTT-3.3.1-8 of 3.1.1"
    })
    void lastMessageReachesANewSubscriberAtTheLowerQos(int qos, int level) {
        retain("t/x", "old", qos);
        retain("t/x", "new", qos);
        for (int granted = 0; granted <= 2; granted++) {
            for (String filter : List.of("t/x", "t/+", "#")) {
                RawClient subscriber = client(level, "s");
                subscriber.subscribe(filter, granted);
                Packet packet = subscriber.expectPublish("t/x", "new", Math.min(qos, granted));
                assertTrue(packet.retain()); // [MQTT-3.3.1-8]
                subscriber.acknowledge(packet);
                subscriber.expectSilence();
                subscriber.disconnect();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    @Proves({"MQTT-3.3.1-6", "MQTT-3.3.1-7", "MQTT-3.3.1-10 of 3.1.1", "MQTT-3.3.1-11 of 3.1.1"})
    void emptyPayloadClearsAndIsForwarded(int qos) {
        retain("t", "x", 1);
        RawClient live = client(4, "live");
        live.subscribe("t", 0);
        live.expectPublish("t", "x");
        retain("t", "", qos);
        assertFalse(live.expectPublish("t", "").retain());
        client(4, "s").subscribe("t", 0);
        assertEquals(0, broker.broker().retainedCount());
        broker.restart();
        RawClient later = client(4, "later");
        later.subscribe("#", 0);
        later.expectSilence();
    }

    @Test
    @Proves({"MQTT-3.3.1-8", "MQTT-3.3.1-12 of 3.1.1"})
    void messageWithoutTheFlagLeavesTheRetainedOneAlone() {
        retain("t", "kept", 1);
        client(4, "p").publish("t", "passing", 1);
        client(4, "p").publish("t", "", 1);
        RawClient subscriber = client(4, "s");
        subscriber.subscribe("t", 0);
        subscriber.expectPublish("t", "kept");
        subscriber.expectSilence();
    }

    @Test
    @Proves({"MQTT-3.3.1-9", "MQTT-3.3.1-10", "MQTT-3.3.1-11"})
    void retainHandlingDecides() {
        retain("t", "x", 0);
        RawClient client = client(5, "a");
        client.subscribe("t", NEVER);
        client.expectSilence();
        client.subscribe("t", IF_NEW);
        client.expectSilence();
        client.subscribe("t", 0);
        client.expectPublish("t", "x");
        client.unsubscribe("t");
        client.subscribe("t", IF_NEW);
        client.expectPublish("t", "x");
        client.expectSilence();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Proves("MQTT-3.3.1-10")
    void retainHandlingKnowsTheResumedSession(boolean restart) {
        retain("t", "x", 0);
        RawClient client = durable(5, "a");
        client.subscribe("t", NEVER);
        client.disconnect();
        if (restart) {
            broker.restart();
        }
        RawClient again = durable(5, "a");
        again.subscribe("t", IF_NEW); // it is not new [MQTT-3.3.1-10]
        again.expectSilence();
    }

    @Test
    @Proves({"MQTT-3.8.4-4", "MQTT-3.8.4-3 of 3.1.1"})
    void subscribingAgainBringsItAgain() {
        retain("t", "x", 1);
        for (int level = 3; level <= 5; level++) {
            RawClient client = client(level, "a" + level);
            for (int i = 0; i < 3; i++) {
                client.subscribe("t", 0);
                client.expectPublish("t", "x", 0);
            }
        }
    }

    @Test
    void itComesWithTheSubscriptionIdentifier() {
        retain("t", "x", 1);
        RawClient client = client(5, "a");
        client.subscribe("t", 1, Property.subscriptionId(7));
        assertEquals(List.of(7L), client.expectPublish("t", "x", 1).numbers(Property.SUBSCRIPTION_ID));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Proves({"MQTT-3.3.2-5", "MQTT-3.3.2-6"})
    void itKeepsItsPropertiesAndTheRestOfItsTime(boolean restart) {
        SettableTime time = new SettableTime();
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        client(5, "p")
                .publish(Publish.of("t", "x")
                        .retain()
                        .qos(2, 1)
                        .with(Property.messageExpiry(100))
                        .with(Property.user("a", "b"))
                        .with(Property.payloadFormat(1))
                        .with(Property.responseTopic("r"))
                        .with(Property.correlationData(new byte[] {1, 2})));
        time.pass(Duration.ofSeconds(30));
        if (restart) {
            broker.restart();
        }
        RawClient subscriber = client(5, "s");
        subscriber.subscribe("t", 2);
        Packet packet = subscriber.expectPublish("t", "x", 2);
        assertTrue(packet.retain());
        assertEquals(70, packet.number(Property.MESSAGE_EXPIRY)); // [MQTT-3.3.2-6]
        assertEquals(List.of("a=b"), packet.userProperties());
        assertEquals(1, packet.number(Property.PAYLOAD_FORMAT));
        assertEquals("r", packet.text(Property.RESPONSE_TOPIC));
        assertArrayEquals(new byte[] {1, 2}, packet.data(Property.CORRELATION_DATA));
        time.pass(Duration.ofSeconds(70));
        RawClient late = client(5, "late");
        late.subscribe("t", 2);
        late.expectSilence();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    @Proves("MQTT-3.3.1-5 of 3.1.1")
    void itSurvivesARestart(int qos) {
        retain("t/" + qos, "x", qos);
        retain("t/a", "replaced", qos);
        retain("t/a", "replacing", qos);
        broker.restart();
        RawClient subscriber = client(4, "s");
        subscriber.subscribe("t/a", 2);
        subscriber.acknowledge(subscriber.expectPublish("t/a", "replacing", qos));
        subscriber.subscribe("t/" + qos, 2);
        subscriber.expectPublish("t/" + qos, "x", qos);
    }

    @Test
    @Proves("MQTT-3.3.1-9")
    void allThatMatchCome() {
        Set<String> expected = new HashSet<>();
        RawClient publisher = client(4, "p");
        for (int i = 0; i < 500; i++) {
            publisher.send(Publish.of("many/" + i % 7 + "/" + i, "x").retain().qos(1, i + 1));
            if (i % 7 == 3) {
                expected.add("many/3/" + i);
            }
        }
        for (int i = 0; i < 500; i++) {
            publisher.receive();
        }
        RawClient subscriber = open(5).connected(Connect.as(5, "s").with(Property.receiveMaximum(5)));
        subscriber.subscribe("+/3/#", 1);
        for (int left = expected.size(); left > 0; left--) {
            Packet packet = subscriber.receive();
            assertTrue(expected.remove(packet.topic()), packet::topic);
            subscriber.acknowledge(packet);
        }
        subscriber.expectSilence();
    }

    @Test
    void liveMessagesFollowRetainedOnesOfTheSameTopic() {
        RawClient publisher = client(4, "p");
        for (int i = 0; i < 200; i++) {
            publisher.publish(Publish.of("t/" + i, "retained").retain().qos(1, i + 1));
        }
        RawClient subscriber = open(5).connected(Connect.as(5, "s").with(Property.receiveMaximum(10)));
        subscriber.sendSubscribe(1, "t/#", 1, new byte[0]);
        subscriber.expect(PacketType.SUBACK);
        for (int i = 0; i < 200; i++) {
            publisher.publish("t/" + i, "live", 0);
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 400; i++) {
            Packet packet = subscriber.expect(PacketType.PUBLISH);
            if (packet.retain()) {
                seen.add(packet.topic());
            } else {
                assertTrue(seen.contains(packet.topic()), () -> packet.topic() + ": the live one came first");
            }
            subscriber.acknowledge(packet);
        }
    }

    @Test
    void retainedMessagesAreBounded() {
        restartWith("retained_messages_max", "2");
        RawClient publisher = client(5, "p");
        assertEquals(0x10, publisher.publish(Publish.of("a", "x").retain().qos(1, 1)));
        assertEquals(0x10, publisher.publish(Publish.of("b", "x").retain().qos(1, 2)));
        assertEquals(0x97, publisher.publish(Publish.of("c", "x").retain().qos(1, 3)));
        assertEquals(
                0x10, publisher.publish(Publish.of("a", "replaced").retain().qos(1, 4)));
        assertEquals(0x10, publisher.publish(Publish.of("b", "").retain().qos(1, 5)));
        assertEquals(0x10, publisher.publish(Publish.of("c", "x").retain().qos(1, 6)));
        assertEquals(2, broker.broker().retainedCount());
    }
}

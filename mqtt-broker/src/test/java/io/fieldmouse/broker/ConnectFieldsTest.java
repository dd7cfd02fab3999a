package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fields of CONNECT and CONNACK, and what a session owes to them. */
@OneLaneAndFour
class ConnectFieldsTest extends BrokerTestBase {
    private static final String PLAIN = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.1.3-5", "MQTT-3.1.3-5 of 3.1.1"})
    void everyPlainClientIdIsTaken(int level) {
        for (int i = 0; i < PLAIN.length(); i++) {
            client(level, PLAIN.substring(i, i + 1)).disconnect();
            client(level, PLAIN.substring(i, Math.min(i + 23, PLAIN.length()))).disconnect();
        }
    }

    @Test
    @Proves("MQTT-3.2.2-16")
    void assignedClientIdsAreNew() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            Packet answer = open(5).connect(Connect.as(5, ""));
            assertTrue(ids.add(answer.text(Property.ASSIGNED_CLIENT_ID)), "given twice: " + answer);
        }
        open(5).connected(Connect.as(5, "")).expectSilence();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({
        "MQTT-3.1.3-1",
        "MQTT-3.1.2-9",
        "MQTT-3.1.2-17",
        "MQTT-3.1.2-19",
        "MQTT-3.1.3-1 of 3.1.1",
        "MQTT-3.1.2-9 of 3.1.1",
        "MQTT-3.1.2-19 of 3.1.1",
        "MQTT-3.1.2-21 of 3.1.1"
    })
    void everyFieldIsTakenFromItsPlace(int level) {
        RawClient watcher = client(4, "watcher");
        watcher.subscribe("#", 1);
        byte[] properties = level >= 5 ? Wire.properties() : new byte[0];
        RawClient client = open(level);
        client.send(Wire.packet(
                Wire.CONNECT,
                Wire.text(level == 3 ? "MQIsdp" : "MQTT"),
                Wire.u8(level),
                Wire.u8(0xCC),
                Wire.u16(0),
                level >= 5 ? Wire.properties(Property.sessionExpiry(60)) : new byte[0],
                Wire.text("first"),
                properties,
                Wire.text("second"),
                Wire.text("third"),
                Wire.text("fourth"),
                Wire.text("fifth")));
        assertEquals(0, client.expect(PacketType.CONNACK).reason());
        client.reset();
        watcher.expectPublish("second", "third", 1);
        assertTrue(sessionPresent(Connect.as(level, "first").durable(), level));
    }

    @Test
    @Proves("MQTT-3.2.2-6")
    void refusalSaysNothingOfTheSessionThereIs() {
        durable(5, "a").disconnect();
        RawClient refused = open(5);
        Packet answer =
                refused.connect(Connect.as(5, "a").durable().with(Property.authenticationMethod("no such method")));
        assertNotEquals(0, answer.reason());
        assertFalse(answer.sessionPresent());
        refused.expectClosed();
        assertTrue(sessionPresent(Connect.as(5, "a").durable(), 5));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-4.1.0-1", "MQTT-4.1.0-1 of 3.1.1", "MQTT-4.1.0-2 of 3.1.1"})
    void sessionLastsAsLongAsItsConnection(int level) {
        SettableTime time = new SettableTime();
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        RawClient client = client(level, "a");
        client.subscribe("t", 1);
        time.pass(Duration.ofDays(400));
        client.expectNothingFor(
                Duration.ofMillis(1300)); // longer than a second is, for which a timer might have been set
        client(4, "p").publish("t", "x", 1);
        client.acknowledge(client.expectPublish("t", "x", 1));
        client.expectSilence();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.12.4-1", "MQTT-3.12.4-1 of 3.1.1"})
    void everyPingIsAnswered(int level) {
        RawClient client = client(level, "a");
        for (int i = 0; i < 100; i++) {
            client.ping();
        }
        for (int i = 0; i < 100; i++) {
            client.expect(PacketType.PINGRESP);
        }
        client.disconnect();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves("MQTT-3.1.2-7 of 3.1.1")
    void retainedMessagesOutliveTheSession(int level) {
        RawClient client = client(level, "a");
        client.publish(io.fieldmouse.broker.wire.Publish.of("t", "x").retain().qos(1, 1));
        client.disconnect();
        assertFalse(sessionPresent(Connect.as(level, "a"), level));
        RawClient later = client(4, "later");
        later.subscribe("t", 0);
        assertTrue(later.expectPublish("t", "x").retain());
    }

    @Test
    @Proves("MQTT-3.14.2-2")
    void goodbyeHasNoSessionExpiry() {
        RawClient old = durable(5, "a");
        durable(5, "a");
        Packet goodbye = old.expect(PacketType.DISCONNECT);
        assertEquals(0x8E, goodbye.reason());
        assertFalse(goodbye.has(Property.SESSION_EXPIRY));
        assertEquals(List.of(), goodbye.userProperties());
        old.expectClosed();
    }
}

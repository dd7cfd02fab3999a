package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT and CONNACK: who is let in, with what, and what it takes to be shown the door. */
@OneLaneAndFour
class ConnectTest extends BrokerTestBase {

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.1.4-5", "MQTT-4.2.0-1", "MQTT-3.1.4-4 of 3.1.1", "MQTT-7.0.0-2 of 3.1.1", "MQTT-7.1.1-1 of 3.1.1"})
    void everyVersionIsWelcome(int level) {
        RawClient client = open(level);
        Packet answer = client.connect(Connect.as(level, "a"));
        assertEquals(0, answer.reason());
        assertFalse(answer.sessionPresent());
        client.expectSilence();
        client.disconnect();
    }

    @Test
    void mqtt5ClientIsToldTheLimits() {
        Packet answer = open(5).connect(Connect.as(5, "a"));
        assertEquals(100, answer.number(Property.RECEIVE_MAXIMUM));
        assertEquals(1_048_576, answer.number(Property.MAXIMUM_PACKET_SIZE));
        assertEquals(1, answer.number(Property.SHARED_SUBSCRIPTION_AVAILABLE));
        assertEquals("", answer.text(Property.ASSIGNED_CLIENT_ID));
        assertFalse(answer.has(Property.SERVER_KEEP_ALIVE));
    }

    @Test
    @Proves({"MQTT-3.1.3-6", "MQTT-3.1.3-7"})
    void mqtt5ClientWithoutIdGetsOneThatWorks() {
        RawClient nameless = open(5);
        Packet answer = nameless.connect(Connect.as(5, "").with(Property.sessionExpiry(60)));
        String assigned = answer.text(Property.ASSIGNED_CLIENT_ID);
        assertFalse(assigned.isEmpty());
        nameless.disconnect();
        assertTrue(sessionPresent(Connect.as(5, assigned).resume(), 5));
    }

    @Test
    void mqtt5ClientWithoutIdMayAskForNoCleanStart() {
        Packet answer = open(5).connect(Connect.as(5, "").resume());
        assertEquals(0, answer.reason());
        assertFalse(answer.sessionPresent());
    }

    @Test
    @Proves("MQTT-3.1.3-6 of 3.1.1")
    void twoClientsWithoutIdAreTwoClients() {
        RawClient one = open(4).connected(Connect.as(4, ""));
        RawClient other = open(4).connected(Connect.as(4, ""));
        one.expectSilence();
        other.expectSilence();
    }

    @Test
    @Proves("MQTT-3.1.3-8 of 3.1.1")
    void mqtt311ClientWithoutIdAndCleanSessionIsRefused() {
        RawClient client = open(4);
        assertEquals(2, client.connect(Connect.as(4, "").resume()).reason());
        client.expectClosed();
    }

    @Test
    @Proves({"MQTT-3.1.3-8", "MQTT-3.1.3-9 of 3.1.1"})
    void longClientIdsAreTakenUpToTheLimit() {
        for (int level = 3; level <= 5; level++) {
            open(level).connected(Connect.as(level, "x".repeat(1024)));
            RawClient tooLong = open(level);
            Packet answer = tooLong.connect(Connect.as(level, "x".repeat(1025)));
            assertEquals(level == 5 ? 0x85 : 2, answer.reason());
            tooLong.expectClosed();
        }
    }

    @Test
    void clientIdsOfManyBytesACharacterAreTaken() {
        String id = "Füße-\u65E5\u672C-\uD83D\uDC2D";
        durable(5, id).disconnect();
        assertTrue(sessionPresent(Connect.as(5, id).resume(), 5));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 6})
    @Proves({
        "MQTT-3.1.2-2",
        "MQTT-3.2.2-7",
        "MQTT-3.2.2-8",
        "MQTT-4.13.2-1",
        "MQTT-3.1.2-2 of 3.1.1",
        "MQTT-3.2.2-5 of 3.1.1"
    })
    void otherVersionsAreRefusedWithTheirReason(int version) {
        boolean newer = version == 6;
        RawClient client = open(newer ? 5 : 4);
        client.send(Wire.packet(
                Wire.CONNECT,
                Wire.text("MQTT"),
                Wire.u8(version),
                Wire.u8(2),
                Wire.u16(0),
                newer ? Wire.properties() : new byte[0],
                Wire.text("a")));
        assertEquals(newer ? 0x84 : 1, client.expect(PacketType.CONNACK).reason());
        client.expectClosed();
    }

    @Test
    @Proves({"MQTT-3.1.2-1", "MQTT-3.1.2-1 of 3.1.1"})
    void wrongProtocolNameIsNotServed() {
        RawClient client = open(4);
        client.send(Wire.packet(Wire.CONNECT, Wire.text("HTTP"), Wire.u8(4), Wire.u8(2), Wire.u16(0), Wire.text("a")));
        Packet answer = client.expect(PacketType.CONNACK);
        assertEquals(1, answer.reason());
        client.expectClosed();
    }

    @Test
    @Proves({"MQTT-3.1.0-1", "MQTT-3.14.0-1", "MQTT-3.1.0-1 of 3.1.1"})
    void firstPacketMustBeConnect() {
        RawClient client = open(4);
        client.ping();
        client.expectClosed();
        RawClient publisher = open(5);
        publisher.send(Publish.of("t", "x"));
        publisher.expectClosed();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.1.0-2", "MQTT-3.2.0-2", "MQTT-3.1.0-2 of 3.1.1"})
    void secondConnectEndsTheConnection(int level) {
        RawClient client = client(level, "a");
        client.send(Connect.as(level, "a").bytes());
        client.expectDisconnect(0x82);
    }

    @Test
    void whoSaysNothingIsShownTheDoor() {
        restartWith("connect_timeout_seconds", "1");
        RawClient silent = open(4);
        RawClient half = open(5);
        half.send(Wire.hex("10 20 00 04"));
        silent.expectClosed();
        half.expectClosed();
    }

    @Test
    void packetsSentRightAfterConnectAreHandledInOrder() {
        RawClient client = open(4);
        client.send(
                Connect.as(4, "eager").bytes(),
                Wire.packet(Wire.SUBSCRIBE, Wire.u16(1), Wire.text("t"), Wire.u8(1)),
                Publish.of("t", "x").qos(1, 2).bytes(4),
                Wire.packet(Wire.PINGREQ));
        assertEquals(0, client.expect(PacketType.CONNACK).reason());
        boolean subscribed = false;
        boolean published = false;
        boolean acknowledged = false;
        for (int i = 0; i < 4; i++) {
            Packet packet = client.receive();
            subscribed |= packet.type() == PacketType.SUBACK;
            published |= packet.type() == PacketType.PUBLISH;
            acknowledged |= packet.type() == PacketType.PUBACK;
        }
        assertTrue(subscribed && published && acknowledged);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.1.4-6", "MQTT-3.1.4-5 of 3.1.1"})
    void packetsSentAfterARefusedConnectAreIgnored(int level) {
        RawClient watcher = client(4, "watcher");
        watcher.subscribe("t", 0);
        RawClient refused = open(level);
        refused.send(
                Connect.as(level, "x".repeat(1025)).bytes(),
                Publish.of("t", "x").bytes(level));
        assertEquals(level == 5 ? 0x85 : 2, refused.expect(PacketType.CONNACK).reason());
        refused.expectClosed();
        expectNothingOnItsWayTo(watcher);
    }

    @Test
    void enhancedAuthenticationIsRefused() {
        RawClient client = open(5);
        Packet answer = client.connect(Connect.as(5, "a").with(Property.authenticationMethod("SCRAM-SHA-1")));
        assertEquals(0x8C, answer.reason());
        client.expectClosed();
    }

    @Test
    void serverKeepAliveShortensLongerOnes() {
        restartWith("keep_alive_seconds_max", "30");
        assertEquals(30, open(5).connect(Connect.as(5, "a").keepAlive(31)).number(Property.SERVER_KEEP_ALIVE));
        assertEquals(30, open(5).connect(Connect.as(5, "b").keepAlive(0)).number(Property.SERVER_KEEP_ALIVE));
        assertEquals(-1, open(5).connect(Connect.as(5, "c").keepAlive(30)).number(Property.SERVER_KEEP_ALIVE));
    }

    @Test
    @Proves({"MQTT-3.1.4-2", "MQTT-3.2.2-7", "MQTT-3.2.2-8", "MQTT-3.2.2-5 of 3.1.1"})
    void sessionsAreBounded() {
        restartWith("sessions_max", "2");
        client(4, "a");
        client(4, "b").disconnect();
        durable(5, "c");
        RawClient refused = open(5);
        assertEquals(0x97, refused.connect(Connect.as(5, "d")).reason());
        refused.expectClosed();
        RawClient old = open(4);
        assertEquals(3, old.connect(Connect.as(4, "e")).reason());
        old.expectClosed();
        client(4, "a").expectSilence();
    }

    @Test
    @Proves({"MQTT-3.1.2-24", "MQTT-3.2.2-19"})
    void connackIsNeverLargerThanTheClientTakes() {
        RawClient client = open(5);
        client.send(Connect.as(5, "")
                .with(Property.authenticationMethod("no such thing"))
                .with(Property.maximumPacketSize(20))
                .bytes());
        Packet answer = client.expect(PacketType.CONNACK);
        assertEquals(0x8C, answer.reason());
        assertTrue(answer.size() <= 20, () -> "[MQTT-3.1.2-24]: " + answer);
    }

    @Test
    @Proves({"MQTT-3.1.2-24", "MQTT-3.14.2-3"})
    void disconnectIsNeverLargerThanTheClientTakes() {
        RawClient old = open(5).connected(Connect.as(5, "a").with(Property.maximumPacketSize(30)));
        client(5, "a");
        Packet farewell = old.expect(PacketType.DISCONNECT);
        assertEquals(0x8E, farewell.reason());
        assertTrue(farewell.size() <= 30, () -> "[MQTT-3.14.2-3]: " + farewell);
    }

    @Test
    void addressBeyondLoopbackIsRefusedUnlessMeant() throws BrokerStartException {
        BrokerConfig open = TestBroker.config(directory.resolve("other"), 1, "bind", "0.0.0.0");
        BrokerStartException refused = assertThrows(BrokerStartException.class, () -> Broker.start(open));
        assertTrue(String.valueOf(refused.getMessage()).contains("anonymous: anywhere"), refused::getMessage);
        Broker.start(open.with("anonymous", "anywhere")).close();
    }

    @Test
    void portInUseIsToldAndNothingStaysOpen() throws BrokerStartException {
        BrokerConfig second =
                TestBroker.config(directory.resolve("other"), 1).with("port", Integer.toString(broker.port()));
        BrokerStartException refused = assertThrows(BrokerStartException.class, () -> Broker.start(second));
        assertTrue(String.valueOf(refused.getMessage()).contains(Integer.toString(broker.port())), refused::getMessage);
        Broker.start(second.with("port", "0")).close();
    }

    @Test
    void directoryInUseIsTold() {
        BrokerConfig same = TestBroker.config(directory, 1);
        assertThrows(BrokerStartException.class, () -> Broker.start(same));
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.ScramClient;
import io.fieldmouse.broker.wire.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packets between CONNECT and CONNACK (MQTT 5 sections 3.15 and 4.12): what may be sent, how much, and for how long. */
@OneLaneAndFour
class AuthExchangeTest extends AuthenticationTestBase {

    @Test
    void packetsMayComeByteByByte() {
        ScramClient alice = alice();
        RawClient client = open(5);
        Packet challenge = challenged(client, connect("a"), alice);
        byte[] packet = authPacket(CONTINUE, alice.last(challenge.data(Property.AUTHENTICATION_DATA)));
        for (byte octet : packet) {
            client.send(new byte[] {octet});
        }
        assertEquals(0, client.expect(PacketType.CONNACK).reason());
    }

    @ParameterizedTest
    @ValueSource(ints = {Wire.CONNECT, Wire.PUBLISH, Wire.SUBSCRIBE, Wire.UNSUBSCRIBE, Wire.PINGREQ, Wire.PUBREL})
    @Proves("MQTT-3.1.2-30")
    void onlyAuthAndDisconnectMayComeBeforeConnack(int firstByte) {
        RawClient witness = scramClient(connect("witness"));
        witness.subscribe("#", 0);
        RawClient client = open(5);
        challenged(client, connect("a").will("will", "x", 0, false), alice());
        client.send(
                switch (firstByte) {
                    case Wire.CONNECT -> connect("a").bytes();
                    case Wire.PUBLISH -> Publish.of("t", "x").bytes(5);
                    case Wire.SUBSCRIBE ->
                        Wire.packet(Wire.SUBSCRIBE, Wire.u16(1), Wire.properties(), Wire.text("t"), Wire.u8(0));
                    case Wire.UNSUBSCRIBE ->
                        Wire.packet(Wire.UNSUBSCRIBE, Wire.u16(1), Wire.properties(), Wire.text("t"));
                    case Wire.PUBREL -> Wire.packet(Wire.PUBREL, Wire.u16(1));
                    default -> Wire.packet(firstByte);
                });
        expectRefused(client, 0x82);
        expectNothingOnItsWayTo(witness);
    }

    @Test
    void disconnectEndsTheExchangeWithoutAWord() {
        RawClient witness = scramClient(connect("witness"));
        witness.subscribe("will", 0);
        RawClient client = open(5);
        challenged(client, connect("a").durable().will("will", "x", 0, false), alice());
        client.send(Wire.packet(Wire.DISCONNECT, Wire.u8(4), Wire.properties()));
        client.expectClosed();
        expectNothingOnItsWayTo(witness);
        assertFalse(authenticated(open(5), connect("a").durable(), alice()).sessionPresent());
    }

    @Test
    void clientThatGoesAwayInTheMiddleLeavesNothing() {
        RawClient witness = scramClient(connect("witness"));
        witness.subscribe("will", 0);
        RawClient client = open(5);
        challenged(client, connect("a").durable().will("will", "x", 0, false), alice());
        client.reset();
        expectNothingOnItsWayTo(witness);
        assertFalse(authenticated(open(5), connect("a").durable(), alice()).sessionPresent());
    }

    @Test
    @Proves("MQTT-4.12.0-5")
    void methodMayNotChange() {
        ScramClient alice = alice();
        RawClient client = open(5);
        Packet challenge = challenged(client, connect("a"), alice);
        client.send(authPacket(CONTINUE, "WORD", alice.last(challenge.data(Property.AUTHENTICATION_DATA))));
        expectRefused(client, 0x82);
    }

    @Test
    @Proves("MQTT-4.12.0-5")
    void methodMayNotBeLeftOut() {
        RawClient client = open(5);
        challenged(client, connect("a"), alice());
        client.send(Wire.packet(Wire.AUTH, Wire.u8(CONTINUE), Wire.properties()));
        expectRefused(client, 0x82);
    }

    @Test
    void dataMayNotComeWithoutMethod() {
        RawClient client = open(5);
        challenged(client, connect("a"), alice());
        client.send(Wire.packet(
                Wire.AUTH, Wire.u8(CONTINUE), Wire.properties(Property.authenticationData(Wire.bytes("x")))));
        expectRefused(client, 0x82);
    }

    @ParameterizedTest
    @ValueSource(ints = {Property.AUTHENTICATION_METHOD, Property.AUTHENTICATION_DATA, Property.REASON_STRING})
    void propertyMayNotComeTwice(int id) {
        RawClient client = open(5);
        challenged(client, connect("a"), alice());
        byte[] property = Wire.join(Wire.u8(id), Wire.text("x"));
        byte[] method =
                id == Property.AUTHENTICATION_METHOD ? property : Property.authenticationMethod(ScramClient.METHOD);
        client.send(Wire.packet(
                Wire.AUTH,
                Wire.u8(CONTINUE),
                id == Property.AUTHENTICATION_METHOD
                        ? Wire.properties(method, property)
                        : Wire.properties(method, property, property)));
        expectRefused(client, 0x82);
    }

    @Test
    void reasonStringAndUserPropertiesOfTheClientAreTaken() {
        ScramClient alice = alice();
        RawClient client = open(5);
        Packet challenge = challenged(client, connect("a"), alice);
        client.send(Wire.packet(
                Wire.AUTH,
                Wire.u8(CONTINUE),
                Wire.properties(
                        Property.reasonString("as you wish"),
                        Property.user("a", "1"),
                        Property.user("a", "2"),
                        Property.authenticationData(alice.last(challenge.data(Property.AUTHENTICATION_DATA))),
                        Property.authenticationMethod(ScramClient.METHOD))));
        assertEquals(0, client.expect(PacketType.CONNACK).reason());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x01, 0x19, 0x80, 0x87, 0xFF})
    @Proves({"MQTT-4.12.0-3", "MQTT-3.15.2-1"})
    void onlyContinueIsAReasonBeforeConnack(int reason) {
        RawClient client = open(5);
        challenged(client, connect("a"), alice());
        auth(client, reason, Wire.bytes("x"));
        expectRefused(client, 0x82);
    }

    @Test
    @Proves("MQTT-3.15.1-1")
    void authWithFlagsIsMalformed() {
        for (int flags = 1; flags < 16; flags++) {
            RawClient client = open(5);
            challenged(client, connect("a"), alice());
            byte[] packet = authPacket(CONTINUE, Wire.bytes("x"));
            packet[0] |= (byte) flags;
            client.send(packet);
            expectRefused(client, 0x81);
        }
    }

    @Test
    @Proves({"MQTT-4.12.0-6", "MQTT-4.12.0-7"})
    void authFromAClientThatNamedNoMethodIsRefused() {
        RawClient client = open(5);
        Packet answer = client.connect(connect("a"));
        assertEquals(0, answer.reason());
        assertFalse(answer.has(Property.AUTHENTICATION_METHOD));
        assertFalse(answer.has(Property.AUTHENTICATION_DATA));
        auth(client, AGAIN, alice().first());
        client.expectDisconnect(0x82);
    }

    @Test
    void olderClientsHaveNoAuth() {
        for (int level = 3; level < 5; level++) {
            RawClient client = client(level, "a");
            auth(client, AGAIN, alice().first());
            client.expectClosed();
        }
    }

    @Test
    void exchangeThatDoesNotEndIsEnded() {
        RawClient client = open(5);
        client.send(connect("a").with(Property.authenticationMethod("ENDLESS")).bytes());
        for (int round = 1; round <= 10; round++) {
            Packet more = client.expect(PacketType.AUTH);
            assertEquals(CONTINUE, more.reason());
            assertArrayEquals(new byte[] {(byte) round}, more.data(Property.AUTHENTICATION_DATA));
            client.send(authPacket(CONTINUE, "ENDLESS", Wire.bytes("more")));
        }
        expectRefused(client, 0x87);
    }

    @Test
    void connectTimeoutCoversTheExchange() {
        restartWith("connect_timeout_seconds", "1");
        RawClient asked = scramClient(connect("a"));
        RawClient silent = open(5);
        challenged(silent, connect("b"), alice());
        expectRefused(silent, 0x87);
        asked.expectSilence(); // for which the second has passed too
    }

    @Test
    void authThatIsTooLargeForTheClientIsNotSent() {
        RawClient client = open(5);
        client.send(connect("a")
                .with(Property.maximumPacketSize(60))
                .with(Property.authenticationMethod(ScramClient.METHOD))
                .with(Property.authenticationData(alice().first()))
                .bytes());
        Packet answer = client.expect(PacketType.CONNACK);
        assertEquals(0x87, answer.reason());
        assertTrue(answer.size() <= 60);
        client.expectClosed();
    }

    @Test
    @Proves("MQTT-3.1.2-24")
    void authThatJustFitsIsSent() {
        RawClient client = open(5);
        Packet challenge = challenged(client, connect("a"), alice());
        RawClient fitting = open(5);
        Packet again = challenged(fitting, connect("a").with(Property.maximumPacketSize(challenge.size())), alice());
        assertEquals(challenge.size(), again.size());
        RawClient small = open(5);
        small.send(connect("a")
                .with(Property.maximumPacketSize(challenge.size() - 1))
                .with(Property.authenticationMethod(ScramClient.METHOD))
                .with(Property.authenticationData(alice().first()))
                .bytes());
        expectRefused(small, 0x87);
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.ScramClient;
import io.fieldmouse.broker.wire.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AUTH on an open connection (MQTT 5 section 4.12.1): the client proves itself again while its messages flow. */
@OneLaneAndFour
class ReAuthenticationTest extends AuthenticationTestBase {

    private static Packet challengedAgain(RawClient client, ScramClient scram) {
        auth(client, AGAIN, scram.first());
        Packet challenge = client.expect(PacketType.AUTH);
        assertEquals(CONTINUE, challenge.reason());
        assertEquals(ScramClient.METHOD, challenge.text(Property.AUTHENTICATION_METHOD));
        return challenge;
    }

    private static void proveAgain(RawClient client, ScramClient scram, Packet challenge) {
        auth(client, CONTINUE, scram.last(challenge.data(Property.AUTHENTICATION_DATA)));
        Packet done = client.expect(PacketType.AUTH);
        assertEquals(0, done.reason());
        assertEquals(ScramClient.METHOD, done.text(Property.AUTHENTICATION_METHOD));
        assertFalse(done.has(Property.REASON_STRING));
        assertFalse(done.has(Property.USER_PROPERTY));
        scram.requireProof(done.data(Property.AUTHENTICATION_DATA));
    }

    @Test
    @Proves({"MQTT-4.12.0-5", "MQTT-3.15.2-1"})
    void clientProvesItselfAgainAsOftenAsItLikes() {
        for (int i = 0; i < 4; i++) { // on each lane
            RawClient client = scramClient(connect("client-" + i));
            for (int again = 0; again < 12; again++) {
                ScramClient alice = alice();
                proveAgain(client, alice, challengedAgain(client, alice));
            }
            client.expectSilence();
            client.disconnect();
        }
    }

    @Test
    void messagesFlowMeanwhile() {
        RawClient client = scramClient(connect("a"));
        client.subscribe("t", 2);
        ScramClient alice = alice();
        Packet challenge = challengedAgain(client, alice);
        client.expectSilence();
        assertEquals(0x10, client.publish("nobody/listens", "1", 1));
        RawClient other = client(5, "b");
        other.publish("t", "2", 2);
        client.acknowledge(client.expectPublish("t", "2", 2));
        assertEquals(0, client.subscribe("u", 0));
        proveAgain(client, alice, challenge);
        other.publish("u", "3", 0);
        client.expectPublish("u", "3");
    }

    @Test
    @Proves("MQTT-4.12.1-2")
    void wrongPasswordEndsTheConnection() {
        RawClient witness = client(5, "witness");
        witness.subscribe("will", 0);
        RawClient client = scramClient(connect("a").will("will", "gone", 0, false));
        ScramClient guess = new ScramClient("alice", "guess", "abc");
        Packet challenge = challengedAgain(client, guess);
        auth(client, CONTINUE, guess.last(challenge.data(Property.AUTHENTICATION_DATA)));
        client.expectDisconnect(0x87);
        witness.expectPublish("will", "gone");
    }

    @Test
    void willKeepsItsDelayWhenTheProofFails() {
        RawClient witness = client(5, "witness");
        witness.subscribe("will", 0);
        RawClient client = scramClient(
                connect("a").durable().will("will", "gone", 0, false).willWith(Property.willDelay(3600)));
        ScramClient guess = new ScramClient("alice", "guess", "abc");
        Packet challenge = challengedAgain(client, guess);
        auth(client, CONTINUE, guess.last(challenge.data(Property.AUTHENTICATION_DATA)));
        client.expectDisconnect(0x87);
        expectNothingOnItsWayTo(witness);
    }

    @Test
    void anotherUserIsNotTheSameClient() {
        RawClient client = scramClient(connect("a"));
        ScramClient bob = bob();
        Packet challenge = challengedAgain(client, bob);
        auth(client, CONTINUE, bob.last(challenge.data(Property.AUTHENTICATION_DATA)));
        client.expectDisconnect(0x87);
    }

    @Test
    @Proves("MQTT-4.12.1-1")
    void anotherMethodEndsTheConnection() {
        RawClient client = scramClient(connect("a"));
        client.send(authPacket(AGAIN, "WORD", Wire.bytes("alice")));
        client.expectDisconnect(0x82);
    }

    @Test
    @Proves("MQTT-4.12.0-5")
    void anotherMethodInTheMiddleEndsTheConnection() {
        RawClient client = scramClient(connect("a"));
        challengedAgain(client, alice());
        client.send(authPacket(CONTINUE, "WORD", Wire.bytes("alice")));
        client.expectDisconnect(0x82);
    }

    @Test
    void beginningTwiceEndsTheConnection() {
        RawClient client = scramClient(connect("a"));
        challengedAgain(client, alice());
        auth(client, AGAIN, alice().first());
        client.expectDisconnect(0x82);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x18, 0x87})
    @Proves("MQTT-3.15.2-1")
    void onlyTheRequestToBeginAgainIsAReasonBetweenExchanges(int reason) {
        RawClient client = scramClient(connect("a"));
        auth(client, reason, alice().first());
        client.expectDisconnect(0x82);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x87})
    @Proves("MQTT-3.15.2-1")
    void onlyContinueIsAReasonInTheMiddle(int reason) {
        RawClient client = scramClient(connect("a"));
        challengedAgain(client, alice());
        auth(client, reason, alice().first());
        client.expectDisconnect(0x82);
    }

    @Test
    void methodOfOneStepIsDoneAtOnce() {
        RawClient client = open(5);
        client.connected(connect("a")
                .with(Property.authenticationMethod("WORD"))
                .with(Property.authenticationData(Wire.bytes("bob"))));
        client.send(authPacket(AGAIN, "WORD", Wire.bytes("bob")));
        Packet done = client.expect(PacketType.AUTH);
        assertEquals(0, done.reason());
        assertEquals("WORD", done.text(Property.AUTHENTICATION_METHOD));
        assertFalse(done.has(Property.AUTHENTICATION_DATA));
        client.send(Wire.packet(Wire.AUTH, Wire.u8(AGAIN), Wire.properties(Property.authenticationMethod("WORD"))));
        client.expectDisconnect(0x87);
    }

    @Test
    void answerTooLargeForTheClientEndsTheConnection() {
        RawClient client = open(5);
        ScramClient alice = alice();
        Packet challenge = challenged(client, connect("a").with(Property.maximumPacketSize(100)), alice);
        auth(client, CONTINUE, alice.last(challenge.data(Property.AUTHENTICATION_DATA)));
        client.expect(PacketType.CONNACK);
        ScramClient wordy = new ScramClient("alice", "secret of alice", "n".repeat(100));
        auth(client, AGAIN, wordy.first());
        client.expectDisconnect(0x87);
    }
}

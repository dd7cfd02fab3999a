package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fieldmouse.broker.access.AuthenticationMethod;
import io.fieldmouse.broker.access.ScramVerifier;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.ScramClient;
import io.fieldmouse.broker.wire.Wire;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;

/** A broker that knows alice and bob, and two methods of its owner's; and the client's side of the exchange. */
abstract class AuthenticationTestBase extends BrokerTestBase {
    static final int CONTINUE = 0x18;
    static final int AGAIN = 0x19;

    @SuppressWarnings("NullAway.Init") // filled before each test
    AccessFiles files;

    /** Whoever says a name is that one. */
    private static final class Word implements AuthenticationMethod {
        @Override
        public String name() {
            return "WORD";
        }

        @Override
        public Exchange begin() {
            return said -> said.length == 0
                    ? new Refused("not a word")
                    : new Accepted(new String(said, StandardCharsets.UTF_8), new byte[0], null);
        }
    }

    /** Asks on and on, with a byte that counts. */
    private static final class Endless implements AuthenticationMethod {
        @Override
        public String name() {
            return "ENDLESS";
        }

        @Override
        public Exchange begin() {
            byte[] round = {0};
            return said -> {
                round[0]++;
                return new Continue(round.clone());
            };
        }
    }

    /** Is there, and not to be used now. */
    private static final class Mood implements AuthenticationMethod {
        @Override
        public String name() {
            return "MOOD";
        }

        @Override
        public boolean isOffered() {
            return false;
        }

        @Override
        public Exchange begin() {
            throw new IllegalStateException("not now");
        }
    }

    @Override
    @BeforeEach
    void startBroker() {
        broker = TestBroker.start(config());
    }

    @Override
    void restartWith(String... settings) {
        broker.close();
        broker = TestBroker.start(config(settings));
    }

    private BrokerConfig config(String... settings) {
        files = new AccessFiles(directory).users(user("alice"), user("bob"));
        return TestBroker.config(directory, lanes, settings)
                .with("password_file", files.passwords())
                .with("anonymous", "loopback")
                .withAuthenticationMethod(new Word())
                .withAuthenticationMethod(new Mood())
                .withAuthenticationMethod(new Endless());
    }

    static String user(String name) {
        byte[] salt = Wire.bytes("salt of " + name);
        return name + ":"
                + ScramVerifier.create("secret of " + name, salt, 4096).format();
    }

    static ScramClient alice() {
        return new ScramClient("alice", "secret of alice", "nonce-of-alice");
    }

    static ScramClient bob() {
        return new ScramClient("bob", "secret of bob", "nonce-of-bob");
    }

    static Connect connect(String clientId) {
        return Connect.as(5, clientId);
    }

    static byte[] authPacket(int reason, byte[] data) {
        return authPacket(reason, ScramClient.METHOD, data);
    }

    static byte[] authPacket(int reason, String method, byte[] data) {
        return Wire.packet(
                Wire.AUTH,
                Wire.u8(reason),
                Wire.properties(Property.authenticationMethod(method), Property.authenticationData(data)));
    }

    static void auth(RawClient client, int reason, byte[] data) {
        client.send(authPacket(reason, data));
    }

    /** Sends CONNECT with the first message, and returns the challenge. */
    static Packet challenged(RawClient client, Connect connect, ScramClient scram) {
        client.send(connect.with(Property.authenticationMethod(ScramClient.METHOD))
                .with(Property.authenticationData(scram.first()))
                .bytes());
        Packet challenge = client.expect(PacketType.AUTH);
        assertEquals(CONTINUE, challenge.reason());
        return challenge;
    }

    /** The whole exchange; returns CONNACK. */
    static Packet authenticated(RawClient client, Connect connect, ScramClient scram) {
        Packet challenge = challenged(client, connect, scram);
        auth(client, CONTINUE, scram.last(challenge.data(Property.AUTHENTICATION_DATA)));
        Packet answer = client.expect(PacketType.CONNACK);
        assertEquals(0, answer.reason());
        scram.requireProof(answer.data(Property.AUTHENTICATION_DATA));
        return answer;
    }

    /** CONNACK with this reason, and the end. */
    static void expectRefused(RawClient client, int reason) {
        Packet answer = client.expect(PacketType.CONNACK);
        assertEquals(reason, answer.reason());
        assertFalse(answer.sessionPresent());
        client.expectClosed();
    }

    /** Alice's, connected. */
    RawClient scramClient(Connect connect) {
        RawClient client = open(5);
        authenticated(client, connect, alice());
        return client;
    }
}

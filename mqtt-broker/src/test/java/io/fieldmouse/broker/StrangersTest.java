package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.ScramClient;
import io.fieldmouse.broker.wire.Wire;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Who has not yet been let in takes nothing from those who have. */
@OneLaneAndFour
class StrangersTest extends AuthenticationTestBase {
    private static final int LARGE = 60_000;

    /** A CONNECT that needs memory for its will. */
    private static byte[] largeConnect(int level, String clientId) {
        return Connect.as(level, clientId)
                .will("will", "x".repeat(LARGE), 0, false)
                .bytes();
    }

    private RawClient halfConnected(int level, String clientId) {
        RawClient stranger = open(level);
        byte[] connect = largeConnect(level, clientId);
        stranger.send(Arrays.copyOf(connect, connect.length - 1));
        return stranger;
    }

    /** Fills what strangers may take: a second one of these finds no room. */
    private RawClient onlyStranger() {
        restartWith("strangers_bytes_max", "65536", "buffer_bytes_max", "1048576");
        RawClient first = halfConnected(4, "first");
        await("the first has come", () -> broker.broker().shared().strangers().bytes() >= LARGE - 4_096);
        RawClient second = halfConnected(4, "second");
        second.expectClosed();
        assertEquals(1, broker.count(Counter.REFUSED_STRANGERS_FULL));
        return first;
    }

    @Test
    void clientsAreNotRefusedWhatStrangersHaveTaken() {
        onlyStranger();
        RawClient subscriber = client(5, "s");
        subscriber.subscribe("t", 1);
        RawClient publisher = client(5, "p");
        String large = "x".repeat(100_000);
        assertEquals(0, publisher.publish("t", large, 1));
        subscriber.acknowledge(subscriber.expectPublish("t", large, 1));
    }

    @Test
    void roomIsThereAgainWhenAStrangerGoesOrIsLetIn() {
        onlyStranger().reset();
        await("the next one finds room", () -> {
            RawClient next = open(4);
            next.send(largeConnect(4, "next"));
            var answer = next.receiveUnlessClosed();
            return answer != null && answer.type() == PacketType.CONNACK && answer.reason() == 0;
        });
        RawClient another = open(4);
        another.send(largeConnect(4, "another"));
        assertEquals(0, another.expect(PacketType.CONNACK).reason());
    }

    @Test
    void whatAClientSaysIsCountedUntilItHasProvedWhoItIs() {
        restartWith("strangers_bytes_max", "65536");
        ScramClient alice = alice();
        RawClient first = open(5);
        Packet challenge = challenged(first, connect("first").will("will", "x".repeat(LARGE), 0, false), alice);
        halfConnected(5, "second").expectClosed();
        assertEquals(1, broker.count(Counter.REFUSED_STRANGERS_FULL));
        auth(first, CONTINUE, alice.last(challenge.data(Property.AUTHENTICATION_DATA)));
        assertEquals(0, first.expect(PacketType.CONNACK).reason());
        RawClient third = open(5);
        third.send(largeConnect(5, "third"));
        assertEquals(0, third.expect(PacketType.CONNACK).reason());
    }

    @Test
    void strangersPacketIsBoundedAndAClientsMayBeLarger() {
        restartWith("connect_bytes_max", "1000");
        RawClient stranger = open(5);
        stranger.send(Arrays.copyOf(largeConnect(5, "large"), 10));
        stranger.expectClosed();
        assertEquals(1, broker.count(Counter.REFUSED_PACKET_TOO_LARGE));
        RawClient client = open(5);
        // Who is sure to be let in need not wait for the answer.
        client.send(
                Connect.as(5, "c").bytes(),
                Publish.of("t", new byte[LARGE]).qos(1, 1).bytes(5));
        assertEquals(0, client.expect(PacketType.CONNACK).reason());
        client.expect(PacketType.PUBACK, 1, 0x10);
        client.send(Wire.packet(Wire.PINGREQ));
        client.expect(PacketType.PINGRESP);
    }
}

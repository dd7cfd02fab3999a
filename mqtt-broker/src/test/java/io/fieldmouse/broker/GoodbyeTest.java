package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import org.junit.jupiter.api.Test;

/** How the broker ends a connection: the client is told why, even while it is sending. */
@OneLaneAndFour
class GoodbyeTest extends BrokerTestBase {
    /** More than the broker reads at once, so that there is unread input when it decides. */
    private static final byte[] MUCH_MORE = new byte[1_000_000];

    private static final byte[] MESSAGE = new byte[40_000];

    /** From a socket that takes all to a connection that is full it is half of them. */
    private static final int FILLINGS = 12;

    /** More than sockets take. */
    private static final int MESSAGES_MAX = 1_000;

    private void publish(RawClient publisher, String topic) {
        publisher.send(Publish.of(topic, MESSAGE));
        publisher.expectSilence(); // it is on its way: the subscriber is on the same lane
    }

    private RawClient deafSubscriber(String clientId) {
        RawClient deaf = broker.openDeaf(5).connected(Connect.as(5, clientId));
        deaf.subscribe(clientId, 0);
        return deaf;
    }

    /** So many messages make the connection of a client that does not read full. */
    private int messagesUntilFull() {
        RawClient deaf = deafSubscriber("first");
        RawClient publisher = client(5, neighbourOf("first"));
        int messages = 0;
        while (broker.count(Counter.DROPPED_SLOW_READER) == 0) {
            publish(publisher, "first");
            messages++;
            assertTrue(messages < MESSAGES_MAX, "it is never full");
        }
        deaf.reset();
        return messages;
    }

    @Test
    void clientThatWasSlowGetsAllThatWaitedForItAndThenIsToldWhy() {
        int full = messagesUntilFull();
        for (int messages = Math.max(1, full - FILLINGS); messages < full; messages++) {
            String clientId = "deaf" + messages;
            RawClient deaf = deafSubscriber(clientId);
            RawClient publisher = client(5, neighbourOf(clientId));
            long droppedBefore = broker.count(Counter.DROPPED_SLOW_READER);
            for (int i = 0; i < messages; i++) {
                publish(publisher, clientId);
            }
            long dropped = broker.count(Counter.DROPPED_SLOW_READER) - droppedBefore;
            deaf.send(Wire.packet(Wire.PINGREQ, Wire.u8(1)));
            publisher.expectSilence(); // it is read, unless the connection is full; then later
            for (long i = dropped; i < messages; i++) {
                assertEquals(MESSAGE.length, deaf.expect(PacketType.PUBLISH).payload().length);
            }
            assertEquals(0x81, deaf.expect(PacketType.DISCONNECT).reason());
            deaf.expectEnd();
        }
    }

    @Test
    void clientThatIsStillSendingIsToldWhy() {
        RawClient client = client(5, "a");
        client.send(Wire.packet(Wire.PINGREQ, Wire.u8(1)), MUCH_MORE);
        Packet goodbye = client.expect(PacketType.DISCONNECT);
        assertEquals(0x81, goodbye.reason());
        client.expectEnd();
    }

    @Test
    void refusedClientThatIsStillSendingIsToldWhy() {
        RawClient client = open(5);
        client.send(Connect.as(6, "a").bytes(), MUCH_MORE);
        assertEquals(0x84, client.expect(PacketType.CONNACK).reason());
        client.expectEnd();
    }

    @Test
    void clientThatDoesNotGoIsNotHeardForEver() {
        RawClient client = client(5, "a");
        client.send(Wire.packet(Wire.PINGREQ, Wire.u8(1)));
        client.expect(PacketType.DISCONNECT);
        client.expectEnd();
        client.expectDeaf();
    }
}

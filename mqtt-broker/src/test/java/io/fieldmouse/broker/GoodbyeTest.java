package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import org.junit.jupiter.api.Test;

/** How the broker ends a connection: the client is told why, even while it is sending. */
@OneLaneAndFour
class GoodbyeTest extends BrokerTestBase {
    /** More than the broker reads at once, so that there is unread input when it decides. */
    private static final byte[] MUCH_MORE = new byte[1_000_000];

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

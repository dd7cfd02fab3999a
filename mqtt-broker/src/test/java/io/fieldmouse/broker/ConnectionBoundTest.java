package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** No more connections than {@code connections_max}, whatever has become of those before. */
@OneLaneAndFour
class ConnectionBoundTest extends BrokerTestBase {
    /** More than a test opens while the broker may not yet have noticed the end of those before. */
    private static final int CONNECTIONS_MAX = 20;

    @Override
    String[] settings() {
        return new String[] {"connections_max", Integer.toString(CONNECTIONS_MAX)};
    }

    /** Whether a connection made now is served. It stays open if so. */
    private boolean isServed(String clientId) {
        RawClient client = open(4);
        client.send(Connect.as(4, clientId).bytes());
        return client.receiveUnlessClosed() != null;
    }

    /** As many as there may be connect, as soon as the broker has noticed that all others have gone; and one more not. */
    private void expectRoomForAll() {
        for (int i = 0; i < CONNECTIONS_MAX; i++) {
            String clientId = "new" + i;
            await("there is room for " + clientId, () -> isServed(clientId));
        }
        open(4).expectClosed();
    }

    @Test
    void connectionBeyondTheBoundIsRefusedAndCountedUntilAnotherHasClosed() {
        RawClient first = client(5, "first");
        for (int i = 2; i <= CONNECTIONS_MAX; i++) {
            open(4); // one that has said nothing yet counts too
        }
        await("all are accepted", () -> broker.count(Counter.CONNECTIONS_ACCEPTED) == CONNECTIONS_MAX);
        for (int i = 1; i <= 5; i++) {
            open(4).expectClosed();
            assertEquals(i, broker.count(Counter.CONNECTIONS_REFUSED));
        }
        assertEquals(CONNECTIONS_MAX, broker.count(Counter.CONNECTIONS_ACCEPTED));
        first.expectSilence();
        first.disconnect();
        await("the place of the first is free", () -> isServed("second"));
        open(4).expectClosed();
    }

    @Test
    void everyWayToEndAConnectionMakesRoomForAnother() {
        client(5, "disconnected").disconnect();
        client(4, "cut off").reset();
        client(4, "closed").close();
        open(4).close();
        RawClient violator = client(5, "violator");
        violator.send(Wire.packet(Wire.CONNECT));
        violator.expect(PacketType.DISCONNECT);
        RawClient refused = open(5);
        refused.send(Connect.as(5, "x".repeat(2_000)).bytes());
        refused.expect(PacketType.CONNACK);
        byte[] connect = Connect.as(4, "half").bytes();
        RawClient half = open(4);
        half.send(Arrays.copyOf(connect, connect.length / 2));
        half.reset();
        for (int i = 0; i < 4; i++) {
            // Gone while it is brought to its lane, or before.
            RawClient hasty = open(4);
            hasty.send(Connect.as(4, "hasty" + i).bytes());
            hasty.reset();
        }
        client(4, "twice");
        client(4, "twice").reset();
        expectRoomForAll();
    }
}

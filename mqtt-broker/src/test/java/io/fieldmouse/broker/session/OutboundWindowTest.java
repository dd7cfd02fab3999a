package io.fieldmouse.broker.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.Proves;
import io.fieldmouse.store.StoredMessage;
import io.fieldmouse.store.StoredSession;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OutboundWindowTest {
    private final OutboundWindow window = new OutboundWindow();

    private static QueuedMessage message(int packetId) {
        StoredMessage stored = new StoredMessage("t", new byte[0], new byte[0], Long.MAX_VALUE);
        return QueuedMessage.restored(
                new StoredSession.QueuedMessage(1, stored, 1, false, new int[0], packetId, false, ""));
    }

    @Test
    @Proves({"MQTT-2.2.1-4", "MQTT-4.3.2-1", "MQTT-4.3.3-1"})
    void packetIdsAreNeverZeroAndSkipThoseInUse() {
        QueuedMessage kept = message(0);
        window.add(kept);
        for (int i = 0; i < 140_000; i++) {
            QueuedMessage passing = message(0);
            window.add(passing);
            assertTrue(passing.packetId > 0 && passing.packetId <= 65_535);
            assertTrue(passing.packetId != kept.packetId, "[MQTT-2.2.1-4]");
            window.remove(passing);
        }
    }

    @Test
    void allPacketIdsAreUsedBeforeTheWindowIsFull() {
        Set<Integer> ids = new HashSet<>();
        while (window.hasRoom(100_000)) {
            QueuedMessage message = message(0);
            window.add(message);
            assertTrue(ids.add(message.packetId));
        }
        assertEquals(65_535, ids.size());
    }

    @Test
    void newIdsFollowThoseOfAnEarlierLife() {
        window.restore(message(65_535));
        window.restore(message(3));
        QueuedMessage first = message(0);
        window.add(first);
        assertEquals(1, first.packetId);
    }

    @Test
    void windowIsCountedAnewOnEachConnection() {
        QueuedMessage first = message(0);
        QueuedMessage second = message(0);
        window.add(first);
        window.add(second);
        assertFalse(window.hasRoom(2));
        window.reopen();
        assertTrue(window.hasRoom(1));
        assertEquals(first, window.nextToResend());
        window.resent();
        window.countOnWire(first);
        assertFalse(window.hasRoom(1));
        window.remove(second);
        assertNull(window.nextToResend(), "it was settled before it was sent again");
        window.remove(first);
        assertTrue(window.isEmpty());
        assertTrue(window.hasRoom(1));
    }

    @Test
    void settledMessageIsNotFound() {
        QueuedMessage message = message(0);
        window.add(message);
        assertNotNull(window.get(message.packetId));
        window.remove(message);
        assertNull(window.get(message.packetId));
    }
}

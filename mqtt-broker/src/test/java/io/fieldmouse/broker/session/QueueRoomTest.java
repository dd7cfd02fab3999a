package io.fieldmouse.broker.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** How much may be reserved of a queue. */
class QueueRoomTest {
    private final ByteBudget budget = new ByteBudget(1_000);

    private QueueRoom room(int messagesMax, long bytesMax, boolean dropOldest) {
        return new QueueRoom(new QueueRoom.Limits(messagesMax, bytesMax, dropOldest), budget);
    }

    private static int reserveAll(QueueRoom room, int messageBytes) {
        int count = 0;
        while (room.tryReserve(messageBytes)) {
            count++;
        }
        return count;
    }

    @Test
    void queueThatRefusesIsReservedOnce() {
        assertEquals(3, reserveAll(room(3, 500, false), 10));
        assertEquals(5, reserveAll(room(100, 500, false), 100));
    }

    @Test
    void queueThatDropsIsReservedTwice() {
        assertEquals(6, reserveAll(room(3, 100, true), 10));
        assertEquals(60, budget.bytes());
        assertEquals(4, reserveAll(room(100, 100, true), 50));
    }

    @Test
    void onlyWhatHasToBeKeptDisplacesAnything() {
        QueueRoom room = room(2, 100, true);
        assertTrue(room.tryReserveFree(10));
        assertTrue(room.tryReserveFree(10));
        assertFalse(room.hasFreeRoomFor(10));
        assertFalse(room.tryReserveFree(10));
        assertFalse(room.isFullFor(10));
        assertTrue(room.tryReserve(10));
    }

    @Test
    void messageLargerThanTheQueueDisplacesNothing() {
        QueueRoom room = room(10, 100, true);
        assertTrue(room.isFullFor(101));
        assertFalse(room.tryReserve(101));
        assertTrue(room.tryReserve(100));
    }

    @Test
    void fullBuffersOfTheBrokerAreNotExceeded() {
        assertEquals(10, reserveAll(room(100, 900, true), 100));
        assertEquals(1_000, budget.bytes());
    }
}

package io.fieldmouse.broker.session;

/**
 * What one session's queue holds of its room: what has arrived, waiting or sent, as against what publishers have
 * reserved. Belongs to the session's lane.
 */
final class QueueLoad {
    private final QueueRoom room;
    private final QueuedTotals totals;
    private int messages;
    private long bytes;

    /** @param totals of the session's lane */
    QueueLoad(QueueRoom room, QueuedTotals totals) {
        this.room = room;
        this.totals = totals;
    }

    /** A message for which room was reserved has arrived. */
    void add(QueuedMessage message) {
        totals.add(message);
        messages++;
        bytes += message.publication.sizeBytes();
    }

    /** The message is held elsewhere from now on; its room stays reserved. */
    void remove(QueuedMessage message) {
        if (message.takesRoom) {
            totals.remove(message);
            messages--;
            bytes -= message.publication.sizeBytes();
        }
    }

    /** The message is settled. */
    void giveBack(QueuedMessage message) {
        remove(message);
        if (message.takesRoom) {
            room.release(message.publication.sizeBytes());
        }
    }

    /** Whether something has to be dropped. Never where a full queue refuses: then no more was reserved. */
    boolean isBeyondBounds() {
        return messages > room.limits().messagesMax() || bytes > room.limits().bytesMax();
    }
}

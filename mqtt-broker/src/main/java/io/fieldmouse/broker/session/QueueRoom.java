package io.fieldmouse.broker.session;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much room one session's queue has left, by messages and by bytes. Reserved by publishers' lanes before they
 * acknowledge, given back by the session's own lane: the one part of a session that other lanes touch.
 */
public final class QueueRoom {

    /**
     * Bounds of one session's queue: unacknowledged and waiting messages together.
     *
     * @param dropOldest whether a message for a full queue is taken, and what has waited longest dropped for it when it
     *     arrives on the session's lane; else it is refused
     */
    public record Limits(int messagesMax, long bytesMax, boolean dropOldest) {

        /** How often the bounds may be reserved: for what is there, and for what will displace it. */
        private int times() {
            return dropOldest ? 2 : 1;
        }
    }

    private final Limits limits;
    private final ByteBudget budget;
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    QueueRoom(Limits limits, ByteBudget budget) {
        this.limits = limits;
        this.budget = budget;
    }

    /**
     * Reserves room for one message, or none and returns false. From any lane.
     *
     * <p>Where the oldest are dropped, the queue may be full: then what is on its way to it may be as much again, each
     * message of it displacing its like when it arrives. Beyond that it is refused all the same.
     */
    public boolean tryReserve(int messageBytes) {
        return tryReserve(messageBytes, limits.times());
    }

    /** As {@link #tryReserve}, but only if nothing has to be dropped for it. */
    boolean tryReserveFree(int messageBytes) {
        return tryReserve(messageBytes, 1);
    }

    /**
     * Takes the room of a message that a restart found, and that is not refused whatever the bounds are now. Where a full
     * queue refuses, it counts also beyond them: nothing new comes in before what is there is below them again. Where the
     * oldest are dropped it does not count there, or the newest could not displace them.
     *
     * @return whether it counts
     */
    boolean takeRestored(int messageBytes) {
        if (limits.dropOldest) {
            return tryReserveFree(messageBytes);
        }
        messages.incrementAndGet();
        bytes.addAndGet(messageBytes);
        budget.take(messageBytes);
        return true;
    }

    private boolean tryReserve(int messageBytes, int times) {
        boolean countFits = messages.incrementAndGet() <= times * limits.messagesMax;
        boolean bytesFit = bytes.addAndGet(messageBytes) <= times * limits.bytesMax && messageBytes <= limits.bytesMax;
        if (countFits && bytesFit && budget.tryTake(messageBytes)) {
            return true;
        }
        messages.decrementAndGet();
        bytes.addAndGet(-messageBytes);
        return false;
    }

    /** Gives back the room of one message. */
    public void release(int messageBytes) {
        messages.decrementAndGet();
        bytes.addAndGet(-messageBytes);
        budget.give(messageBytes);
    }

    /** Whether a message of this size would be refused now. */
    public boolean isFullFor(int messageBytes) {
        return messages.get() >= limits.times() * limits.messagesMax
                || bytes.get() + messageBytes > limits.times() * limits.bytesMax
                || messageBytes > limits.bytesMax
                || !budget.hasRoomFor(messageBytes);
    }

    /** Whether nothing would have to be dropped, nor a message of this size refused, now. */
    public boolean hasFreeRoomFor(int messageBytes) {
        return messages.get() < limits.messagesMax && bytes.get() + messageBytes <= limits.bytesMax;
    }

    /** At least half full: who publishes more should be held back while the receiver catches up. */
    public boolean isCrowded() {
        return messages.get() * 2 >= limits.messagesMax || bytes.get() * 2 >= limits.bytesMax;
    }

    /** Down to a quarter: those who were held back may go on. */
    boolean isRoomy() {
        return messages.get() * 4 <= limits.messagesMax && bytes.get() * 4 <= limits.bytesMax;
    }

    Limits limits() {
        return limits;
    }

    public int messages() {
        return messages.get();
    }
}

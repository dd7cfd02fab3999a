package io.fieldmouse.broker.session;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much room one session's queue has left, by messages and by bytes. Reserved by publishers' lanes before they
 * acknowledge, given back by the session's own lane: the one part of a session that other lanes touch.
 */
public final class QueueRoom {

    /** Bounds of one session's queue: unacknowledged and waiting messages together. */
    public record Limits(int messagesMax, long bytesMax) {}

    private final Limits limits;
    private final ByteBudget budget;
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    QueueRoom(Limits limits, ByteBudget budget) {
        this.limits = limits;
        this.budget = budget;
    }

    /** Reserves room for one message, or none and returns false. From any lane. */
    public boolean tryReserve(int messageBytes) {
        boolean countFits = messages.incrementAndGet() <= limits.messagesMax;
        boolean bytesFit = bytes.addAndGet(messageBytes) <= limits.bytesMax;
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
        return messages.get() >= limits.messagesMax || bytes.get() + messageBytes > limits.bytesMax;
    }

    /** At least half full: who publishes more should be held back while the receiver catches up. */
    public boolean isCrowded() {
        return messages.get() * 2 >= limits.messagesMax || bytes.get() * 2 >= limits.bytesMax;
    }

    /** Down to a quarter: those who were held back may go on. */
    boolean isRoomy() {
        return messages.get() * 4 <= limits.messagesMax && bytes.get() * 4 <= limits.bytesMax;
    }

    public int messages() {
        return messages.get();
    }
}

package io.fieldmouse.broker.session;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A bound on bytes that all clients together make the broker hold. There are two: one for what flows (queued messages,
 * half-received packets, unsent output), one for what stands (subscriptions, wills), so that the second, which nobody
 * takes away, cannot stop the first.
 */
public final class ByteBudget {
    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    public ByteBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Takes so many bytes of the budget, or none and returns false. From any thread. */
    public boolean tryTake(long count) {
        if (bytes.addAndGet(count) <= bytesMax) {
            return true;
        }
        bytes.addAndGet(-count);
        return false;
    }

    /** Takes bytes that cannot be refused, because they are already here. */
    public void take(long count) {
        bytes.addAndGet(count);
    }

    public void give(long count) {
        bytes.addAndGet(-count);
    }

    /** Whether so many bytes are left. Who takes them then may exceed the bound by what others took meanwhile. */
    public boolean hasRoomFor(long count) {
        return bytes.get() + count <= bytesMax;
    }

    public boolean isExhausted() {
        return bytes.get() >= bytesMax;
    }

    /** Bytes taken now. */
    public long bytes() {
        return bytes.get();
    }
}

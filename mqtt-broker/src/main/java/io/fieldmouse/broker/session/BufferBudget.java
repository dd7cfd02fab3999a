package io.fieldmouse.broker.session;

import java.util.concurrent.atomic.AtomicLong;

/** The broker's one bound on bytes it holds for others: queued messages, half-received packets, unsent output. */
public final class BufferBudget {
    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    public BufferBudget(long bytesMax) {
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

    public boolean isExhausted() {
        return bytes.get() >= bytesMax;
    }

    /** Bytes taken now. */
    public long bytes() {
        return bytes.get();
    }
}

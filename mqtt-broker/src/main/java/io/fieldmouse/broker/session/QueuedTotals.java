package io.fieldmouse.broker.session;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What waits in the queues and windows of one lane's sessions: each receiver's copy of a message counts. Written by
 * the lane's thread alone, read by any, and so without a lock.
 */
public final class QueuedTotals {
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong payloadBytes = new AtomicLong();

    public long messages() {
        return messages.getOpaque();
    }

    public long payloadBytes() {
        return payloadBytes.getOpaque();
    }

    void add(QueuedMessage message) {
        change(1, message.publication.payload().length);
    }

    void remove(QueuedMessage message) {
        change(-1, -message.publication.payload().length);
    }

    private void change(int count, int bytes) {
        messages.setOpaque(messages.getPlain() + count);
        payloadBytes.setOpaque(payloadBytes.getPlain() + bytes);
    }
}

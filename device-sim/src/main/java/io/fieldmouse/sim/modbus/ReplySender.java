package io.fieldmouse.sim.modbus;

import java.io.IOException;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Puts replies on the wire: each not before it is due, one at a time, its bytes released as their character times pass.
 * Belongs to the line's thread; knows no clock.
 */
final class ReplySender {
    /** The port, as far as sending goes. */
    interface Wire {
        /** Takes bytes without waiting; returns how many it took. */
        int write(byte[] from, int offset, int length) throws IOException;
    }

    private record Scheduled(RtuFrame frame, long dueNanos) {}

    private static final int WAITING_MAX = 256;

    /** Not every character deserves a system call of its own at high speed. */
    private static final long CHUNK_NANOS = 1_000_000;

    private final Wire wire;
    private final WirePace pace;
    private final TrafficLog traffic;
    private final LineTally tally;
    private final int chunkBytes;
    private final PriorityQueue<Scheduled> waiting;

    private @Nullable Scheduled sending;
    private int sent;
    private long startNanos;
    private long wireFreeNanos;

    ReplySender(Wire wire, WirePace pace, TrafficLog traffic, LineTally tally, long nowNanos) {
        this.wire = wire;
        this.pace = pace;
        this.traffic = traffic;
        this.tally = tally;
        this.chunkBytes = pace.paced() ? (int) Math.max(1, CHUNK_NANOS / pace.characterNanos()) : Integer.MAX_VALUE;
        // By difference, because the clock's values may overflow.
        this.waiting = new PriorityQueue<>(Comparator.comparingLong((Scheduled reply) -> reply.dueNanos() - nowNanos));
        this.wireFreeNanos = nowNanos;
    }

    void schedule(RtuFrame frame, long dueNanos) {
        if (waiting.size() == WAITING_MAX) {
            tally.droppedReplies.increment();
            return;
        }
        waiting.add(new Scheduled(frame, dueNanos));
    }

    /** Whether part of a reply is on the wire. */
    boolean isSending() {
        return sending != null;
    }

    /** Releases what is due by now. */
    void advance(long nowNanos) throws IOException {
        while (sending != null || beginNext(nowNanos)) {
            Scheduled reply = sending;
            if (reply == null || !release(reply, nowNanos)) {
                return;
            }
            sending = null;
        }
    }

    private boolean beginNext(long nowNanos) {
        Scheduled head = waiting.peek();
        if (head == null || head.dueNanos() - nowNanos > 0) {
            return false;
        }
        sending = waiting.remove();
        sent = 0;
        startNanos = head.dueNanos() - wireFreeNanos > 0 ? head.dueNanos() : wireFreeNanos;
        return true;
    }

    /** Releases the bytes whose time has passed, in chunks; true when it was the last. */
    private boolean release(Scheduled reply, long nowNanos) throws IOException {
        int length = reply.frame().length();
        int passed = length;
        if (pace.paced()) {
            passed = (int) Math.min(length, Math.max(0, nowNanos - startNanos) / pace.characterNanos());
        }
        if (passed == length) {
            // Before the last byte: who has read the whole reply finds it in the traffic.
            settle(reply, nowNanos);
        }
        if (passed == length || passed - sent >= chunkBytes) {
            int taken = wire.write(reply.frame().bytes(), sent, passed - sent);
            tally.droppedBytes.add(passed - sent - taken);
            sent = passed;
        }
        return sent == length;
    }

    private void settle(Scheduled reply, long nowNanos) {
        long end = startNanos + reply.frame().length() * pace.characterNanos();
        wireFreeNanos = end - nowNanos > 0 ? end : nowNanos;
        traffic.add(SeenFrame.of(SeenFrame.Kind.REPLY, startNanos, wireFreeNanos, reply.frame()));
        tally.replies.increment();
    }

    /** For how long after {@code nowNanos} {@link #advance} has nothing to do. */
    long nanosUntilDue(long nowNanos) {
        Scheduled reply = sending;
        if (reply != null) {
            int next = (int) Math.min(reply.frame().length(), (long) sent + chunkBytes);
            return Math.max(0, startNanos + next * pace.characterNanos() - nowNanos);
        }
        Scheduled head = waiting.peek();
        return head == null ? RequestFramer.NOTHING_DUE : Math.max(0, head.dueNanos() - nowNanos);
    }
}

package io.fieldmouse.gateway.bus;

import java.time.Duration;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * Whose turn it is: among the devices that are due and not at rest, the one whose deadline is nearest. The deadline of a
 * poll is the start of the next one. Time is a parameter.
 *
 * <p>Nobody starves: a deadline stays where it is until its device had its turn, while those of the others move on. A
 * period that was missed is skipped, not made up.
 */
final class PollSchedule {
    /** {@link #next} when nobody's turn has come. */
    static final int NOBODY = -1;

    /** A probe gives way to polls for this long. */
    private static final long PROBE_PATIENCE_NANOS = Duration.ofSeconds(10).toNanos();

    private final long[] intervalNanos;
    private final long[] dueNanos;
    private final long[] deadlineNanos;

    /** All are due at once. */
    PollSchedule(List<Duration> intervals, long nowNanos) {
        intervalNanos = intervals.stream().mapToLong(Duration::toNanos).toArray();
        dueNanos = new long[intervalNanos.length];
        deadlineNanos = new long[intervalNanos.length];
        for (int device = 0; device < intervalNanos.length; device++) {
            pollNow(device, nowNanos);
        }
    }

    /** @param restNanos how long a device still rests; 0 when it does not */
    int next(long nowNanos, IntToLongFunction restNanos) {
        int next = NOBODY;
        for (int device = 0; device < dueNanos.length; device++) {
            boolean due = dueNanos[device] - nowNanos <= 0 && restNanos.applyAsLong(device) <= 0;
            if (due && (next == NOBODY || deadlineNanos[device] - deadlineNanos[next] < 0)) {
                next = device;
            }
        }
        return next;
    }

    /** How long until {@link #next} names somebody, as far as is known now. */
    long nanosUntilNext(long nowNanos, IntToLongFunction restNanos) {
        long nearest = Long.MAX_VALUE;
        for (int device = 0; device < dueNanos.length; device++) {
            long due = Math.max(dueNanos[device] - nowNanos, restNanos.applyAsLong(device));
            nearest = Math.min(nearest, Math.max(0, due));
        }
        return nearest;
    }

    /** The device's poll is complete: its next one is due at the next multiple of its interval. */
    void pollComplete(int device, long nowNanos) {
        long periods = Math.max(0, nowNanos - dueNanos[device]) / intervalNanos[device] + 1;
        dueNanos[device] += periods * intervalNanos[device];
        deadlineNanos[device] = dueNanos[device] + intervalNanos[device];
    }

    /** The device is to be polled now, and its periods count from here. */
    void pollNow(int device, long nowNanos) {
        dueNanos[device] = nowNanos;
        deadlineNanos[device] = nowNanos + intervalNanos[device];
    }

    /** The device is to be probed then, when the polls of others leave time. */
    void probeAt(int device, long atNanos) {
        dueNanos[device] = atNanos;
        deadlineNanos[device] = atNanos + PROBE_PATIENCE_NANOS;
    }
}

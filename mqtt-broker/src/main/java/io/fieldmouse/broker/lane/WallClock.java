package io.fieldmouse.broker.lane;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time by which everything expires: begins at the wall clock's time and then runs by the monotonic clock. So a wall
 * clock that is set, forward or back, ends nothing before its time; only what passes while the broker is off is told by
 * the wall clock. From any thread.
 *
 * <p>Its surprise: a box without a battery begins in 1970, or at the time of its last shutdown, and its wall clock is
 * set minutes later. This clock goes on in the time it began with, and {@link #behindMillis} says how far that is from
 * the truth: what the store keeps for the next run, which begins with the right time, has to be put right by it.
 */
public final class WallClock {
    /** Further apart than this the wall clock was set; less is its own unevenness. */
    public static final long SET_MILLIS = 5_000;

    private final InstantSource source;
    private final LongSupplier nanos;
    private final long beganMillis;
    private final long beganNanos;

    /**
     * @param source the wall clock
     * @param nanos a clock that cannot be set, such as {@link System#nanoTime}
     * @param notBeforeMillis an instant known to have passed; a wall clock that says less was set back, or not yet set
     */
    public WallClock(InstantSource source, LongSupplier nanos, long notBeforeMillis) {
        this.source = source;
        this.nanos = nanos;
        this.beganNanos = nanos.getAsLong();
        this.beganMillis = Math.max(source.millis(), notBeforeMillis);
    }

    /** Milliseconds since 1970. */
    public long millis() {
        return beganMillis + (nanos.getAsLong() - beganNanos) / 1_000_000;
    }

    /** How far the wall clock was set ahead of this one since this began; 0 when it was not, or was set back. */
    public long behindMillis() {
        long ahead = source.millis() - millis();
        return ahead > SET_MILLIS ? ahead : 0;
    }
}

package io.fieldmouse.gateway.bus;

import java.util.concurrent.TimeUnit;

/**
 * Whether a device answers, and when a silent one is asked again; or one request of its poll. Each state makes the next;
 * times are on the bus's monotonic clock.
 *
 * <pre>
 *   Unknown, Online --missed--> Doubtful --missed--> Silent(1) --missed--> Silent(2) ...
 *   any --answered--> Online
 * </pre>
 *
 * A device in doubt is probed, so that one request without an answer is not taken for its silence. So a dead device
 * costs its neighbours two timeouts, then one short probe after 2, 4, 8 ... 60 seconds; a dead request of a live device
 * costs two timeouts, then one as often.
 */
public sealed interface DeviceHealth {
    /** Not yet asked since the port was opened. */
    record Unknown() implements DeviceHealth {}

    /** Answered when asked last. */
    record Online() implements DeviceHealth {}

    /** Missed one answer; the next miss makes it silent. */
    record Doubtful() implements DeviceHealth {}

    /**
     * Offline.
     *
     * @param attempt how often in a row it has been found so, from 1
     * @param nextProbeNanos when to look again
     */
    record Silent(int attempt, long nextProbeNanos) implements DeviceHealth {}

    /** The wait before the first probe; doubled after each that fails. */
    long FIRST_PROBE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** The longest wait between two probes. */
    long PROBE_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    default DeviceHealth answered() {
        return new Online();
    }

    default DeviceHealth missed(long nowNanos) {
        if (this instanceof Doubtful) {
            return silent(1, nowNanos);
        }
        if (this instanceof Silent silent) {
            return silent(silent.attempt() + 1, nowNanos);
        }
        return new Doubtful();
    }

    private static Silent silent(int attempt, long nowNanos) {
        // Five doublings pass the longest wait; more would overflow in the course of years.
        long wait = Math.min(FIRST_PROBE_NANOS << Math.min(attempt - 1, 5), PROBE_NANOS_MAX);
        return new Silent(attempt, nowNanos + wait);
    }
}

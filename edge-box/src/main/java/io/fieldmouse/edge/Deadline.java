package io.fieldmouse.edge;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The end of a time that a user may have set. */
record Deadline(@Nullable Long endNanos) {

    /** From now on; null is never over. */
    static Deadline in(@Nullable Duration time) {
        return new Deadline(time == null ? null : System.nanoTime() + time.toNanos());
    }

    boolean isOver() {
        return endNanos != null && System.nanoTime() - endNanos >= 0;
    }

    /** This duration, or what is left until the end if that is less. */
    Duration atMost(Duration duration) {
        if (endNanos == null) {
            return duration;
        }
        Duration left = Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
        return left.compareTo(duration) < 0 ? left : duration;
    }
}

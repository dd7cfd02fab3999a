package io.fieldmouse.gateway.bus;

import io.fieldmouse.gateway.reading.Value;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one request brought for one point.
 *
 * @param value null when the answer held no value
 * @param reason why there is no value; empty when there is
 * @param passing whether there is none only for the moment: what was read before may still be shown, as stale
 * @param time when the last byte of the answer came
 */
public record Sample(String point, @Nullable Value value, String reason, boolean passing, Instant time) {
    public static Sample of(String point, Value value, Instant time) {
        return new Sample(point, value, "", false, time);
    }

    /** The point has no value, and its last one is no longer of use. */
    public static Sample bad(String point, String reason, Instant time) {
        return new Sample(point, null, reason, false, time);
    }

    /** The device could not say just now. */
    public static Sample notNow(String point, String reason, Instant time) {
        return new Sample(point, null, reason, true, time);
    }
}

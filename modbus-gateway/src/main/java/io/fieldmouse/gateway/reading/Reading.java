package io.fieldmouse.gateway.reading;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One value of one point at one moment.
 *
 * @param device the device's name, {@code [a-z0-9_-]+}
 * @param point the point's name, {@code [a-z0-9_-]+}
 * @param value null only when the quality is {@link Quality#BAD}
 * @param quality how far to believe it
 * @param reason in words, why the quality is not good; empty when it is
 * @param unit the unit as the profile names it, such as {@code °C}; empty when there is none
 * @param sourceTime when the last byte of the reply came that carried the value; for a reading without value, when it
 *     became bad
 */
public record Reading(
        String device,
        String point,
        @Nullable Value value,
        Quality quality,
        String reason,
        String unit,
        Instant sourceTime) {
    public Reading {
        if (value == null && quality != Quality.BAD) {
            throw new IllegalArgumentException(device + "/" + point + ": only a bad reading may lack a value");
        }
    }
}

package io.fieldmouse.gateway.modbus;

import java.util.HashMap;
import java.util.Map;

/** Which units are not to be asked for a while, because an answer of theirs may still be on its way. */
final class UnitRest {
    private final Map<Integer, Long> endNanos = new HashMap<>();

    void begin(int unit, long untilNanos) {
        endNanos.put(unit, untilNanos);
    }

    void end(int unit) {
        endNanos.remove(unit);
    }

    long remainingNanos(int unit, long nowNanos) {
        Long end = endNanos.get(unit);
        if (end == null) {
            return 0;
        }
        if (end - nowNanos <= 0) {
            endNanos.remove(unit);
            return 0;
        }
        return end - nowNanos;
    }
}

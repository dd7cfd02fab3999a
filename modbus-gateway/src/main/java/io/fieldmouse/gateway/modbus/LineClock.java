package io.fieldmouse.gateway.modbus;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** The time of day of what was timed on the line's monotonic clock. */
record LineClock(InstantSource instants, LongSupplier nanos) {

    Instant now() {
        return instants.instant();
    }

    Instant instantOf(long atNanos) {
        return instants.instant().minusNanos(nanos.getAsLong() - atNanos);
    }
}

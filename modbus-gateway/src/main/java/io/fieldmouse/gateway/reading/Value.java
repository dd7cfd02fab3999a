package io.fieldmouse.gateway.reading;

/** What a point holds, in engineering units. */
public sealed interface Value {

    /** A whole number: an integer register without scale. */
    record Whole(long number) implements Value {}

    /** A number with a fraction: scaled, or a float. Never infinite and never not-a-number. */
    record Decimal(double number) implements Value {
        public Decimal {
            if (!Double.isFinite(number)) {
                throw new IllegalArgumentException("not a finite number: " + number);
            }
        }
    }

    /** A coil, a discrete input or one bit of a register. */
    record Flag(boolean on) implements Value {}
}

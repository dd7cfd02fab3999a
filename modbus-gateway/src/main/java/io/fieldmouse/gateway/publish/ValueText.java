package io.fieldmouse.gateway.publish;

import io.fieldmouse.gateway.reading.Value;
import java.math.BigDecimal;
import java.math.MathContext;

/** A value as JSON text: what stands in payloads and in logs. */
final class ValueText {
    /**
     * Significant digits of a decimal. A float has 7, a scaled 32-bit integer 10; what a double adds behind them by
     * scale and offset (0.30000000000000004 for 3 * 0.1) was never measured.
     */
    private static final MathContext DIGITS = new MathContext(12);

    /** Beyond this many digits before the point, the exponent form is the readable one. */
    private static final int PLAIN_DIGITS_MAX = 15;

    private ValueText() {}

    static String of(Value value) {
        if (value instanceof Value.Whole whole) {
            return Long.toString(whole.number());
        }
        if (value instanceof Value.Decimal decimal) {
            return of(decimal.number());
        }
        return Boolean.toString(((Value.Flag) value).on());
    }

    /** Keeps one digit behind the point: a reader that guesses types from the first value must not guess an integer. */
    private static String of(double number) {
        BigDecimal rounded = new BigDecimal(number).round(DIGITS).stripTrailingZeros();
        boolean needsPoint = rounded.scale() < 1 && rounded.precision() - rounded.scale() <= PLAIN_DIGITS_MAX;
        return (needsPoint ? rounded.setScale(1) : rounded).toString();
    }
}

package io.fieldmouse.gateway.modbus;

import io.fieldmouse.gateway.link.SerialSettings;
import java.util.concurrent.TimeUnit;

/**
 * How long things take on a serial line.
 *
 * @param characterNanos one character, with its start, parity and stop bits
 * @param silenceNanos what separates two frames: t3.5 of MODBUS over Serial Line V1.02, section 2.5.1.1; 3.5 characters
 *     up to 19200 baud and a fixed 1.75 ms above
 */
record LineTiming(long characterNanos, long silenceNanos) {
    private static final int FIXED_SILENCE_ABOVE_BAUD = 19_200;
    private static final long FIXED_SILENCE_NANOS = TimeUnit.MICROSECONDS.toNanos(1_750);

    static LineTiming of(SerialSettings settings) {
        long bitsNanos = TimeUnit.SECONDS.toNanos(settings.bitsPerCharacter());
        long characterNanos = roundedUp(bitsNanos, settings.baud());
        long silenceNanos = settings.baud() > FIXED_SILENCE_ABOVE_BAUD
                ? FIXED_SILENCE_NANOS
                : roundedUp(bitsNanos * 7, 2L * settings.baud());
        return new LineTiming(characterNanos, silenceNanos);
    }

    long wireNanos(int characters) {
        return characters * characterNanos;
    }

    private static long roundedUp(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}

package io.fieldmouse.sim.modbus;

import java.util.concurrent.TimeUnit;

/**
 * How long things take on the wire.
 *
 * @param characterNanos the time of one character; 0 when the line is as fast as possible
 * @param silenceNanos the silence that separates frames: 3.5 characters, above 19200 baud 1.75 ms whatever the speed
 *     (MODBUS over Serial Line V1.02, section 2.5.1.1)
 */
record WirePace(long characterNanos, long silenceNanos) {
    private static final long FIXED_SILENCE_NANOS = 1_750_000;
    private static final int FIXED_SILENCE_ABOVE_BAUD = 19200;

    static WirePace of(int baud, int bitsPerCharacter) {
        if (baud == 0) {
            return new WirePace(0, FIXED_SILENCE_NANOS);
        }
        long characterNanos = bitsPerCharacter * TimeUnit.SECONDS.toNanos(1) / baud;
        boolean fixed = baud > FIXED_SILENCE_ABOVE_BAUD;
        return new WirePace(characterNanos, fixed ? FIXED_SILENCE_NANOS : characterNanos * 7 / 2);
    }

    boolean paced() {
        return characterNanos > 0;
    }
}

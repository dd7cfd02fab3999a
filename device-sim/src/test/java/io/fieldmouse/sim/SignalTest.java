package io.fieldmouse.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class SignalTest {
    private static final Duration MINUTE = Duration.ofSeconds(60);

    @Test
    void constantIsAlwaysTheSame() {
        Signal signal = new Signal.Constant(42);
        assertEquals(42, signal.at(Duration.ZERO));
        assertEquals(42, signal.at(Duration.ofDays(3650)));
    }

    @Test
    void sineBeginsAtItsOffsetRisesAndRepeats() {
        Signal signal = new Signal.Sine(60, 15, MINUTE);
        assertEquals(60, signal.at(Duration.ZERO), 1e-9);
        assertEquals(75, signal.at(Duration.ofSeconds(15)), 1e-9);
        assertEquals(60, signal.at(Duration.ofSeconds(30)), 1e-9);
        assertEquals(45, signal.at(Duration.ofSeconds(45)), 1e-9);
        assertEquals(75, signal.at(Duration.ofSeconds(15).plus(Duration.ofDays(365))), 1e-9);
    }

    @Test
    void rampGoesEvenlyAndFallsBack() {
        Signal signal = new Signal.Ramp(100, 0, Duration.ofSeconds(10));
        assertEquals(100, signal.at(Duration.ZERO), 1e-9);
        assertEquals(75, signal.at(Duration.ofMillis(2500)), 1e-9);
        assertEquals(100, signal.at(Duration.ofSeconds(10)), 1e-9);
    }

    @Test
    void counterStepsAtTheEndOfEachPeriod() {
        Signal signal = new Signal.Counter(5, 2, Duration.ofSeconds(1));
        assertEquals(5, signal.at(Duration.ofMillis(999)));
        assertEquals(7, signal.at(Duration.ofSeconds(1)));
        assertEquals(5 + 2 * 86400, signal.at(Duration.ofDays(1)));
    }

    @Test
    void noiseOfTheSameSeedAndTimeIsTheSame() {
        Signal noise = new Signal.Noise(230, 5, 7);
        for (int millis = 0; millis < 1000; millis++) {
            Duration time = Duration.ofMillis(millis);
            assertEquals(noise.at(time), new Signal.Noise(230, 5, 7).at(time));
        }
    }

    @Test
    void noiseDiffersBySeedAndByTime() {
        Signal noise = new Signal.Noise(230, 5, 7);
        assertNotEquals(noise.at(MINUTE), new Signal.Noise(230, 5, 8).at(MINUTE));
        assertNotEquals(noise.at(MINUTE), noise.at(MINUTE.plusMillis(1)));
    }

    @Test
    void noiseFillsItsRangeEvenly() {
        Signal noise = new Signal.Noise(0, 1, 1);
        int[] tenths = new int[10];
        double sum = 0;
        int count = 100_000;
        for (int millis = 0; millis < count; millis++) {
            double value = noise.at(Duration.ofMillis(millis));
            assertTrue(value >= noise.lowest() && value <= noise.highest());
            tenths[(int) ((value + 1) * 5)]++;
            sum += value;
        }
        assertEquals(0, sum / count, 0.01);
        for (int tenth : tenths) {
            assertEquals(count / 10.0, tenth, count / 100.0);
        }
    }

    @Test
    void signalsThatMayNotExistAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Signal.Constant(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Signal.Sine(0, 1, Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> new Signal.Ramp(0, 1, Duration.ofSeconds(-1)));
        assertThrows(IllegalArgumentException.class, () -> new Signal.Counter(0, 1, Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> new Signal.Noise(0, Double.POSITIVE_INFINITY, 1));
    }
}

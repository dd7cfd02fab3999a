package io.fieldmouse.broker.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MovingAverageTest {
    private static final double NEARLY = 1e-9;

    private final MovingAverage average = new MovingAverage(1);

    @Test
    void steadyRateIsApproachedByTheRuleOfMosquitto() {
        average.advance(100, 10_000);
        // 600 in a minute, for a sixth of the window.
        assertEquals(600 * (1 - Math.exp(-10 / 60.0)), average.perMinute(), NEARLY);
        for (long total = 200; total < 100_000; total += 100) {
            average.advance(total, 10_000);
        }
        assertEquals(600, average.perMinute(), 0.01);
    }

    @Test
    void silenceHalvesItInTheWindowsHalfLife() {
        average.advance(1_000, 1_000);
        double before = average.perMinute();
        average.advance(1_000, Math.round(60_000 * Math.log(2)));
        assertEquals(before / 2, average.perMinute(), before / 1_000);
    }
}

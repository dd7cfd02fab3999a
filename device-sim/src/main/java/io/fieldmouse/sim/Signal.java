package io.fieldmouse.sim;

import java.time.Duration;

/**
 * What a simulated quantity does over time: a pure function of the time since the simulation began, so that a test can say
 * beforehand what must be read, and two runs agree.
 */
public sealed interface Signal {

    /** The value at a time since the start of the simulation. */
    double at(Duration sinceStart);

    /** The lowest value this signal can take; negative infinity if it has none. */
    double lowest();

    /** The highest value this signal can take; positive infinity if it has none. */
    double highest();

    /** Always the same value. */
    record Constant(double value) implements Signal {
        public Constant {
            requireFinite("value", value);
        }

        @Override
        public double at(Duration sinceStart) {
            return value;
        }

        @Override
        public double lowest() {
            return value;
        }

        @Override
        public double highest() {
            return value;
        }
    }

    /** {@code offset + amplitude * sin(2 pi t / period)}: begins at the offset, rising. */
    record Sine(double offset, double amplitude, Duration period) implements Signal {
        public Sine {
            requireFinite("offset", offset);
            requireFinite("amplitude", amplitude);
            requirePositive("period", period);
        }

        @Override
        public double at(Duration sinceStart) {
            return offset + amplitude * Math.sin(2 * Math.PI * phase(sinceStart, period));
        }

        @Override
        public double lowest() {
            return offset - Math.abs(amplitude);
        }

        @Override
        public double highest() {
            return offset + Math.abs(amplitude);
        }
    }

    /** A saw tooth: goes evenly from {@code from} towards {@code to} within a period, then begins again. */
    record Ramp(double from, double to, Duration period) implements Signal {
        public Ramp {
            requireFinite("from", from);
            requireFinite("to", to);
            requirePositive("period", period);
        }

        @Override
        public double at(Duration sinceStart) {
            return from + (to - from) * phase(sinceStart, period);
        }

        @Override
        public double lowest() {
            return Math.min(from, to);
        }

        @Override
        public double highest() {
            return Math.max(from, to);
        }
    }

    /** Begins at {@code start} and moves by {@code step} at the end of every period, without end. */
    record Counter(double start, double step, Duration period) implements Signal {
        public Counter {
            requireFinite("start", start);
            requireFinite("step", step);
            requirePositive("period", period);
        }

        @Override
        public double at(Duration sinceStart) {
            return start + step * sinceStart.dividedBy(period);
        }

        @Override
        public double lowest() {
            return step < 0 ? Double.NEGATIVE_INFINITY : start;
        }

        @Override
        public double highest() {
            return step > 0 ? Double.POSITIVE_INFINITY : start;
        }
    }

    /**
     * Evenly spread within {@code around - amplitude} and {@code around + amplitude}, another value every millisecond; the
     * same seed and the same millisecond give the same value.
     */
    record Noise(double around, double amplitude, long seed) implements Signal {
        public Noise {
            requireFinite("around", around);
            requireFinite("amplitude", amplitude);
        }

        @Override
        public double at(Duration sinceStart) {
            long bits = scramble(seed + scramble(sinceStart.toMillis()));
            double zeroToOne = (bits >>> 11) * 0x1.0p-53;
            return around + amplitude * (2 * zeroToOne - 1);
        }

        @Override
        public double lowest() {
            return around - Math.abs(amplitude);
        }

        @Override
        public double highest() {
            return around + Math.abs(amplitude);
        }

        /** The output function of the SplitMix64 generator: neighbouring inputs give unrelated outputs. */
        private static long scramble(long input) {
            long z = input + 0x9E3779B97F4A7C15L;
            z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            return z ^ (z >>> 31);
        }
    }

    private static double phase(Duration sinceStart, Duration period) {
        long periodNanos = period.toNanos();
        return (double) Math.floorMod(sinceStart.toNanos(), periodNanos) / periodNanos;
    }

    private static void requireFinite(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("signal: " + name + " is " + value + ", must be a finite number");
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("signal: " + name + " is " + value + ", must be longer than zero");
        }
    }
}

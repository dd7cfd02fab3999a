package io.fieldmouse.broker.admin;

/**
 * How much comes in a minute, on average over the last few: what came longer ago counts exponentially less. By
 * mosquitto's rule, so that its dashboards show the same curves.
 */
final class MovingAverage {
    private static final double MINUTE_MILLIS = 60_000;

    private final double windowMillis;
    private double perMinute;
    private long lastTotal;

    MovingAverage(int minutes) {
        this.windowMillis = minutes * MINUTE_MILLIS;
    }

    /**
     * Says how much there was up to now.
     *
     * @param total since the start
     * @param elapsedMillis since the last call; more than 0
     */
    void advance(long total, long elapsedMillis) {
        double lately = (total - lastTotal) * MINUTE_MILLIS / elapsedMillis;
        perMinute = lately + Math.exp(-elapsedMillis / windowMillis) * (perMinute - lately);
        lastTotal = total;
    }

    double perMinute() {
        return perMinute;
    }
}

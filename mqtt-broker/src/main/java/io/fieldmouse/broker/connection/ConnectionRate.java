package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.lane.WallClock;
import org.jspecify.annotations.Nullable;

/**
 * How many connections may come in a second, at all listeners together. Whoever comes beyond is closed before anything
 * of it is read: no CONNECT, and so nothing that could be answered. Asked from any lane.
 */
public final class ConnectionRate {
    private final WallClock clock;
    private final @Nullable TokenBucket bucket;

    /** @param perSecondMax 0 for any */
    public ConnectionRate(int perSecondMax, WallClock clock) {
        this.clock = clock;
        this.bucket = perSecondMax > 0 ? new TokenBucket(perSecondMax, clock.millis()) : null;
    }

    /** Whether one more may come now; then it has. */
    boolean admits() {
        if (bucket == null) {
            return true;
        }
        synchronized (this) {
            return bucket.tryTake(clock.millis());
        }
    }
}

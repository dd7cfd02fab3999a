package io.fieldmouse.broker.lane;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** Wall-clock time that never runs backwards: a clock that was set back counts as no time passed. From any thread. */
public final class WallClock {
    private final InstantSource source;
    private final AtomicLong latest = new AtomicLong(Long.MIN_VALUE);

    public WallClock(InstantSource source) {
        this.source = source;
    }

    /** Milliseconds since 1970. */
    public long millis() {
        return latest.accumulateAndGet(source.millis(), Math::max);
    }
}

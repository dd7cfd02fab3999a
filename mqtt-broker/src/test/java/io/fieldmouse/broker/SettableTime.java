package io.fieldmouse.broker;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A wall clock and a monotonic one that stand until a test moves both, or sets the wall clock. */
final class SettableTime implements InstantSource {
    private final AtomicLong now =
            new AtomicLong(Instant.parse("2026-11-20T12:00:00Z").toEpochMilli());

    private final AtomicLong nanos = new AtomicLong();

    void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        now.addAndGet(time.toMillis());
    }

    /** Sets the wall clock; no time passes. */
    void set(Instant wallClock) {
        now.set(wallClock.toEpochMilli());
    }

    long nanos() {
        return nanos.get();
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(now.get());
    }
}

package io.fieldmouse.broker;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands until a test moves it. */
final class SettableTime implements InstantSource {
    private final AtomicLong now =
            new AtomicLong(Instant.parse("2026-11-20T12:00:00Z").toEpochMilli());

    void pass(Duration time) {
        now.addAndGet(time.toMillis());
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(now.get());
    }
}

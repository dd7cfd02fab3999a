package io.fieldmouse.gateway.modbus;

import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures how late a busy machine lets a thread go on that only sleeps, so that a promise about time can be tested
 * strictly where it can be kept, and is not broken by other processes.
 */
final class MachineDelay implements AutoCloseable {
    private static final long NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Lateness that every machine has. */
    private static final long USUAL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final NavigableMap<Long, Long> lateAt = new ConcurrentSkipListMap<>();
    private final Thread sleeper = new Thread(this::run, "machine-delay");
    private volatile boolean closed;

    MachineDelay() {
        sleeper.setDaemon(true);
        sleeper.start();
    }

    private void run() {
        long before = System.nanoTime();
        while (!closed) {
            LockSupport.parkNanos(NAP_NANOS);
            long now = System.nanoTime();
            long late = now - before - NAP_NANOS;
            if (late > USUAL_NANOS) {
                lateAt.put(now, late);
            }
            before = now;
        }
    }

    /** How much of this time the machine did not let it run. */
    long nanosBetween(long fromNanos, long toNanos) {
        return lateAt.subMap(fromNanos, true, toNanos, true).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Override
    public void close() {
        closed = true;
    }
}

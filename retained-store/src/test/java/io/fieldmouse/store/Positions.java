package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A listener that remembers what it was told and lets a test wait for it. */
final class Positions implements CommitListener {
    private static final long DEADLINE_MILLIS = 60_000;

    private final List<Long> durable = new ArrayList<>();
    private final List<StoreException> failures = new ArrayList<>();
    private int recoveries;

    @Override
    public synchronized void durableUpTo(long position) {
        durable.add(position);
        notifyAll();
    }

    @Override
    public synchronized void failing(StoreException cause) {
        failures.add(cause);
        notifyAll();
    }

    @Override
    public synchronized void recovered() {
        recoveries++;
        notifyAll();
    }

    synchronized int recoveries() {
        return recoveries;
    }

    /** For another store, whose positions begin anew. */
    synchronized void clear() {
        durable.clear();
    }

    synchronized List<Long> durable() {
        return List.copyOf(durable);
    }

    synchronized List<StoreException> failures() {
        return List.copyOf(failures);
    }

    synchronized long last() {
        return durable.isEmpty() ? 0 : durable.get(durable.size() - 1);
    }

    void awaitDurable(long position) {
        await("durable up to " + position, () -> last() >= position);
    }

    StoreException awaitFailure() {
        await("a failure", () -> !failures.isEmpty());
        return failures().get(0);
    }

    void awaitRecovery() {
        await("a recovery", () -> recoveries > 0);
    }

    private synchronized void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + DEADLINE_MILLIS * 1_000_000;
        while (!condition.getAsBoolean()) {
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                fail("waited in vain for " + what + "; durable=" + last() + " failures=" + failures);
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}

package io.fieldmouse.edge.crash;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Where the play is: whether the program runs, whether clients may make new load, in which round. Set by
 * {@link CrashRounds} alone, looked at by every client's thread.
 */
final class Stage {
    private static final long LOOK_NANOS = 2_000_000;

    private final int port;
    private final long begin = System.nanoTime();
    private volatile boolean up;
    private volatile boolean loading;
    private volatile boolean heavy;
    private volatile boolean killing = true;
    private volatile boolean over;
    private volatile int round;
    private final AtomicInteger run = new AtomicInteger();
    private volatile long upSinceMillis;
    private volatile long killedAtMillis;

    Stage(int port) {
        this.port = port;
    }

    int port() {
        return port;
    }

    // ---- the director

    void round(int number) {
        round = number;
    }

    /** A process has been started: clients may try to connect. */
    void up(boolean listens) {
        run.incrementAndGet();
        killing = !listens;
        upSinceMillis = millis();
        up = true;
    }

    /** @param largeMessages whether retained messages are as large as they get, so that the store has to tidy up */
    void load(boolean largeMessages) {
        heavy = largeMessages;
        loading = true;
    }

    /** The process is about to be killed: from now on connections may break. */
    void killing() {
        killedAtMillis = millis();
        killing = true;
    }

    void down() {
        up = false;
        loading = false;
        heavy = false;
    }

    void over() {
        over = true;
    }

    // ---- clients

    /** Whether this run of the program, of which a client has seen the beginning, goes on. */
    boolean isUp(int ofRun) {
        return up && !over && run.get() == ofRun;
    }

    boolean isUp() {
        return up && !over;
    }

    int run() {
        return run.get();
    }

    boolean isLoading() {
        return loading && !killing;
    }

    boolean isHeavy() {
        return heavy;
    }

    boolean mayBreak() {
        return killing;
    }

    boolean isOver() {
        return over;
    }

    /** By the clock of {@link #millis}. */
    long upSinceMillis() {
        return upSinceMillis;
    }

    /** By the clock of {@link #millis}; the last time. */
    long killedAtMillis() {
        return killedAtMillis;
    }

    /** Since the beginning of the play. */
    long millis() {
        return (System.nanoTime() - begin) / 1_000_000;
    }

    /** When and where this is, for stories. */
    String now() {
        return String.format("%.3f s, round %d", (System.nanoTime() - begin) / 1e9, round);
    }

    /** Waits until this holds, or the time is up. Returns whether it holds. */
    static boolean await(long millis, BooleanSupplier condition) {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }
}

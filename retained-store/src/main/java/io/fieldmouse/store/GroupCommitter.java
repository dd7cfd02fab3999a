package io.fieldmouse.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer thread and its queue: takes all that waits, has it made durable, tells the listener, and starts
 * again. There is no timer: while the disk is busy the next group grows by itself.
 *
 * <p>When a write fails, nothing is announced until the writer has got over it, which is tried again and again with a
 * pause between; what comes meanwhile goes into memory.
 *
 * <p>Commits are numbered under the lock, so that the order of the queue is the order of the positions. The lock is
 * held for a few instructions on either side, never while writing.
 */
final class GroupCommitter {
    /** A group takes no further commit when it has reached one of these. A commit is never split. */
    static final int GROUP_CHANGES_MAX = 10_000;

    static final long GROUP_BYTES_MAX = 4L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommitter.class);

    private final GroupWriter writer;
    private final CommitListener listener;
    private final Duration pause;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final ArrayDeque<Commit> waiting = new ArrayDeque<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private long lastPosition;
    private boolean closing;

    private final AtomicLong groups = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    private record Commit(long position, List<StoreChange> changes, long bytes) {}

    private record Group(long firstPosition, List<List<StoreChange>> commits, long bytes) {
        static final Group NONE = new Group(0, List.of(), 0);

        long lastPosition() {
            return firstPosition + commits.size() - 1;
        }
    }

    /** @param pause between two tries to get over a failure */
    GroupCommitter(GroupWriter writer, CommitListener listener, Duration pause) {
        this.writer = writer;
        this.listener = listener;
        this.pause = pause;
        this.thread = new Thread(this::run, "store-writer");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Never blocks on the disk. Once closed, the commit gets its position and is dropped. */
    long commit(List<StoreChange> changes) {
        List<StoreChange> copy = List.copyOf(changes);
        long bytes = ChangeSize.bytes(copy);
        lock.lock();
        try {
            lastPosition++;
            if (!closing) {
                waiting.add(new Commit(lastPosition, copy, bytes));
                pendingBytes.addAndGet(bytes);
                work.signal();
            }
            return lastPosition;
        } finally {
            lock.unlock();
        }
    }

    long pendingBytes() {
        return pendingBytes.get();
    }

    /** Groups made durable. */
    long groups() {
        return groups.get();
    }

    /** Times that announcements stopped. */
    long failures() {
        return failures.get();
    }

    /** Waits until all that was handed over is written and the writer is closed. */
    void close() {
        lock.lock();
        try {
            closing = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        // A listener that closes the store when it fails does so on the writer thread, which ends by itself.
        if (Thread.currentThread() != thread) {
            joinUninterruptibly();
        }
    }

    private void joinUninterruptibly() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                // To return early would be to call closed what is still being written.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean durable = true;
        Group group = takeGroup();
        while (group != null && durable) {
            durable = write(group) || getOver(group.lastPosition());
            group = durable ? takeGroup() : null;
        }
        closeWriter(!durable);
    }

    /** Waits for work; null when the store is closing and everything is written. */
    private @Nullable Group takeGroup() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closing) {
                work.awaitUninterruptibly();
            }
            return waiting.isEmpty() ? null : takeWaiting();
        } finally {
            lock.unlock();
        }
    }

    private Group takeWaiting() {
        if (waiting.isEmpty()) {
            return Group.NONE;
        }
        long first = waiting.element().position();
        List<List<StoreChange>> commits = new ArrayList<>();
        long bytes = 0;
        int changes = 0;
        while (!waiting.isEmpty() && changes < GROUP_CHANGES_MAX && bytes < GROUP_BYTES_MAX) {
            Commit commit = waiting.remove();
            commits.add(commit.changes());
            bytes += commit.bytes();
            changes += commit.changes().size();
        }
        return new Group(first, commits, bytes);
    }

    /** Whether the group is durable. */
    private boolean write(Group group) {
        try {
            writer.write(group.firstPosition(), group.commits());
        } catch (RuntimeException | Error e) {
            // An error too: a writer that died unseen would leave every acknowledgement waiting for ever.
            failed(
                    e instanceof StoreException known
                            ? known
                            : new StoreException("the store's writer failed: " + e, e));
            keep(group);
            return false;
        }
        groups.incrementAndGet();
        pendingBytes.addAndGet(-group.bytes());
        tell(() -> listener.durableUpTo(group.lastPosition()));
        guarded(() -> writer.written(group.firstPosition(), group.commits()));
        return true;
    }

    private void failed(StoreException cause) {
        failures.incrementAndGet();
        LOG.debug("the listener is told, whose line in the log it is", cause);
        tell(() -> listener.failing(cause));
    }

    private void keep(Group group) {
        guarded(() -> writer.keep(group.firstPosition(), group.commits()));
        pendingBytes.addAndGet(-group.bytes());
    }

    /** Returns true when all that is in memory is durable again; false when the store is closed before. */
    private boolean getOver(long kept) {
        long begin = System.nanoTime();
        long last = kept;
        while (true) {
            boolean lastTry = awaitNextTry();
            for (Group group = takeNow(); !group.commits().isEmpty(); group = takeNow()) {
                keep(group);
                last = group.lastPosition();
            }
            if (recover(last)) {
                LOG.debug(
                        "the store is over its failure; acknowledgements go on seconds={}",
                        (System.nanoTime() - begin) / 1_000_000_000);
                return true;
            }
            if (lastTry) {
                return false;
            }
        }
    }

    private boolean recover(long last) {
        try {
            writer.recover();
        } catch (RuntimeException | Error e) {
            LOG.debug("the store is not over its failure: {}", e.getMessage(), e);
            return false;
        }
        tell(listener::recovered);
        tell(() -> listener.durableUpTo(last));
        return true;
    }

    /** Waits for the pause, or until the store is being closed; returns whether it is. */
    private boolean awaitNextTry() {
        lock.lock();
        try {
            long nanos = pause.toNanos();
            while (nanos > 0 && !closing) {
                nanos = work.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return isClosing();
    }

    private boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    private Group takeNow() {
        lock.lock();
        try {
            return takeWaiting();
        } finally {
            lock.unlock();
        }
    }

    private void closeWriter(boolean afterFailure) {
        try {
            writer.close(afterFailure);
        } catch (RuntimeException e) {
            LOG.error("the store did not close: {}", e.getMessage(), e);
        }
    }

    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.error("the store's listener threw: {}", e.getMessage(), e);
        }
    }

    private static void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.error("the store's writer threw; this is a fault of the store: {}", e.getMessage(), e);
        }
    }
}

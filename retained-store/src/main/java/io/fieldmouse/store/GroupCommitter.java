package io.fieldmouse.store;

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
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final ArrayDeque<Commit> waiting = new ArrayDeque<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private long lastPosition;
    private boolean closing;
    private boolean failed;

    private record Commit(long position, List<StoreChange> changes, long bytes) {}

    private record Group(List<List<StoreChange>> commits, long lastPosition, long bytes) {}

    GroupCommitter(GroupWriter writer, CommitListener listener) {
        this.writer = writer;
        this.listener = listener;
        this.thread = new Thread(this::run, "store-writer");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Never blocks on the disk. Once closed or failed, the commit gets its position and is dropped. */
    long commit(List<StoreChange> changes) {
        List<StoreChange> copy = List.copyOf(changes);
        long bytes = ChangeSize.bytes(copy);
        lock.lock();
        try {
            lastPosition++;
            if (!failed && !closing) {
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
        boolean healthy = true;
        Group group = takeGroup();
        while (group != null && healthy) {
            healthy = write(group);
            group = healthy ? takeGroup() : null;
        }
        if (healthy) {
            closeWriter(false);
        }
    }

    /** Waits for work; null when the store is closing and everything is written. */
    private @Nullable Group takeGroup() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closing) {
                work.awaitUninterruptibly();
            }
            List<List<StoreChange>> commits = new ArrayList<>();
            long position = 0;
            long bytes = 0;
            int changes = 0;
            while (!waiting.isEmpty() && changes < GROUP_CHANGES_MAX && bytes < GROUP_BYTES_MAX) {
                Commit commit = waiting.remove();
                commits.add(commit.changes());
                position = commit.position();
                bytes += commit.bytes();
                changes += commit.changes().size();
            }
            return commits.isEmpty() ? null : new Group(commits, position, bytes);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the group is durable. */
    private boolean write(Group group) {
        try {
            writer.write(group.commits());
        } catch (RuntimeException | Error e) {
            // An error too: a writer that died unseen would leave every acknowledgement waiting for ever.
            fail(e instanceof StoreException known ? known : new StoreException("the store's writer failed: " + e, e));
            return false;
        }
        pendingBytes.addAndGet(-group.bytes());
        tell(() -> listener.durableUpTo(group.lastPosition()));
        return true;
    }

    private void fail(StoreException cause) {
        LOG.error("{}", cause.getMessage(), cause);
        lock.lock();
        try {
            failed = true;
            waiting.clear();
            pendingBytes.set(0);
        } finally {
            lock.unlock();
        }
        // At once, not at close(): after a failed force nothing may be written or forced again as if it had held.
        closeWriter(true);
        tell(() -> listener.failing(cause));
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
}

package io.fieldmouse.store;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The store on disk: claims the directory, brings back what is there, and hands commits to the one writer thread. All
 * is read while it is opened, so that damage is found before anyone relies on it.
 */
final class DiskStore implements MessageStore {
    /** Between two tries to get over a failure. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final GroupCommitter committer;
    private final Recovery.Found found;

    /** What was found, until it is asked for: it is large. */
    private final AtomicReference<@Nullable StoredState> state;

    private DiskStore(
            StoreDirectory directory,
            StoreConfig config,
            CommitListener listener,
            Recovery.Found found,
            LongSupplier nanos,
            Duration pause) {
        this.found = found;
        this.state = new AtomicReference<>(found.image().state());
        this.committer = new GroupCommitter(new JournalWriter(directory, config, nanos, found), listener, pause);
    }

    static DiskStore open(StoreConfig config, CommitListener listener) {
        return open(config, listener, Clock.systemUTC(), System::nanoTime, PAUSE);
    }

    /**
     * @param clock for the names of what is set aside
     * @param nanos by which time passes
     */
    static DiskStore open(
            StoreConfig config, CommitListener listener, Clock clock, LongSupplier nanos, Duration pause) {
        StoreDirectory directory = StoreDirectory.claim(config.directory(), clock);
        try {
            Recovery.Found found = Recovery.run(directory, config.disk(), clock);
            DiskStore store = new DiskStore(directory, config, listener, found, nanos, pause);
            store.committer.start();
            return store;
        } catch (RuntimeException | Error e) {
            directory.close();
            throw e;
        }
    }

    @Override
    public StoredState load() {
        StoredState loaded = state.getAndSet(null);
        if (loaded == null) {
            throw new IllegalStateException("load() was called before");
        }
        return loaded;
    }

    @Override
    public long commit(List<StoreChange> changes) {
        return committer.commit(changes);
    }

    @Override
    public long pendingBytes() {
        return committer.pendingBytes();
    }

    @Override
    public StoreStatus status() {
        return new StoreStatus(
                committer.groups(),
                found.journal().bytes(),
                found.checkpoints().written(),
                found.checkpoints().failures(),
                committer.failures(),
                found.damagedParts(),
                found.lostCommits());
    }

    @Override
    public void close() {
        committer.close();
    }
}

package io.fieldmouse.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store on disk: claims the directory, opens the database or sets a damaged one aside, and hands commits to the
 * one writer thread. All of the database is read while it is opened, so that damage is found before anyone relies on
 * it.
 */
final class H2MessageStore implements MessageStore {
    private static final Logger LOG = LoggerFactory.getLogger(H2MessageStore.class);

    private final GroupCommitter committer;

    /** What was found, until it is asked for: it is large, and the ledger knows what the writer needs. */
    private final AtomicReference<@Nullable StoredState> found;

    private H2MessageStore(StoredState found, H2Database database, CommitListener listener) {
        this.found = new AtomicReference<>(found);
        this.committer = new GroupCommitter(database, listener);
    }

    static H2MessageStore open(StoreConfig config, CommitListener listener, Clock clock) {
        StoreDirectory directory = StoreDirectory.claim(config.directory(), clock);
        try {
            H2Database.Opened opened = openOrBeginAnew(directory, config, clock);
            H2MessageStore store = new H2MessageStore(opened.state(), opened.database(), listener);
            store.committer.start();
            return store;
        } catch (SQLException e) {
            directory.close();
            throw cannotOpen(directory, H2Failure.of(e));
        } catch (RuntimeException | Error e) {
            directory.close();
            throw e;
        }
    }

    /** A second failure is none of the file's: it is a new one then. */
    private static H2Database.Opened openOrBeginAnew(StoreDirectory directory, StoreConfig config, Clock clock)
            throws SQLException {
        try {
            H2Database.probe(directory, config);
            return H2Database.open(directory, config, clock);
        } catch (SQLException e) {
            H2Failure failure = H2Failure.of(e);
            if (!Files.exists(directory.databaseFile()) || failure.leavesFileSound()) {
                throw e;
            }
            Path aside = directory.setAside(clock.instant());
            LOG.error(
                    "store damaged, starting empty directory={} movedTo={} cause={}",
                    directory,
                    aside,
                    failure.reason());
        }
        H2Database.probe(directory, config);
        return H2Database.open(directory, config, clock);
    }

    private static StoreException cannotOpen(StoreDirectory directory, H2Failure failure) {
        return new StoreException(
                "store " + directory + ": " + directory.databaseFile() + " cannot be opened: " + failure.reason() + "; "
                        + failure.remedy(),
                failure.exception());
    }

    @Override
    public StoredState load() {
        StoredState state = found.getAndSet(null);
        if (state == null) {
            throw new IllegalStateException("load() was called before");
        }
        return state;
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
        return StoreStatus.NONE;
    }

    @Override
    public void close() {
        committer.close();
    }
}

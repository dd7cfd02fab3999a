package io.fieldmouse.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import org.h2.api.ErrorCode;
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
    private static final int CAUSES_MAX = 20;

    private final StoreDirectory directory;
    private final H2Database database;
    private final GroupCommitter committer;

    private H2MessageStore(StoreDirectory directory, H2Database database, CommitListener listener) {
        this.directory = directory;
        this.database = database;
        this.committer = new GroupCommitter(database, listener);
    }

    static H2MessageStore open(StoreConfig config, CommitListener listener, Clock clock) {
        StoreDirectory directory = StoreDirectory.claim(config.directory(), clock);
        try {
            H2MessageStore store = new H2MessageStore(directory, openDatabase(directory, config, clock), listener);
            store.committer.start();
            return store;
        } catch (RuntimeException | Error e) {
            directory.close();
            throw e;
        }
    }

    private static H2Database openDatabase(StoreDirectory directory, StoreConfig config, Clock clock) {
        try {
            return H2Database.open(directory, config);
        } catch (SQLException e) {
            if (!Files.exists(directory.databaseFile()) || isSound(e)) {
                throw cannotOpen(directory, e);
            }
            Path aside = directory.setAside(clock.instant());
            LOG.error("store damaged, starting empty directory={} movedTo={} cause={}", directory, aside, e.toString());
        }
        try {
            return H2Database.open(directory, config);
        } catch (SQLException e) {
            throw cannotOpen(directory, e);
        }
    }

    private static StoreException cannotOpen(StoreDirectory directory, SQLException e) {
        String remedy =
                switch (e.getErrorCode()) {
                    case ErrorCode.DATABASE_ALREADY_OPEN_1 -> "another program has the file open: stop that one";
                    case ErrorCode.FILE_VERSION_ERROR_1 ->
                        "it was written by another version of H2: run the Fieldmouse that wrote it, or move the"
                                + " directory away";
                    case ErrorCode.OUT_OF_MEMORY -> "give the program more memory (-Xmx)";
                    default -> "check the disk (space, permissions, health)";
                };
        return new StoreException(
                "store " + directory + ": " + directory.databaseFile() + " cannot be opened: " + e.getMessage() + "; "
                        + remedy,
                e);
    }

    /** Whether the file may well be sound and something around it is not. Everything else counts as damage. */
    private static boolean isSound(SQLException e) {
        int code = e.getErrorCode();
        if (code == ErrorCode.DATABASE_ALREADY_OPEN_1
                || code == ErrorCode.FILE_VERSION_ERROR_1
                || code == ErrorCode.OUT_OF_MEMORY) {
            return true;
        }
        @Nullable Throwable cause = e;
        // Counted, because H2 has been seen to report a chain of causes that runs in a circle.
        for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++) {
            if (cause instanceof OutOfMemoryError
                    || cause instanceof AccessDeniedException
                    || (cause instanceof IOException && isAboutTheSystem(cause.getMessage()))) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static boolean isAboutTheSystem(@Nullable String message) {
        if (message == null) {
            return false;
        }
        String text = message.toLowerCase(Locale.ROOT);
        return text.contains("no space left")
                || text.contains("quota")
                || text.contains("read-only file system")
                || text.contains("too many open files")
                || text.contains("permission denied");
    }

    @Override
    public StoredState load() {
        return database.takeState();
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
    public void close() {
        committer.close();
        directory.close();
    }
}

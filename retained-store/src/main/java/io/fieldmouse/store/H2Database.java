package io.fieldmouse.store;

import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.h2.Driver;
import org.jspecify.annotations.Nullable;

/**
 * The H2 database: one connection, used by one thread at a time. A group is one transaction.
 *
 * <p>Its surprise is {@code WRITE_DELAY=0}. With any other value H2 writes a large transaction, and whatever its
 * background thread finds, on threads of its own; {@code CHECKPOINT SYNC} does not wait for them when nothing is left
 * to hand over, and their errors reach nobody. With 0 there are no such threads: COMMIT returns when the operating
 * system has the data, and {@code CHECKPOINT SYNC} forces exactly that (docs/decisions/0002-h2-store.md).
 */
final class H2Database implements GroupWriter {
    private final String name;
    private final Connection connection;
    private final Durability durability;
    private final Ledger ledger;
    private final SqlChanges sql;
    private @Nullable StoredState state;

    private H2Database(String name, Connection connection, Durability durability) throws SQLException {
        this.name = name;
        this.connection = connection;
        this.durability = durability;
        Recovery.Result found = Recovery.read(connection);
        this.ledger = found.ledger();
        this.state = found.state();
        this.sql = new SqlChanges(connection);
    }

    /**
     * Opens the database, made when absent, and reads all of it.
     *
     * @throws SQLException if it is damaged, locked or cannot be accessed; it is closed again then
     * @throws StoreException if it is sound, but not for this program
     */
    static H2Database open(StoreDirectory directory, StoreConfig config) throws SQLException {
        boolean fresh = !Files.exists(directory.databaseFile());
        Properties user = new Properties();
        user.setProperty("user", "fieldmouse");
        user.setProperty("password", "");
        Connection connection = new Driver().connect(url(directory, config), user);
        try {
            connection.setAutoCommit(false);
            if (connection.isReadOnly()) {
                throw new StoreException("store " + directory + ": " + directory.databaseFile()
                        + " is not writable by this user: correct its owner or permissions");
            }
            Schema.prepare(connection, directory.toString());
            H2Database database = new H2Database(directory.toString(), connection, config.durability());
            if (fresh) {
                database.execute("CHECKPOINT SYNC");
                directory.force();
            }
            return database;
        } catch (SQLException | RuntimeException | Error e) {
            abandon(connection);
            throw e;
        }
    }

    private static String url(StoreDirectory directory, StoreConfig config) {
        String path = (config.fileSystem().isEmpty() ? "file:" : config.fileSystem()) + directory.database();
        if (path.indexOf(';') >= 0) {
            throw new StoreException("store " + directory + ": its path must not contain a semicolon");
        }
        // What was not forced may reach the disk in any order: without forces, space is reused only after the
        // operating system has written the data back by itself (30 s on Linux).
        int retentionMillis = config.durability() == Durability.FORCE ? 5_000 : 45_000;
        return "jdbc:h2:" + path + ";WRITE_DELAY=0;RETENTION_TIME=" + retentionMillis
                + ";CACHE_SIZE=4096;LOCK_TIMEOUT=2000;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;TRACE_LEVEL_SYSTEM_OUT=0";
    }

    /** What was read at the start, once; it is large and not kept. */
    StoredState takeState() {
        StoredState taken = state;
        if (taken == null) {
            throw new IllegalStateException("load() was called before");
        }
        state = null;
        return taken;
    }

    @Override
    public void write(List<List<StoreChange>> commits) {
        for (List<StoreChange> commit : commits) {
            commit.forEach(ledger::apply);
        }
        GroupChanges group = ledger.group();
        // A group whose changes cancel each other out leaves the disk as it is, and that was forced before.
        if (group.isEmpty()) {
            return;
        }
        try {
            sql.write(group);
            connection.commit();
            if (durability == Durability.FORCE) {
                execute("CHECKPOINT SYNC");
            }
        } catch (SQLException e) {
            throw new StoreException(
                    "store " + name + ": a write failed: " + e.getMessage()
                            + "; nothing handed over since is kept: check the disk (space, health), then restart",
                    e);
        }
        group.clear();
    }

    @Override
    public void close(boolean failed) {
        try {
            if (!failed) {
                execute("CHECKPOINT SYNC");
            }
        } catch (SQLException e) {
            throw new StoreException("store " + name + ": the last force failed: " + e.getMessage(), e);
        } finally {
            abandon(connection);
        }
    }

    private void execute(String command) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(command);
        }
    }

    /** Closes the file as it is. Not a plain close: that would compact for as long as H2 likes. */
    private static void abandon(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SHUTDOWN IMMEDIATELY");
        } catch (SQLException alreadyClosed) {
            // H2 closes a database by itself when its file fails.
        }
    }
}

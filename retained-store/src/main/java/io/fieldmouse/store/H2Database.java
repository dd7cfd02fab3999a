package io.fieldmouse.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Properties;
import org.h2.Driver;

/**
 * The H2 database: one connection, used by one thread at a time. A group is one transaction. Once open it owns the
 * directory and releases it last.
 *
 * <p>Its surprise is {@code WRITE_DELAY=0}. With any other value H2 writes a large transaction, and whatever its
 * background thread finds, on threads of its own; {@code CHECKPOINT SYNC} does not wait for them when nothing is left
 * to hand over, and their errors reach nobody. With 0 there are no such threads: COMMIT returns when the operating
 * system has the data, and {@code CHECKPOINT SYNC} forces exactly that (docs/decisions/0002-h2-store.md).
 */
final class H2Database implements GroupWriter {
    /** How long H2 keeps space that it could write over: until what has replaced it was surely forced. */
    private static final int RETENTION_MILLIS = 5_000;

    /**
     * With {@link Durability#OS} a force comes now and then all the same. Else the disk may see a page written over
     * before it has seen what replaced it, and a power cut would cost the whole file instead of the last seconds.
     */
    private static final int UNFORCED_MILLIS_MAX = 1_000;

    private final StoreDirectory directory;
    private final Connection connection;
    private final Durability durability;
    private final Ledger ledger;
    private final SqlChanges sql;
    private final Clock clock;
    private long forcedAtMillis;

    private H2Database(
            StoreDirectory directory, Connection connection, Durability durability, Ledger ledger, Clock clock)
            throws SQLException {
        this.clock = clock;
        this.forcedAtMillis = clock.millis();
        this.directory = directory;
        this.connection = connection;
        this.durability = durability;
        this.ledger = ledger;
        this.sql = new SqlChanges(connection);
    }

    /**
     * Looks whether there is a database, made when absent, whether it is one of ours, and whole. Read-only: in a file in
     * which it finds nothing whole, H2 would else begin a new database, over what could still be rescued.
     *
     * @throws SQLException if it is damaged, locked or cannot be accessed; the file is as it was
     * @throws StoreException if it is sound, but not for this program
     */
    static void probe(StoreDirectory directory, StoreConfig config) throws SQLException {
        if (!Files.exists(directory.databaseFile())) {
            create(directory, config);
        }
        Connection connection = connect(directory.database(), config, ";ACCESS_MODE_DATA=r");
        try {
            Recovery.readThrough(connection, Schema.check(connection, directory));
        } finally {
            abandon(connection);
        }
    }

    /** A database opened for writing, and what it held. */
    record Opened(H2Database database, StoredState state) {}

    /**
     * Opens the database for writing and reads all of it, in that order: a kill may leave a transaction that counts as
     * committed and is not finished. Only a writer finishes it; who read before that would know nothing of it, and the
     * next start would find its rows again.
     *
     * @throws SQLException if it is damaged, locked or cannot be accessed
     */
    static Opened open(StoreDirectory directory, StoreConfig config, Clock clock) throws SQLException {
        Connection connection = connect(directory.database(), config, "");
        try {
            connection.setAutoCommit(false);
            if (connection.isReadOnly()) {
                throw new StoreException("store " + directory + ": " + directory.databaseFile()
                        + " is not writable by this user: correct its owner or permissions");
            }
            Schema.upgrade(connection);
            Recovery.Result read = Recovery.read(connection);
            return new Opened(
                    new H2Database(directory, connection, config.durability(), read.ledger(), clock), read.state());
        } catch (SQLException | RuntimeException | Error e) {
            abandon(connection);
            throw e;
        }
    }

    /** Under another name until it is whole: so a kill during the first start leaves nothing that looks like damage. */
    private static void create(StoreDirectory directory, StoreConfig config) throws SQLException {
        Connection connection = connect(directory.beginDatabase(), config, "");
        try {
            connection.setAutoCommit(false);
            Schema.create(connection);
            execute(connection, "CHECKPOINT SYNC");
        } finally {
            abandon(connection);
        }
        directory.finishDatabase();
    }

    private static Connection connect(Path database, StoreConfig config, String options) throws SQLException {
        Properties user = new Properties();
        user.setProperty("user", "fieldmouse");
        user.setProperty("password", "");
        return new Driver().connect(url(database, config) + options, user);
    }

    private static String url(Path database, StoreConfig config) {
        String path = config.disk().h2Path(database.getFileName().toString());
        if (path.indexOf(';') >= 0) {
            throw new StoreException("store " + config.directory() + ": its path must not contain a semicolon");
        }
        return "jdbc:h2:" + path + ";WRITE_DELAY=0;RETENTION_TIME=" + RETENTION_MILLIS
                + ";CACHE_SIZE=4096;LOCK_TIMEOUT=2000;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;TRACE_LEVEL_SYSTEM_OUT=0";
    }

    @Override
    public void write(List<List<StoreChange>> commits) {
        for (List<StoreChange> commit : commits) {
            commit.forEach(ledger::apply);
        }
        ledger.sweep();
        GroupChanges group = ledger.group();
        // A group whose changes cancel each other out leaves the disk as it is, and that was forced before.
        if (group.isEmpty()) {
            return;
        }
        try {
            sql.write(group);
            connection.commit();
            if (forceIsDue()) {
                execute(connection, "CHECKPOINT SYNC");
                forcedAtMillis = clock.millis();
            }
        } catch (SQLException e) {
            throw new StoreException(
                    "store " + directory + ": a write failed: "
                            + H2Failure.of(e).reason()
                            + "; nothing handed over since is kept: check the disk (space, health), then restart",
                    e);
        }
        group.clear();
    }

    private boolean forceIsDue() {
        // Either way, because a clock may be set back.
        return durability == Durability.FORCE || Math.abs(clock.millis() - forcedAtMillis) >= UNFORCED_MILLIS_MAX;
    }

    @Override
    public void close(boolean failed) {
        try {
            if (!failed) {
                execute(connection, "CHECKPOINT SYNC");
            }
        } catch (SQLException e) {
            throw new StoreException(
                    "store " + directory + ": the last force failed: "
                            + H2Failure.of(e).reason(),
                    e);
        } finally {
            abandon(connection);
            directory.close();
        }
    }

    private static void execute(Connection connection, String command) throws SQLException {
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

package io.fieldmouse.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/**
 * The tables. Each has one integer key, which H2 keeps as the table itself: there is no second index to write, and
 * reading the tables once reads every page in which damage could hide.
 */
final class Schema {
    /** Raised with every change of the tables; {@link #upgrade} brings older ones up to date. */
    static final int VERSION = 3;

    static final Table SESSION = new Table(
            "session",
            "client_id VARCHAR NOT NULL",
            "expiry_seconds BIGINT NOT NULL",
            "disconnected_at_millis BIGINT NOT NULL");

    /**
     * Of the sessions those whose owner was said, under the same id. Since version 3, and a table of its own because H2
     * cannot add a column to one that is there: it copies the table and removes the first, and a kill in between leaves
     * none.
     */
    static final Table SESSION_OWNER = new Table("session_owner", "owner VARCHAR NOT NULL");

    static final Table SUBSCRIPTION = new Table(
            "subscription",
            "session_id BIGINT NOT NULL",
            "topic_filter VARCHAR NOT NULL",
            "options INTEGER NOT NULL",
            "subscription_id INTEGER NOT NULL");

    /** Bodies of the messages that wait in some queue, once for all receivers. The id is the message id. */
    static final Table MESSAGE = new Table(
            "message",
            "topic VARCHAR NOT NULL",
            "payload VARBINARY NOT NULL",
            "properties VARBINARY NOT NULL",
            "expires_at_millis BIGINT NOT NULL");

    /** The sessions' queues. */
    static final Table DELIVERY = new Table(
            "delivery",
            "session_id BIGINT NOT NULL",
            "message_id BIGINT NOT NULL",
            "qos INTEGER NOT NULL",
            "retain BOOLEAN NOT NULL",
            "subscription_ids VARBINARY NOT NULL",
            "packet_id INTEGER NOT NULL",
            "released BOOLEAN NOT NULL");

    /** Of the queues' rows those that came by a shared subscription, under the same id. Since version 2. */
    static final Table SHARED_DELIVERY =
            new Table("shared_delivery", "client_id VARCHAR NOT NULL", "shared_filter VARCHAR NOT NULL");

    /** QoS 2 packet ids received and not released; the id holds both, see {@link Ledger#receivedRowId}. */
    static final Table RECEIVED_PACKET = new Table("received_packet");

    static final Table RETAINED = new Table(
            "retained",
            "qos INTEGER NOT NULL",
            "topic VARCHAR NOT NULL",
            "payload VARBINARY NOT NULL",
            "properties VARBINARY NOT NULL",
            "expires_at_millis BIGINT NOT NULL");

    static final Table WILL = new Table(
            "will",
            "client_id VARCHAR NOT NULL",
            "qos INTEGER NOT NULL",
            "retain BOOLEAN NOT NULL",
            "delay_seconds BIGINT NOT NULL",
            "expiry_seconds BIGINT NOT NULL",
            "topic VARCHAR NOT NULL",
            "payload VARBINARY NOT NULL",
            "properties VARBINARY NOT NULL",
            "expires_at_millis BIGINT NOT NULL");

    static final List<Table> TABLES = List.of(
            SESSION, SESSION_OWNER, SUBSCRIPTION, MESSAGE, DELIVERY, SHARED_DELIVERY, RECEIVED_PACKET, RETAINED, WILL);

    /** Those that version 1 did not have, and since when there are. */
    private static final Map<Table, Integer> SINCE = Map.of(SHARED_DELIVERY, 2, SESSION_OWNER, 3);

    /** A table: {@code id BIGINT PRIMARY KEY} and these columns, each a name, a space and a type. */
    record Table(String name, List<String> columns) {
        Table(String name, String... columns) {
            this(name, List.of(columns));
        }

        List<String> columnNames() {
            return columns.stream()
                    .map(column -> column.substring(0, column.indexOf(' ')))
                    .toList();
        }

        String create() {
            return "CREATE TABLE IF NOT EXISTS " + name + " (id BIGINT PRIMARY KEY" + (columns.isEmpty() ? "" : ", ")
                    + String.join(", ", columns) + ")";
        }

        /** Every row, the id first. */
        String selectAll() {
            return "SELECT id" + (columns.isEmpty() ? "" : ", ") + String.join(", ", columnNames()) + " FROM " + name
                    + " ORDER BY id";
        }
    }

    private Schema() {}

    /** Makes the tables in an empty database. */
    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (Table table : TABLES) {
                statement.execute(table.create());
            }
            statement.execute("CREATE TABLE store (id INTEGER PRIMARY KEY, schema_version INTEGER NOT NULL,"
                    + " message_ids_reserved BIGINT NOT NULL)");
            statement.execute("INSERT INTO store VALUES (1, " + VERSION + ", 0)");
        }
        connection.commit();
    }

    /** The tables there are in a database of this version. */
    static List<Table> tablesOf(int version) {
        return TABLES.stream()
                .filter(table -> SINCE.getOrDefault(table, 1) <= version)
                .toList();
    }

    /**
     * Brings the tables of an older program up to date. Does only what may be done again: after a kill in the middle it
     * begins anew.
     */
    static void upgrade(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (version(statement) < VERSION) {
                for (Table table : TABLES) {
                    statement.execute(table.create());
                }
                statement.execute("UPDATE store SET schema_version = " + VERSION + " WHERE id = 1");
            }
        }
        connection.commit();
    }

    private static int version(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SELECT schema_version FROM store WHERE id = 1")) {
            if (!rows.next()) {
                throw new SQLException("the table store is empty");
            }
            return rows.getInt(1);
        }
    }

    /**
     * Refuses tables that this program cannot use. Returns their version.
     *
     * @throws SQLException if there are none: H2 opens a file without a word in which it finds nothing whole
     * @throws StoreException if a newer program has written them
     */
    static int check(Connection connection, StoreDirectory directory) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int version = version(statement);
            if (version > VERSION) {
                throw new StoreException("store " + directory + ": its tables have version " + version
                        + ", this program knows " + VERSION
                        + " and older: run the newer Fieldmouse that wrote them, or move the directory away");
            }
            return version;
        }
    }
}

package io.fieldmouse.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.zip.CRC32C;
import org.h2.Driver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One checkpoint: an H2 database that is opened to be written or read as a whole, and closed again. Used by one thread
 * at a time. Whatever has its name is whole: it is written under another one.
 *
 * <pre>
 * store: one row: schema_version, sequence (all commits up to it are in), row_count, message_ids_reserved, crc
 * entry: id (see {@link Row}; the lower 13 bits number the parts), row_bytes (of all parts), crc, body (up to 512 KiB)
 * </pre>
 *
 * The crc is a CRC32C over id, row_bytes and body: H2 itself looks at the head of a page only, and would serve a
 * flipped bit. Tables and columns of {@code store} are those of the versions before the journal, so that an older
 * program, which looks there, refuses the file and says so.
 */
final class CheckpointFile {
    /** The first with a journal; what came before is {@link OldTables}. */
    static final int VERSION = 4;

    static final String EXTENSION = ".mv.db";
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointFile.class);
    static final String UNFINISHED = "unfinished";

    /** Rows a transaction of a file that nobody reads before it is whole. */
    private static final int ROWS_A_COMMIT = 10_000;

    /**
     * No RETENTION_TIME: H2 may write over what it has freed, because nobody reads a file before it is whole.
     * WRITE_DELAY=0: no thread of H2's own, whose errors would reach nobody.
     */
    private static final String OPTIONS = ";WRITE_DELAY=0;RETENTION_TIME=0;CACHE_SIZE=4096;LOCK_TIMEOUT=2000"
            + ";DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;TRACE_LEVEL_SYSTEM_OUT=0";

    private static final String READ_ONLY = ";ACCESS_MODE_DATA=r";

    private final Disk disk;
    private final String name;

    /** @param name without H2's extension */
    CheckpointFile(Disk disk, String name) {
        this.disk = disk;
        this.name = name;
    }

    /**
     * What a checkpoint says of itself.
     *
     * @param version of the tables
     * @param sequence every commit up to this one is in it
     * @param rows how many rows it has
     * @param lastMessageId no message id above this one was used until then
     */
    record Header(int version, long sequence, long rows, long lastMessageId) {
        static final Header NONE = new Header(VERSION, 0, 0, 0);

        /** Of all of them: 4 and three times 8 bytes, big-endian. In every version from 4 on. */
        int crc() {
            CRC32C crc = new CRC32C();
            crc.update(ByteBuffer.allocate(Integer.BYTES + 3 * Long.BYTES)
                    .putInt(version)
                    .putLong(sequence)
                    .putLong(rows)
                    .putLong(lastMessageId)
                    .flip());
            return (int) crc.getValue();
        }
    }

    String fileName() {
        return name + EXTENSION;
    }

    boolean exists() throws IOException {
        return disk.names().contains(fileName());
    }

    long sizeBytes() throws IOException {
        try (FileChannel file = disk.open(fileName())) {
            return file.size();
        }
    }

    /**
     * What the file says of itself. Read-only: in a file in which it finds nothing whole, H2 would else begin a new
     * database, over what could still be rescued.
     *
     * @throws SQLException if it is damaged, locked or cannot be accessed; the file is as it was
     */
    Header probe() throws SQLException {
        Connection connection = connect(name, READ_ONLY);
        try {
            return header(connection);
        } finally {
            abandon(connection);
        }
    }

    /**
     * Applies all rows to an empty image. One of before the journal is opened for writing: a kill may have left a
     * transaction that counts as committed and is not finished, and only a writer finishes it.
     *
     * @param probed what {@link #probe} said
     * @throws SQLException if the file is damaged: H2 cannot read it, a row is not what was written, or one is missing
     */
    void read(Header probed, Image image) throws SQLException {
        boolean isOld = probed.version() < VERSION;
        Connection connection = connect(name, isOld ? "" : READ_ONLY);
        try {
            if (isOld) {
                OldTables.read(connection, probed.version(), image);
            } else {
                readRows(connection, probed, image);
            }
            image.foundLastMessageId(probed.lastMessageId());
        } finally {
            abandon(connection);
        }
    }

    private static void readRows(Connection connection, Header header, Image image) throws SQLException {
        EntryReader entries = new EntryReader(image);
        entries.read(connection);
        if (entries.rows() != header.rows()) {
            throw new SQLException("it holds " + entries.rows() + " rows and says " + header.rows());
        }
    }

    /** Applies the rows that are what was written, as far as H2 can find them. */
    void readWhatCanBeProven(Image image) {
        try {
            Connection connection = connect(name, READ_ONLY);
            try {
                new EntryReader(image).readWhatCanBeProven(connection);
            } finally {
                abandon(connection);
            }
        } catch (SQLException e) {
            LOG.debug("nothing can be read of {}", fileName(), e);
        }
    }

    /** What an interrupted checkpoint has left takes room and is of no use. */
    static void deleteUnfinished(Disk disk) throws IOException {
        disk.delete(UNFINISHED + EXTENSION);
    }

    boolean isNamed(String other) {
        return name.equals(other);
    }

    private static Header header(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            int version = version(statement);
            boolean isOld = version < VERSION;
            String columns = isOld ? "0, 0, message_ids_reserved" : "sequence, row_count, message_ids_reserved, crc";
            try (ResultSet row = statement.executeQuery("SELECT " + columns + " FROM store WHERE id = 1")) {
                row.next();
                Header header = new Header(version, row.getLong(1), row.getLong(2), row.getLong(3));
                if (!isOld && row.getInt(4) != header.crc()) {
                    throw new SQLException("what it says of itself is not what was written");
                }
                return header;
            }
        }
    }

    private static int version(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT schema_version FROM store WHERE id = 1")) {
            if (!row.next()) {
                throw new SQLException("the table store is empty");
            }
            return row.getInt(1);
        }
    }

    /**
     * Writes a new file with these rows and puts it in the place of the old one, in one step. Forced when it returns.
     *
     * @throws SQLException if it cannot; the old file is as it was
     */
    void writeAll(Header header, List<Row> rows) throws SQLException, IOException {
        disk.delete(UNFINISHED + EXTENSION);
        Connection connection = connect(UNFINISHED, "");
        try {
            connection.setAutoCommit(false);
            create(connection);
            try (EntryWriter entries = new EntryWriter(connection)) {
                int count = 0;
                // In the order of the keys the tree grows at its end only.
                for (Row row :
                        rows.stream().sorted(Comparator.comparingLong(Row::key)).toList()) {
                    entries.insert(row);
                    if (++count % ROWS_A_COMMIT == 0) {
                        entries.finish();
                        connection.commit();
                    }
                }
                entries.finish();
            }
            finish(connection, header);
        } finally {
            abandon(connection);
        }
        disk.rename(UNFINISHED + EXTENSION, fileName());
        disk.forceNames();
    }

    /**
     * Brings the file up to date. Meanwhile it has another name: what a power cut leaves of it is no checkpoint, and
     * no damage. H2 writes in places that a cut may leave in pieces, and looks at their edges only.
     *
     * @throws SQLException if it cannot; there is no such checkpoint then
     */
    void writeChanges(Header header, RowChanges changes) throws SQLException, IOException {
        disk.rename(fileName(), UNFINISHED + EXTENSION);
        disk.forceNames();
        Connection connection = connect(UNFINISHED, "");
        try {
            connection.setAutoCommit(false);
            try (EntryWriter entries = new EntryWriter(connection)) {
                for (long key : changes.gone()) {
                    entries.delete(key);
                }
                for (Row row : changes.put()) {
                    entries.delete(row.key());
                }
                entries.finish();
                for (Row row : changes.put()) {
                    entries.insert(row);
                }
                entries.finish();
            }
            finish(connection, header);
        } finally {
            abandon(connection);
        }
        disk.rename(UNFINISHED + EXTENSION, fileName());
        disk.forceNames();
    }

    private static void create(Connection connection) throws SQLException {
        execute(
                connection,
                "CREATE TABLE store (id INTEGER PRIMARY KEY, schema_version INTEGER NOT NULL, sequence BIGINT NOT NULL,"
                        + " row_count BIGINT NOT NULL, message_ids_reserved BIGINT NOT NULL, crc INTEGER NOT NULL)");
        execute(connection, "INSERT INTO store VALUES (1, 0, 0, 0, 0, 0)");
        execute(
                connection,
                "CREATE TABLE entry (id BIGINT PRIMARY KEY, row_bytes INTEGER NOT NULL, crc INTEGER NOT NULL,"
                        + " body VARBINARY(" + EntryWriter.PART_BYTES + ") NOT NULL)");
    }

    private static void finish(Connection connection, Header header) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("UPDATE store SET schema_version = ?, sequence = ?,"
                + " row_count = ?, message_ids_reserved = ?, crc = ? WHERE id = 1")) {
            update.setInt(1, header.version());
            update.setLong(2, header.sequence());
            update.setLong(3, header.rows());
            update.setLong(4, header.lastMessageId());
            update.setInt(5, header.crc());
            update.executeUpdate();
        }
        connection.commit();
        execute(connection, "CHECKPOINT SYNC"); // COMMIT writes and never forces
    }

    private Connection connect(String database, String options) throws SQLException {
        Properties user = new Properties();
        user.setProperty("user", "fieldmouse");
        user.setProperty("password", "");
        String path = disk.h2Path(database);
        if (path.indexOf(';') >= 0) {
            throw new StoreException("store " + path + ": its path must not contain a semicolon");
        }
        return new Driver().connect("jdbc:h2:" + path + OPTIONS + options, user);
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

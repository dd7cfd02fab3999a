package io.fieldmouse.store;

import io.fieldmouse.store.StoreChange.MessageQueued;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the table {@code entry} of a {@link CheckpointFile} into an image, in the order of the keys. */
final class EntryReader {
    private static final Logger LOG = LoggerFactory.getLogger(EntryReader.class);

    private final Image image;

    /** A message comes before the deliveries that name it. */
    private final Map<Long, StoredMessage> bodies = new HashMap<>();

    private long rows;

    EntryReader(Image image) {
        this.image = image;
    }

    long rows() {
        return rows;
    }

    /** @throws SQLException at the first entry that is not what was written */
    void read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet entries = select(statement)) {
            while (entries.next()) {
                long key = entries.getLong(1);
                apply(key, row(entries, key));
            }
        }
    }

    /** Leaves out the entries that are not what was written; ends where H2 finds no more. */
    void readWhatCanBeProven(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet entries = select(statement)) {
            while (entries.next()) {
                try {
                    long key = entries.getLong(1);
                    apply(key, row(entries, key));
                } catch (DamagedEntryException e) {
                    LOG.debug("left out: {}", e.getMessage());
                }
            }
        }
    }

    /** One entry, and not the file, cannot be used. */
    private static final class DamagedEntryException extends SQLException {
        private static final long serialVersionUID = 1L;

        DamagedEntryException(long id, String words) {
            super("the entry " + id + " " + words);
        }
    }

    private static ResultSet select(Statement statement) throws SQLException {
        // Without it H2 collects a whole result before the first row, and above some size in a temporary file.
        statement.execute("SET LAZY_QUERY_EXECUTION 1");
        return statement.executeQuery("SELECT id, row_bytes, crc, body FROM entry ORDER BY id");
    }

    /** The whole row whose first part is under the cursor; leaves the cursor at its last one. */
    private static byte[] row(ResultSet entries, long key) throws SQLException {
        int rowBytes = entries.getInt(2);
        byte[] first = body(entries, key, rowBytes);
        if (first.length == rowBytes) {
            return first;
        }
        ByteBuffer whole = ByteBuffer.allocate(rowBytes).put(first);
        for (long part = key + 1; whole.hasRemaining(); part++) {
            if (!entries.next() || entries.getLong(1) != part || entries.getInt(2) != rowBytes) {
                throw new DamagedEntryException(part, "is missing");
            }
            byte[] next = body(entries, part, rowBytes);
            if (next.length > whole.remaining()) {
                throw new DamagedEntryException(part, "is too long");
            }
            whole.put(next);
        }
        return whole.array();
    }

    private static byte[] body(ResultSet entry, long id, int rowBytes) throws SQLException {
        byte[] body = entry.getBytes(4);
        if (entry.getInt(3) != EntryWriter.crc(id, rowBytes, body) || body.length > rowBytes) {
            throw new DamagedEntryException(id, "is not what was written");
        }
        return body;
    }

    private void apply(long key, byte[] row) throws SQLException {
        try {
            for (StoreChange change : ChangeCodec.read(ByteBuffer.wrap(row))) {
                apply(key, change);
            }
        } catch (IllegalArgumentException e) {
            throw new SQLException("the entry " + key + " makes no sense: " + e.getMessage(), e);
        }
        rows++;
    }

    private void apply(long key, StoreChange change) throws SQLException {
        if (!(change instanceof MessageQueued queued)) {
            image.apply(change);
        } else if (queued.receivers().isEmpty()) {
            bodies.put(queued.messageId(), queued.message());
        } else {
            StoredMessage body = bodies.get(queued.messageId());
            if (body == null) {
                throw new DamagedEntryException(key, "names a message that is not there");
            }
            image.apply(new MessageQueued(queued.messageId(), body, queued.receivers()));
        }
    }
}

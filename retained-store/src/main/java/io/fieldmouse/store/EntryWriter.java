package io.fieldmouse.store;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Writes rows into the table {@code entry} of a {@link CheckpointFile}, in batches. Does not commit. */
final class EntryWriter implements AutoCloseable {
    /** Of a row's body into one entry: H2 takes no more than 1 MiB. */
    static final int PART_BYTES = 512 << 10;

    private static final int PARTS_MAX = 1 << RowKind.PART_BITS;
    private static final int BATCH_ENTRIES_MAX = 500;

    /** H2 keeps the parameters of a batch. */
    private static final int BATCH_BYTES_MAX = 2 << 20;

    private final PreparedStatement insert;
    private final PreparedStatement delete;
    private final ByteWriter body = new ByteWriter();
    private int inserts;
    private int insertedBytes;
    private int deletes;

    EntryWriter(Connection connection) throws SQLException {
        insert = connection.prepareStatement("INSERT INTO entry (id, row_bytes, crc, body) VALUES (?, ?, ?, ?)");
        delete = connection.prepareStatement("DELETE FROM entry WHERE id BETWEEN ? AND ?");
    }

    /** Deletes the row of this key, all parts of it, if there is one. */
    void delete(long key) throws SQLException {
        delete.setLong(1, key);
        delete.setLong(2, key + PARTS_MAX - 1);
        delete.addBatch();
        if (++deletes == BATCH_ENTRIES_MAX) {
            finish();
        }
    }

    /** There must be none of its key. */
    void insert(Row row) throws SQLException {
        body.clear();
        ChangeCodec.write(row.changes(), body);
        byte[] bytes = body.toArray();
        int parts = Math.max(1, (bytes.length + PART_BYTES - 1) / PART_BYTES);
        for (int part = 0; part < parts; part++) {
            byte[] piece = parts == 1
                    ? bytes
                    : Arrays.copyOfRange(bytes, part * PART_BYTES, Math.min(bytes.length, (part + 1) * PART_BYTES));
            insert(row.key() + part, bytes.length, piece);
        }
    }

    private void insert(long id, int rowBytes, byte[] piece) throws SQLException {
        insert.setLong(1, id);
        insert.setInt(2, rowBytes);
        insert.setInt(3, crc(id, rowBytes, piece));
        insert.setBytes(4, piece);
        insert.addBatch();
        inserts++;
        insertedBytes += piece.length;
        if (inserts == BATCH_ENTRIES_MAX || insertedBytes > BATCH_BYTES_MAX) {
            finish();
        }
    }

    /** Hands over what is left of the batches. */
    void finish() throws SQLException {
        if (deletes > 0) {
            delete.executeBatch();
            deletes = 0;
        }
        if (inserts > 0) {
            insert.executeBatch();
            inserts = 0;
            insertedBytes = 0;
        }
    }

    /** What the column crc holds: the CRC32C of the key (8 bytes), row_bytes (4 bytes) and the body. */
    static int crc(long id, int rowBytes, byte[] body) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                .putLong(id)
                .putInt(rowBytes)
                .flip());
        crc.update(body);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws SQLException {
        insert.close();
        delete.close();
    }
}

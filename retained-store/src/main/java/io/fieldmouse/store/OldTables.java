package io.fieldmouse.store;

import io.fieldmouse.store.StoreChange.MessageQueued;
import io.fieldmouse.store.StoreChange.MessageReleased;
import io.fieldmouse.store.StoreChange.MessageSent;
import io.fieldmouse.store.StoreChange.PacketIdReceived;
import io.fieldmouse.store.StoreChange.Receiver;
import io.fieldmouse.store.StoreChange.RetainedSet;
import io.fieldmouse.store.StoreChange.SessionClosed;
import io.fieldmouse.store.StoreChange.SessionOpened;
import io.fieldmouse.store.StoreChange.SubscriptionAdded;
import io.fieldmouse.store.StoreChange.WillSet;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the tables of versions 1 to 3, which had no journal: a table for each kind of thing. Shared deliveries have had
 * a table of their own since version 2, owners of sessions since version 3. Rows that refer to nothing are left out.
 */
final class OldTables {
    private static final int PACKET_ID_BITS = 16;

    private final Statement statement;
    private final int version;
    private final Image image;
    private final Map<Long, String> clientIds = new HashMap<>();
    private final Map<Long, StoredMessage> messages = new HashMap<>();
    private final Map<Long, Shared> shared = new HashMap<>();

    /** By which shared subscription a delivery came, and to whom. */
    private record Shared(String clientId, String filter) {}

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    private OldTables(Statement statement, int version, Image image) {
        this.statement = statement;
        this.version = version;
        this.image = image;
    }

    static void read(Connection connection, int version, Image image) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LAZY_QUERY_EXECUTION 1");
            new OldTables(statement, version, image).read();
        }
    }

    private void read() throws SQLException {
        each(
                "SELECT id, topic, payload, properties, expires_at_millis FROM message",
                row -> messages.put(row.getLong(1), message(row, 2)));
        if (version >= 2) {
            each(
                    "SELECT id, client_id, shared_filter FROM shared_delivery",
                    row -> shared.put(row.getLong(1), new Shared(row.getString(2), row.getString(3))));
        }
        each("SELECT id, client_id FROM session", row -> clientIds.put(row.getLong(1), row.getString(2)));
        // Before the sessions: the next session of a client has nothing to do with what its last one left.
        each(deliveries(), this::leftover);
        readSessions();
        each("SELECT session_id, topic_filter, options, subscription_id FROM subscription", this::subscription);
        each("SELECT id FROM received_packet", this::receivedPacket);
        each(deliveries(), this::delivery);
        each(
                "SELECT qos, topic, payload, properties, expires_at_millis FROM retained",
                row -> image.apply(new RetainedSet(message(row, 2), row.getInt(1))));
        each(
                "SELECT client_id, qos, retain, delay_seconds, expiry_seconds, topic, payload, properties,"
                        + " expires_at_millis FROM will",
                row -> image.apply(new WillSet(
                        row.getString(1),
                        new StoredWill(
                                message(row, 6), row.getInt(2), row.getBoolean(3), row.getLong(4), row.getLong(5)))));
    }

    private static String deliveries() {
        return "SELECT id, session_id, message_id, qos, retain, subscription_ids, packet_id, released FROM delivery"
                + " ORDER BY message_id";
    }

    private void each(String query, RowReader reader) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }

    private void readSessions() throws SQLException {
        Map<Long, String> owners = new HashMap<>();
        if (version >= 3) {
            each("SELECT id, owner FROM session_owner", row -> owners.put(row.getLong(1), row.getString(2)));
        }
        each("SELECT id, client_id, expiry_seconds, disconnected_at_millis FROM session", row -> {
            String clientId = row.getString(2);
            long closedAt = row.getLong(4);
            image.apply(new SessionOpened(clientId, row.getLong(3), owners.get(row.getLong(1))));
            if (closedAt != StoredSession.WAS_CONNECTED) {
                image.apply(new SessionClosed(clientId, row.getLong(3), closedAt));
            }
        });
    }

    private void subscription(ResultSet row) throws SQLException {
        String clientId = clientIds.get(row.getLong(1));
        if (clientId != null) {
            image.apply(new SubscriptionAdded(
                    clientId, new StoredSubscription(row.getString(2), row.getInt(3), row.getInt(4))));
        }
    }

    /** The id holds the session's id in its upper bits. */
    private void receivedPacket(ResultSet row) throws SQLException {
        String clientId = clientIds.get(row.getLong(1) >>> PACKET_ID_BITS);
        if (clientId != null) {
            image.apply(new PacketIdReceived(clientId, (int) row.getLong(1) & (1 << PACKET_ID_BITS) - 1));
        }
    }

    private void leftover(ResultSet row) throws SQLException {
        Shared by = shared.get(row.getLong(1));
        StoredMessage message = messages.get(row.getLong(3));
        boolean mayMove = row.getInt(4) == 1 || row.getInt(7) == 0;
        if (by != null && message != null && mayMove && !clientIds.containsKey(row.getLong(2))) {
            image.apply(new MessageQueued(row.getLong(3), message, List.of(receiver(row, by.clientId(), by.filter()))));
        }
    }

    private void delivery(ResultSet row) throws SQLException {
        String clientId = clientIds.get(row.getLong(2));
        long messageId = row.getLong(3);
        StoredMessage message = messages.get(messageId);
        if (clientId == null || message == null) {
            return;
        }
        Shared by = shared.get(row.getLong(1));
        List<StoreChange> changes = new ArrayList<>();
        changes.add(
                new MessageQueued(messageId, message, List.of(receiver(row, clientId, by == null ? "" : by.filter()))));
        if (row.getInt(7) != 0) {
            changes.add(new MessageSent(clientId, messageId, row.getInt(7)));
        }
        if (row.getBoolean(8)) {
            changes.add(new MessageReleased(clientId, messageId));
        }
        changes.forEach(image::apply);
    }

    private static Receiver receiver(ResultSet row, String clientId, String sharedFilter) throws SQLException {
        return new Receiver(clientId, row.getInt(4), row.getBoolean(5), ints(row.getBytes(6)), sharedFilter);
    }

    /** Four bytes each, big-endian. */
    private static int[] ints(byte[] bytes) {
        int[] ints = new int[bytes.length / Integer.BYTES];
        ByteBuffer.wrap(bytes).asIntBuffer().get(ints);
        return ints;
    }

    private static StoredMessage message(ResultSet row, int first) throws SQLException {
        return new StoredMessage(
                row.getString(first), row.getBytes(first + 1), row.getBytes(first + 2), row.getLong(first + 3));
    }
}

package io.fieldmouse.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the tables back, once each and streaming: into the state that the broker asked for, and into the ledger of
 * the rows that were found. Its surprise: rows that refer to nothing, which no group can have written, are not an
 * error; they are counted, and the ledger deletes them with its first group.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final Ledger ledger = new Ledger();
    private final Map<Long, Found> sessions = new HashMap<>();
    private final Map<Long, Body> messages = new HashMap<>();
    private final Map<Long, Shared> shared = new HashMap<>();
    private final List<StoredState.Leftover> leftovers = new ArrayList<>();
    private final List<StoredState.RetainedMessage> retained = new ArrayList<>();
    private final Map<String, StoredWill> wills = new HashMap<>();
    private long lastMessageId;
    private int strayRows;

    private static final class Found {
        final Ledger.Session row;
        final List<StoredSubscription> subscriptions = new ArrayList<>();
        final List<StoredSession.QueuedMessage> queue = new ArrayList<>();
        final List<Integer> receivedPacketIds = new ArrayList<>();

        Found(Ledger.Session row) {
            this.row = row;
        }
    }

    /** A row that says by which shared subscription a message came. */
    private record Shared(String clientId, String filter) {
        static final Shared NONE = new Shared("", "");
    }

    private record Body(Ledger.Message row, StoredMessage message) {}

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    /** What was read. */
    record Result(StoredState state, Ledger ledger) {}

    private Recovery() {}

    static Result read(Connection connection) throws SQLException {
        Recovery recovery = new Recovery();
        try (Statement statement = connection.createStatement()) {
            // Without it H2 collects a whole result before the first row, and above some size in a temporary file.
            statement.execute("SET LAZY_QUERY_EXECUTION 1");
            recovery.readAll(statement);
            statement.execute("SET LAZY_QUERY_EXECUTION 0");
        }
        connection.commit();
        return recovery.result();
    }

    /** Reads every row of the tables of this version and makes nothing of it: a damaged file fails here. */
    static void readThrough(Connection connection, int version) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LAZY_QUERY_EXECUTION 1");
            for (Schema.Table table : Schema.tablesOf(version)) {
                each(statement, table.selectAll(), row -> row.getLong(1));
            }
        }
    }

    private void readAll(Statement statement) throws SQLException {
        each(statement, "SELECT message_ids_reserved FROM store WHERE id = 1", row -> {
            lastMessageId = row.getLong(1);
            ledger.foundReserved(lastMessageId);
        });
        each(statement, Schema.SESSION.selectAll(), this::session);
        each(statement, Schema.SESSION_OWNER.selectAll(), this::sessionOwner);
        each(statement, Schema.SUBSCRIPTION.selectAll(), this::subscription);
        each(statement, Schema.RECEIVED_PACKET.selectAll(), this::receivedPacket);
        each(statement, Schema.MESSAGE.selectAll(), row -> {
            long id = row.getLong(1);
            messages.put(id, new Body(new Ledger.Message(id), message(row, 2)));
        });
        each(
                statement,
                Schema.SHARED_DELIVERY.selectAll(),
                row -> shared.put(row.getLong(1), new Shared(row.getString(2), row.getString(3))));
        each(statement, Schema.DELIVERY.selectAll(), this::delivery);
        for (long id : shared.keySet()) {
            ledger.group().sharedDeliveries.delete(id);
            strayRows++;
        }
        each(statement, Schema.RETAINED.selectAll(), row -> {
            StoredMessage message = message(row, 3);
            ledger.foundRetained(row.getLong(1), message.topic());
            retained.add(new StoredState.RetainedMessage(message, row.getInt(2)));
        });
        each(statement, Schema.WILL.selectAll(), row -> {
            String clientId = row.getString(2);
            ledger.foundWill(row.getLong(1), clientId);
            wills.put(
                    clientId,
                    new StoredWill(message(row, 7), row.getInt(3), row.getBoolean(4), row.getLong(5), row.getLong(6)));
        });
    }

    private static void each(Statement statement, String query, RowReader reader) throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }

    private void session(ResultSet row) throws SQLException {
        Ledger.Session session = ledger.foundSession(row.getLong(1), row.getString(2));
        session.expirySeconds = row.getLong(3);
        session.disconnectedAtMillis = row.getLong(4);
        sessions.put(session.id, new Found(session));
    }

    private void sessionOwner(ResultSet row) throws SQLException {
        Found session = sessions.get(row.getLong(1));
        if (session == null) {
            stray(ledger.group().sessionOwners, row);
            return;
        }
        session.row.owner = row.getString(2);
    }

    private void subscription(ResultSet row) throws SQLException {
        Found session = sessions.get(row.getLong(2));
        if (session == null) {
            stray(ledger.group().subscriptions, row);
            return;
        }
        StoredSubscription subscription = new StoredSubscription(row.getString(3), row.getInt(4), row.getInt(5));
        ledger.foundSubscription(session.row, row.getLong(1), subscription);
        session.subscriptions.add(subscription);
    }

    private void receivedPacket(ResultSet row) throws SQLException {
        Found session = sessions.get(Ledger.sessionIdOf(row.getLong(1)));
        if (session == null) {
            ledger.group().receivedPacketIds.delete(row.getLong(1));
            ledger.seen(Ledger.sessionIdOf(row.getLong(1)));
            strayRows++;
            return;
        }
        int packetId = Ledger.packetIdOf(row.getLong(1));
        session.row.receivedPacketIds.add(packetId);
        session.receivedPacketIds.add(packetId);
    }

    private void delivery(ResultSet row) throws SQLException {
        Found session = sessions.get(row.getLong(2));
        @Nullable Body body = messages.get(row.getLong(3));
        Shared by = shared.containsKey(row.getLong(1)) ? shared.remove(row.getLong(1)) : Shared.NONE;
        if (body == null) {
            stray(ledger.group().deliveries, row);
            if (!by.filter().isEmpty()) {
                ledger.group().sharedDeliveries.delete(row.getLong(1));
            }
            return;
        }
        StoreChange.Receiver receiver = new StoreChange.Receiver(
                by.clientId(), row.getInt(4), row.getBoolean(5), IntBytes.decode(row.getBytes(6)), by.filter());
        Ledger.Delivery delivery = new Ledger.Delivery(row.getLong(1), row.getLong(2), body.row(), receiver);
        delivery.packetId = row.getInt(7);
        delivery.released = row.getBoolean(8);
        if (session != null) {
            ledger.foundDelivery(session.row, delivery);
            session.queue.add(queued(delivery, body));
        } else if (delivery.mayMove()) {
            ledger.foundLeftover(delivery);
            leftovers.add(new StoredState.Leftover(delivery.clientId, queued(delivery, body)));
        } else {
            ledger.foundOrphan(delivery);
        }
    }

    private static StoredSession.QueuedMessage queued(Ledger.Delivery delivery, Body body) {
        return new StoredSession.QueuedMessage(
                body.row().id,
                body.message(),
                delivery.qos,
                delivery.retain,
                delivery.subscriptionIds,
                delivery.packetId,
                delivery.released,
                delivery.sharedFilter);
    }

    private void stray(TableChanges<?> table, ResultSet row) throws SQLException {
        table.delete(ledger.seen(row.getLong(1)));
        strayRows++;
    }

    private static StoredMessage message(ResultSet row, int first) throws SQLException {
        return new StoredMessage(
                row.getString(first), row.getBytes(first + 1), row.getBytes(first + 2), row.getLong(first + 3));
    }

    private Result result() {
        for (Body body : messages.values()) {
            if (body.row().deliveries == 0) {
                ledger.group().messages.delete(body.row().id);
                strayRows++;
            }
        }
        if (strayRows > 0) {
            LOG.warn("rows refer to nothing and will be removed rows={}", strayRows);
        }
        leftovers.sort(Comparator.comparingLong(leftover -> leftover.message().messageId()));
        List<StoredSession> stored = new ArrayList<>(sessions.size());
        sessions.values().forEach(session -> stored.add(session(session)));
        return new Result(new StoredState(retained, stored, wills, leftovers, lastMessageId), ledger);
    }

    private static StoredSession session(Found found) {
        // Rows are in the order in which they were written, and lanes commit without waiting for each other.
        found.queue.sort(Comparator.comparingLong(StoredSession.QueuedMessage::messageId));
        return new StoredSession(
                found.row.clientId,
                found.row.expirySeconds,
                found.row.disconnectedAtMillis,
                found.row.owner,
                found.subscriptions,
                found.queue,
                found.receivedPacketIds.stream().mapToInt(Integer::intValue).toArray());
    }
}

package io.fieldmouse.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Writes a group's changes into the tables of {@link Schema}, batch by batch. Does not commit. */
final class SqlChanges {
    private final SqlTable<Ledger.Session> sessions;
    private final SqlTable<String> sessionOwners;
    private final SqlTable<Ledger.Subscription> subscriptions;
    private final SqlTable<StoredMessage> messages;
    private final SqlTable<Ledger.Delivery> deliveries;
    private final SqlTable<Ledger.Delivery> sharedDeliveries;
    private final SqlTable<Long> receivedPacketIds;
    private final SqlTable<StoreChange.RetainedSet> retained;
    private final SqlTable<StoreChange.WillSet> wills;
    private final PreparedStatement reserve;

    SqlChanges(Connection connection) throws SQLException {
        sessions = new SqlTable<>(connection, Schema.SESSION, (row, out) -> {
            out.setString(1, row.clientId);
            out.setLong(2, row.expirySeconds);
            out.setLong(3, row.disconnectedAtMillis);
        });
        sessionOwners = new SqlTable<>(connection, Schema.SESSION_OWNER, (row, out) -> out.setString(1, row));
        subscriptions = new SqlTable<>(connection, Schema.SUBSCRIPTION, (row, out) -> {
            out.setLong(1, row.sessionId());
            out.setString(2, row.subscription().topicFilter());
            out.setInt(3, row.subscription().options());
            out.setInt(4, row.subscription().subscriptionId());
        });
        messages = new SqlTable<>(connection, Schema.MESSAGE, (row, out) -> bindMessage(row, out, 1));
        deliveries = new SqlTable<>(connection, Schema.DELIVERY, (row, out) -> {
            out.setLong(1, row.sessionId);
            out.setLong(2, row.message.id);
            out.setInt(3, row.qos);
            out.setBoolean(4, row.retain);
            out.setBytes(5, IntBytes.encode(row.subscriptionIds));
            out.setInt(6, row.packetId);
            out.setBoolean(7, row.released);
        });
        sharedDeliveries = new SqlTable<>(connection, Schema.SHARED_DELIVERY, (row, out) -> {
            out.setString(1, row.clientId);
            out.setString(2, row.sharedFilter);
        });
        receivedPacketIds = new SqlTable<>(connection, Schema.RECEIVED_PACKET, (row, out) -> {});
        retained = new SqlTable<>(connection, Schema.RETAINED, (row, out) -> {
            out.setInt(1, row.qos());
            bindMessage(row.message(), out, 2);
        });
        wills = new SqlTable<>(connection, Schema.WILL, (row, out) -> {
            out.setString(1, row.clientId());
            out.setInt(2, row.will().qos());
            out.setBoolean(3, row.will().retain());
            out.setLong(4, row.will().delaySeconds());
            out.setLong(5, row.will().expirySeconds());
            bindMessage(row.will().message(), out, 6);
        });
        reserve = connection.prepareStatement("UPDATE store SET message_ids_reserved = ? WHERE id = 1");
    }

    void write(GroupChanges group) throws SQLException {
        sessions.write(group.sessions);
        sessionOwners.write(group.sessionOwners);
        subscriptions.write(group.subscriptions);
        messages.write(group.messages);
        deliveries.write(group.deliveries);
        sharedDeliveries.write(group.sharedDeliveries);
        receivedPacketIds.write(group.receivedPacketIds);
        retained.write(group.retained);
        wills.write(group.wills);
        if (group.messageIdsReserved != 0) {
            reserve.setLong(1, group.messageIdsReserved);
            reserve.executeUpdate();
        }
    }

    private static void bindMessage(StoredMessage message, PreparedStatement out, int first) throws SQLException {
        out.setString(first, message.topic());
        out.setBytes(first + 1, message.payload());
        out.setBytes(first + 2, message.properties());
        out.setLong(first + 3, message.expiresAtMillis());
    }
}

package io.fieldmouse.store;

import java.util.List;

/** What one group of commits does to the tables in the end: filled by the {@link Ledger}, written by {@link SqlChanges}. */
final class GroupChanges {
    final TableChanges<Ledger.Session> sessions = new TableChanges<>();
    final TableChanges<String> sessionOwners = new TableChanges<>();
    final TableChanges<Ledger.Subscription> subscriptions = new TableChanges<>();
    final TableChanges<StoredMessage> messages = new TableChanges<>();
    final TableChanges<Ledger.Delivery> deliveries = new TableChanges<>();
    final TableChanges<Ledger.Delivery> sharedDeliveries = new TableChanges<>();
    final TableChanges<Long> receivedPacketIds = new TableChanges<>();
    final TableChanges<StoreChange.RetainedSet> retained = new TableChanges<>();
    final TableChanges<StoreChange.WillSet> wills = new TableChanges<>();

    /** The new high-water mark of message ids; 0 when the stored one still holds. */
    long messageIdsReserved;

    private final List<TableChanges<?>> tables = List.of(
            sessions,
            sessionOwners,
            subscriptions,
            messages,
            deliveries,
            sharedDeliveries,
            receivedPacketIds,
            retained,
            wills);

    boolean isEmpty() {
        return messageIdsReserved == 0 && tables.stream().allMatch(TableChanges::isEmpty);
    }

    void clear() {
        tables.forEach(TableChanges::clear);
        messageIdsReserved = 0;
    }
}

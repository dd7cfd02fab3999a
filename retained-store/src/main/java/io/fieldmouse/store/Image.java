package io.fieldmouse.store;

import io.fieldmouse.store.Delivery.Message;
import io.fieldmouse.store.StoreChange.SessionClosed;
import io.fieldmouse.store.StoreChange.SessionOpened;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is stored, in memory: what the changes so far come to, and which rows of the next checkpoint are concerned.
 * Payloads are those that the broker holds anyway. Belongs to the writer thread.
 *
 * <p>Its surprise: reading a checkpoint, replaying the journal and going on are the same, {@link #apply}. A change that
 * comes late (for a session that has ended, a message that is settled) finds nothing and does nothing; and what is
 * queued and settled between two checkpoints never reaches one.
 */
final class Image {
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<Long, Message> messages = new HashMap<>();
    private final Map<String, ChangeRow> retained = new HashMap<>();
    private final Map<String, ChangeRow> wills = new HashMap<>();
    private final Leftovers leftovers = new Leftovers();

    @Nullable
    private ChangeRow time;

    private RowChanges changed = new RowChanges();
    private long lastId;
    private long bornBefore;
    private long lastMessageId;
    private long rows;
    private long bytes;

    /** What belongs to a client id, beside its will. */
    private static final class Session {
        SessionRow row;
        final Map<String, ChangeRow> subscriptions = new HashMap<>();
        final Map<Long, Delivery> queue = new HashMap<>();
        final Map<Integer, ChangeRow> receivedPacketIds = new HashMap<>();

        Session(SessionRow row) {
            this.row = row;
        }
    }

    /** @param closed how its connection ended; null while it has one */
    private record SessionRow(long key, SessionOpened opened, @Nullable SessionClosed closed) implements Row {
        @Override
        public List<StoreChange> changes() {
            return closed == null ? List.of(opened) : List.of(opened, closed);
        }

        @Override
        public int sizeBytes() {
            return ChangeSize.bytes(opened);
        }
    }

    /** A row that one change makes. */
    private record ChangeRow(long key, StoreChange change) implements Row {
        @Override
        public List<StoreChange> changes() {
            return List.of(change);
        }

        @Override
        public int sizeBytes() {
            return ChangeSize.bytes(change);
        }
    }

    void apply(StoreChange change) {
        if (change instanceof StoreChange.RetainedSet set) {
            ChangeRow row = row(RowKind.RETAINED, retained.get(set.message().topic()), set);
            retained.put(set.message().topic(), row);
        } else if (change instanceof StoreChange.RetainedCleared cleared) {
            remove(retained.remove(cleared.topic()));
        } else if (change instanceof StoreChange.MessageQueued queued) {
            queue(queued);
        } else if (change instanceof StoreChange.MessageSent sent) {
            sent(sent);
        } else if (change instanceof StoreChange.MessageReleased released) {
            released(released);
        } else if (change instanceof StoreChange.MessageSettled settled) {
            settle(settled);
        } else if (change instanceof StoreChange.WillSet set) {
            wills.put(set.clientId(), row(RowKind.WILL, wills.get(set.clientId()), set));
        } else if (change instanceof StoreChange.WillCleared cleared) {
            remove(wills.remove(cleared.clientId()));
        } else if (change instanceof StoreChange.TimePassed passed) {
            time = row(RowKind.TIME, time, passed);
        } else {
            applyToSession(change);
        }
    }

    private void applyToSession(StoreChange change) {
        if (change instanceof SessionOpened opened) {
            open(opened);
        } else if (change instanceof SessionClosed closed) {
            close(closed);
        } else if (change instanceof StoreChange.SessionEnded ended) {
            end(ended.clientId());
        } else if (change instanceof StoreChange.SubscriptionAdded added) {
            subscribe(added);
        } else if (change instanceof StoreChange.SubscriptionRemoved removed) {
            Session session = sessions.get(removed.clientId());
            remove(session == null ? null : session.subscriptions.remove(removed.topicFilter()));
        } else if (change instanceof StoreChange.PacketIdReceived received) {
            receive(received);
        } else if (change instanceof StoreChange.PacketIdReleased released) {
            Session session = sessions.get(released.clientId());
            remove(session == null ? null : session.receivedPacketIds.remove(released.packetId()));
        } else {
            throw new IllegalStateException("no rule for the change " + change.getClass());
        }
    }

    private void open(SessionOpened opened) {
        Session session = sessions.get(opened.clientId());
        if (session == null) {
            session = new Session(put(new SessionRow(newKey(RowKind.SESSION), opened, null)));
            sessions.put(opened.clientId(), session);
        } else {
            session.row = replace(session.row, new SessionRow(session.row.key(), opened, null));
        }
    }

    private void close(SessionClosed closed) {
        Session session = sessions.get(closed.clientId());
        if (session != null) {
            session.row = replace(session.row, new SessionRow(session.row.key(), session.row.opened(), closed));
        }
    }

    private void end(String clientId) {
        Session session = sessions.remove(clientId);
        if (session == null) {
            return;
        }
        for (Delivery delivery : session.queue.values()) {
            remove((Row) delivery);
            if (delivery.mayMove() && !leftovers.has(clientId, delivery.message().id)) {
                leftovers.add(put(delivery.asLeftover(newKey(RowKind.LEFTOVER))));
            } else {
                forget(delivery.message());
            }
        }
        session.subscriptions.values().forEach(this::remove);
        session.receivedPacketIds.values().forEach(this::remove);
        remove(session.row);
    }

    private void subscribe(StoreChange.SubscriptionAdded added) {
        Session session = sessions.get(added.clientId());
        if (session != null) {
            String filter = added.subscription().topicFilter();
            session.subscriptions.put(filter, row(RowKind.SUBSCRIPTION, session.subscriptions.get(filter), added));
        }
    }

    private void receive(StoreChange.PacketIdReceived received) {
        Session session = sessions.get(received.clientId());
        if (session != null && !session.receivedPacketIds.containsKey(received.packetId())) {
            session.receivedPacketIds.put(received.packetId(), row(RowKind.RECEIVED, null, received));
        }
    }

    private void queue(StoreChange.MessageQueued queued) {
        lastMessageId = Math.max(lastMessageId, queued.messageId());
        for (StoreChange.Receiver receiver : queued.receivers()) {
            Session session = sessions.get(receiver.clientId());
            if (!isWanted(queued.messageId(), receiver, session)) {
                continue;
            }
            Message message = messages.get(queued.messageId());
            if (message == null) {
                message = put(new Message(newKey(RowKind.MESSAGE), queued.messageId(), queued.message()));
                messages.put(message.id, message);
            }
            message.deliveries++;
            if (session == null) { // it ended while the message was on its way
                leftovers.add(put(new Delivery(newKey(RowKind.LEFTOVER), message, receiver, 0, false)));
            } else {
                session.queue.put(message.id, put(new Delivery(newKey(RowKind.DELIVERY), message, receiver, 0, false)));
            }
        }
    }

    private boolean isWanted(long messageId, StoreChange.Receiver receiver, @Nullable Session session) {
        if (session != null) {
            return !session.queue.containsKey(messageId);
        }
        return !receiver.sharedFilter().isEmpty() && !leftovers.has(receiver.clientId(), messageId);
    }

    private void sent(StoreChange.MessageSent sent) {
        Session session = sessions.get(sent.clientId());
        Delivery delivery = session == null ? null : session.queue.get(sent.messageId());
        if (session != null && delivery != null && delivery.packetId() != sent.packetId()) {
            session.queue.put(sent.messageId(), replace(delivery, delivery.withPacketId(sent.packetId())));
        }
    }

    private void released(StoreChange.MessageReleased released) {
        Session session = sessions.get(released.clientId());
        Delivery delivery = session == null ? null : session.queue.get(released.messageId());
        if (session != null && delivery != null && !delivery.released()) {
            session.queue.put(released.messageId(), replace(delivery, delivery.asReleased()));
        }
    }

    private void settle(StoreChange.MessageSettled settled) {
        Session session = sessions.get(settled.clientId());
        Delivery delivery = session == null ? null : session.queue.remove(settled.messageId());
        if (delivery == null) {
            delivery = leftovers.remove(settled.clientId(), settled.messageId());
        }
        if (delivery != null) {
            remove((Row) delivery);
            forget(delivery.message());
        }
    }

    /** One delivery less needs the message. */
    private void forget(Message message) {
        if (--message.deliveries == 0) {
            messages.remove(message.id);
            remove(message);
        }
    }

    // ---- rows

    private long newKey(RowKind kind) {
        return kind.key(++lastId);
    }

    /** The row of this change, in the place of the old one where there is one. */
    private ChangeRow row(RowKind kind, @Nullable ChangeRow old, StoreChange change) {
        return old == null ? put(new ChangeRow(newKey(kind), change)) : replace(old, new ChangeRow(old.key(), change));
    }

    private <R extends Row> R put(R row) {
        rows++;
        bytes += row.sizeBytes();
        changed.put(row);
        return row;
    }

    private <R extends Row> R replace(R old, R row) {
        bytes += row.sizeBytes() - old.sizeBytes();
        changed.put(row);
        return row;
    }

    private void remove(@Nullable Row row) {
        if (row != null) {
            rows--;
            bytes -= row.sizeBytes();
            changed.remove(row.key(), RowKind.idOf(row.key()) <= bornBefore);
        }
    }

    /** The rows that are new, different or gone since the last call. */
    RowChanges takeChanged() {
        RowChanges taken = changed;
        changed = new RowChanges();
        bornBefore = lastId;
        return taken;
    }

    /** Every row, in no particular order. */
    List<Row> allRows() {
        List<Row> all = new ArrayList<>(Math.toIntExact(rows));
        all.addAll(messages.values());
        all.addAll(retained.values());
        all.addAll(wills.values());
        leftovers.forEach(all::add);
        if (time != null) {
            all.add(time);
        }
        for (Session session : sessions.values()) {
            all.add(session.row);
            all.addAll(session.subscriptions.values());
            all.addAll(session.queue.values());
            all.addAll(session.receivedPacketIds.values());
        }
        return all;
    }

    /** Whether something is different since the last {@link #takeChanged}. */
    boolean isChanged() {
        return !changed.isEmpty();
    }

    long rows() {
        return rows;
    }

    /** Bytes that all rows take on disk, roughly. */
    long sizeBytes() {
        return bytes;
    }

    /** No message id above this one was ever used. */
    long lastMessageId() {
        return lastMessageId;
    }

    void foundLastMessageId(long messageId) {
        lastMessageId = Math.max(lastMessageId, messageId);
    }

    // ---- what the broker asks for at its start

    StoredState state() {
        List<StoredState.RetainedMessage> kept = new ArrayList<>(retained.size());
        for (ChangeRow row : retained.values()) {
            if (row.change() instanceof StoreChange.RetainedSet set) {
                kept.add(new StoredState.RetainedMessage(set.message(), set.qos()));
            }
        }
        Map<String, StoredWill> willsByClient = new HashMap<>();
        for (ChangeRow row : wills.values()) {
            if (row.change() instanceof StoreChange.WillSet set) {
                willsByClient.put(set.clientId(), set.will());
            }
        }
        List<StoredState.Leftover> left = new ArrayList<>();
        leftovers.forEach(delivery ->
                left.add(new StoredState.Leftover(delivery.receiver().clientId(), delivery.queued())));
        left.sort(Comparator.comparingLong(leftover -> leftover.message().messageId()));
        List<StoredSession> stored = new ArrayList<>(sessions.size());
        sessions.values().forEach(session -> stored.add(state(session)));
        long at = time != null && time.change() instanceof StoreChange.TimePassed passed ? passed.atMillis() : 0;
        return new StoredState(kept, stored, willsByClient, left, lastMessageId, at);
    }

    private static StoredSession state(Session session) {
        List<StoredSubscription> subscriptions = new ArrayList<>(session.subscriptions.size());
        for (ChangeRow row : session.subscriptions.values()) {
            if (row.change() instanceof StoreChange.SubscriptionAdded added) {
                subscriptions.add(added.subscription());
            }
        }
        List<StoredSession.QueuedMessage> queue = new ArrayList<>(session.queue.size());
        session.queue.values().forEach(delivery -> queue.add(delivery.queued()));
        // Lanes commit without waiting for each other: the order of ids is the queue's.
        queue.sort(Comparator.comparingLong(StoredSession.QueuedMessage::messageId));
        SessionOpened opened = session.row.opened();
        SessionClosed closed = session.row.closed();
        return new StoredSession(
                opened.clientId(),
                closed == null ? opened.expirySeconds() : closed.expirySeconds(),
                closed == null ? StoredSession.WAS_CONNECTED : closed.atMillis(),
                opened.owner(),
                subscriptions,
                queue,
                session.receivedPacketIds.keySet().stream()
                        .mapToInt(Integer::intValue)
                        .toArray());
    }
}

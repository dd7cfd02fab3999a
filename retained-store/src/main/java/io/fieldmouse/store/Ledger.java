package io.fieldmouse.store;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which rows exist and under which id: turns changes into the row changes of the current group. Bodies are not kept,
 * only names, ids and how many receivers a message still has; the writer thread owns it.
 *
 * <p>Its surprise: because it knows every row, no table needs a second index, no change needs a query, and a change
 * that comes late (for a session that has ended, a message that is settled) finds nothing and does nothing.
 */
final class Ledger {
    /** Message ids are reserved in blocks, so that the mark is not written with every message. */
    static final long RESERVED_BLOCK = 65_536;

    /** Rows that one group takes off the queues of ended sessions: 100,000 at once would hold all others up for seconds. */
    static final int SWEPT_ROWS_MAX = 1000;

    private static final int PACKET_ID_BITS = 16;

    private final GroupChanges group = new GroupChanges();
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<Long, Message> messages = new HashMap<>();
    private final Map<String, Long> retained = new HashMap<>();
    private final Map<String, Long> wills = new HashMap<>();
    private final ArrayDeque<Delivery> orphans = new ArrayDeque<>();
    private final Leftovers leftovers = new Leftovers();
    private long lastRowId;
    private long messageIdsReserved;

    /** A session's row, and the ids of the rows that go with it. */
    static final class Session {
        final long id;
        final String clientId;
        long expirySeconds;
        long disconnectedAtMillis = StoredSession.WAS_CONNECTED;

        /** Has a row of its own. */
        @Nullable
        String owner;

        final Map<String, Subscription> subscriptions = new HashMap<>();
        final Map<Long, Delivery> queue = new HashMap<>();
        final Set<Integer> receivedPacketIds = new HashSet<>();

        Session(long id, String clientId) {
            this.id = id;
            this.clientId = clientId;
        }
    }

    /** A subscription's row. */
    record Subscription(long id, long sessionId, StoredSubscription subscription) {}

    /** A message's row id and the number of deliveries that still need it. */
    static final class Message {
        final long id;
        int deliveries;

        Message(long id) {
            this.id = id;
        }
    }

    /** A row of a session's queue. */
    @SuppressWarnings("ArrayRecordComponent")
    static final class Delivery {
        final long id;
        final long sessionId;
        final Message message;
        final int qos;
        final boolean retain;
        final int[] subscriptionIds;

        /** Kept in the store for those of a shared subscription only. */
        final String clientId;

        final String sharedFilter;
        int packetId;
        boolean released;

        Delivery(long id, long sessionId, Message message, StoreChange.Receiver receiver) {
            this.id = id;
            this.sessionId = sessionId;
            this.message = message;
            this.qos = receiver.qos();
            this.retain = receiver.retain();
            this.subscriptionIds = receiver.subscriptionIds();
            this.clientId = receiver.clientId();
            this.sharedFilter = receiver.sharedFilter();
        }

        boolean isShared() {
            return !sharedFilter.isEmpty();
        }

        /** Whether another member may have it after this one's session. What was begun at QoS 2 may not [MQTT-4.8.2-5]. */
        boolean mayMove() {
            return isShared() && (qos == 1 || packetId == 0);
        }
    }

    /** What the changes applied since the last {@link GroupChanges#clear()} come to. */
    GroupChanges group() {
        return group;
    }

    /** The row id of a received packet id: the session's in the upper bits, so that it needs no index. */
    static long receivedRowId(long sessionId, int packetId) {
        return sessionId << PACKET_ID_BITS | packetId;
    }

    static long sessionIdOf(long receivedRowId) {
        return receivedRowId >>> PACKET_ID_BITS;
    }

    static int packetIdOf(long receivedRowId) {
        return (int) (receivedRowId & ((1 << PACKET_ID_BITS) - 1));
    }

    void apply(StoreChange change) {
        if (change instanceof StoreChange.RetainedSet set) {
            setRetained(set);
        } else if (change instanceof StoreChange.RetainedCleared cleared) {
            clearRetained(cleared.topic());
        } else if (change instanceof StoreChange.MessageQueued queued) {
            queue(queued);
        } else if (change instanceof StoreChange.MessageSent sent) {
            sent(sent);
        } else if (change instanceof StoreChange.MessageReleased released) {
            released(released);
        } else if (change instanceof StoreChange.MessageSettled settled) {
            settle(settled);
        } else if (change instanceof StoreChange.PacketIdReceived received) {
            receive(received);
        } else if (change instanceof StoreChange.PacketIdReleased released) {
            release(released);
        } else if (change instanceof StoreChange.SessionOpened opened) {
            open(opened);
        } else if (change instanceof StoreChange.SessionClosed closed) {
            close(closed);
        } else if (change instanceof StoreChange.SessionEnded ended) {
            end(ended.clientId());
        } else if (change instanceof StoreChange.SubscriptionAdded added) {
            subscribe(added);
        } else if (change instanceof StoreChange.SubscriptionRemoved removed) {
            unsubscribe(removed);
        } else if (change instanceof StoreChange.WillSet set) {
            setWill(set);
        } else if (change instanceof StoreChange.WillCleared cleared) {
            clearWill(cleared.clientId());
        } else {
            throw new IllegalStateException("no rule for the change " + change.getClass());
        }
    }

    private void setRetained(StoreChange.RetainedSet set) {
        String topic = set.message().topic();
        Long id = retained.get(topic);
        if (id == null) {
            retained.put(topic, ++lastRowId);
            group.retained.insert(lastRowId, set);
        } else {
            group.retained.update(id, set);
        }
    }

    private void clearRetained(String topic) {
        Long id = retained.remove(topic);
        if (id != null) {
            group.retained.delete(id);
        }
    }

    private void setWill(StoreChange.WillSet set) {
        Long id = wills.get(set.clientId());
        if (id == null) {
            wills.put(set.clientId(), ++lastRowId);
            group.wills.insert(lastRowId, set);
        } else {
            group.wills.update(id, set);
        }
    }

    private void clearWill(String clientId) {
        Long id = wills.remove(clientId);
        if (id != null) {
            group.wills.delete(id);
        }
    }

    private void open(StoreChange.SessionOpened opened) {
        Session session = sessions.get(opened.clientId());
        if (session == null) {
            session = new Session(++lastRowId, opened.clientId());
            session.expirySeconds = opened.expirySeconds();
            sessions.put(opened.clientId(), session);
            group.sessions.insert(session.id, session);
        } else {
            session.expirySeconds = opened.expirySeconds();
            session.disconnectedAtMillis = StoredSession.WAS_CONNECTED;
            group.sessions.update(session.id, session);
        }
        setOwner(session, opened.owner());
    }

    private void setOwner(Session session, @Nullable String owner) {
        boolean hasRow = session.owner != null;
        if (Objects.equals(owner, session.owner)) {
            return;
        }
        session.owner = owner;
        if (owner == null) {
            group.sessionOwners.delete(session.id);
        } else if (hasRow) {
            group.sessionOwners.update(session.id, owner);
        } else {
            group.sessionOwners.insert(session.id, owner);
        }
    }

    private void close(StoreChange.SessionClosed closed) {
        Session session = sessions.get(closed.clientId());
        if (session != null) {
            session.expirySeconds = closed.expirySeconds();
            session.disconnectedAtMillis = closed.atMillis();
            group.sessions.update(session.id, session);
        }
    }

    private void end(String clientId) {
        Session session = sessions.remove(clientId);
        if (session == null) {
            return;
        }
        for (Delivery delivery : session.queue.values()) {
            if (delivery.mayMove() && !leftovers.has(clientId, delivery.message.id)) {
                leftovers.add(delivery);
            } else {
                orphans.add(delivery);
            }
        }
        session.subscriptions.values().forEach(row -> group.subscriptions.delete(row.id()));
        session.receivedPacketIds.forEach(
                packetId -> group.receivedPacketIds.delete(receivedRowId(session.id, packetId)));
        setOwner(session, null);
        group.sessions.delete(session.id);
    }

    /**
     * Adds to the group the deletion of some rows that ended sessions left. They cannot come back to anyone in the
     * meantime: their session's row is gone, and row ids are not used twice.
     */
    void sweep() {
        for (int i = 0; i < SWEPT_ROWS_MAX && !orphans.isEmpty(); i++) {
            remove(orphans.remove());
        }
    }

    private void subscribe(StoreChange.SubscriptionAdded added) {
        Session session = sessions.get(added.clientId());
        if (session == null) {
            return;
        }
        String filter = added.subscription().topicFilter();
        Subscription old = session.subscriptions.get(filter);
        Subscription row = new Subscription(old == null ? ++lastRowId : old.id(), session.id, added.subscription());
        session.subscriptions.put(filter, row);
        if (old == null) {
            group.subscriptions.insert(row.id(), row);
        } else {
            group.subscriptions.update(row.id(), row);
        }
    }

    private void unsubscribe(StoreChange.SubscriptionRemoved removed) {
        Session session = sessions.get(removed.clientId());
        Subscription row = session == null ? null : session.subscriptions.remove(removed.topicFilter());
        if (row != null) {
            group.subscriptions.delete(row.id());
        }
    }

    private void queue(StoreChange.MessageQueued queued) {
        reserve(queued.messageId());
        for (StoreChange.Receiver receiver : queued.receivers()) {
            Session session = sessions.get(receiver.clientId());
            if (!isWanted(queued.messageId(), receiver, session)) {
                continue;
            }
            Message message = messages.computeIfAbsent(queued.messageId(), Message::new);
            if (message.deliveries++ == 0) {
                group.messages.insert(message.id, queued.message());
            }
            Delivery delivery = new Delivery(++lastRowId, session == null ? 0 : session.id, message, receiver);
            if (session == null) {
                leftovers.add(delivery); // its session ended while the message was on its way
            } else {
                session.queue.put(message.id, delivery);
            }
            group.deliveries.insert(delivery.id, delivery);
            if (delivery.isShared()) {
                group.sharedDeliveries.insert(delivery.id, delivery);
            }
        }
    }

    private boolean isWanted(long messageId, StoreChange.Receiver receiver, @Nullable Session session) {
        if (session != null) {
            return !session.queue.containsKey(messageId);
        }
        return !receiver.sharedFilter().isEmpty() && !leftovers.has(receiver.clientId(), messageId);
    }

    private void reserve(long messageId) {
        if (messageId > messageIdsReserved) {
            messageIdsReserved = messageId + RESERVED_BLOCK;
            group.messageIdsReserved = messageIdsReserved;
        }
    }

    private void sent(StoreChange.MessageSent sent) {
        Delivery delivery = delivery(sent.clientId(), sent.messageId());
        if (delivery != null && delivery.packetId != sent.packetId()) {
            delivery.packetId = sent.packetId();
            group.deliveries.update(delivery.id, delivery);
        }
    }

    private void released(StoreChange.MessageReleased released) {
        Delivery delivery = delivery(released.clientId(), released.messageId());
        if (delivery != null && !delivery.released) {
            delivery.released = true;
            group.deliveries.update(delivery.id, delivery);
        }
    }

    private void settle(StoreChange.MessageSettled settled) {
        Session session = sessions.get(settled.clientId());
        Delivery delivery = session == null ? null : session.queue.remove(settled.messageId());
        if (delivery == null) {
            delivery = leftovers.remove(settled.clientId(), settled.messageId());
        }
        if (delivery != null) {
            remove(delivery);
        }
    }

    private void remove(Delivery delivery) {
        group.deliveries.delete(delivery.id);
        if (delivery.isShared()) {
            group.sharedDeliveries.delete(delivery.id);
        }
        Message message = delivery.message;
        if (--message.deliveries == 0) {
            messages.remove(message.id);
            group.messages.delete(message.id);
        }
    }

    private @Nullable Delivery delivery(String clientId, long messageId) {
        Session session = sessions.get(clientId);
        return session == null ? null : session.queue.get(messageId);
    }

    private void receive(StoreChange.PacketIdReceived received) {
        Session session = sessions.get(received.clientId());
        if (session != null && session.receivedPacketIds.add(received.packetId())) {
            long id = receivedRowId(session.id, received.packetId());
            group.receivedPacketIds.insert(id, id);
        }
    }

    private void release(StoreChange.PacketIdReleased released) {
        Session session = sessions.get(released.clientId());
        if (session != null && session.receivedPacketIds.remove(released.packetId())) {
            group.receivedPacketIds.delete(receivedRowId(session.id, released.packetId()));
        }
    }

    // What recovery read. The row exists; the group stays empty.

    void foundRetained(long rowId, String topic) {
        retained.put(topic, seen(rowId));
    }

    void foundWill(long rowId, String clientId) {
        wills.put(clientId, seen(rowId));
    }

    Session foundSession(long rowId, String clientId) {
        Session session = new Session(seen(rowId), clientId);
        sessions.put(clientId, session);
        return session;
    }

    void foundSubscription(Session session, long rowId, StoredSubscription subscription) {
        session.subscriptions.put(subscription.topicFilter(), new Subscription(seen(rowId), session.id, subscription));
    }

    void foundDelivery(Session session, Delivery delivery) {
        count(delivery);
        session.queue.put(delivery.message.id, delivery);
    }

    /** A delivery whose session had ended, and which no other member has yet. */
    void foundLeftover(Delivery delivery) {
        count(delivery);
        leftovers.add(delivery);
    }

    /** A delivery whose session had ended, and which was not swept before the store was closed. */
    void foundOrphan(Delivery delivery) {
        count(delivery);
        orphans.add(delivery);
    }

    private void count(Delivery delivery) {
        seen(delivery.id);
        messages.put(delivery.message.id, delivery.message);
        delivery.message.deliveries++;
    }

    void foundReserved(long messageIds) {
        messageIdsReserved = messageIds;
    }

    /** No new row gets this id. */
    long seen(long rowId) {
        lastRowId = Math.max(lastRowId, rowId);
        return rowId;
    }
}

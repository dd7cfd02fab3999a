package io.fieldmouse.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a store should hold, by the plainest reading of {@link StoreChange}. Shares no code with the store. */
final class StateModel {
    private final Map<String, StoredState.RetainedMessage> retained = new HashMap<>();
    private final Map<String, StoredWill> wills = new HashMap<>();
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<String, TreeMap<Long, StoredSession.QueuedMessage>> leftovers = new HashMap<>();
    private long lastMessageId;

    private static final class Session {
        long expirySeconds;
        long disconnectedAtMillis;

        @Nullable
        String owner;

        final Map<String, StoredSubscription> subscriptions = new HashMap<>();
        final TreeMap<Long, StoredSession.QueuedMessage> queue = new TreeMap<>();
        final TreeSet<Integer> packetIds = new TreeSet<>();
    }

    long lastMessageId() {
        return lastMessageId;
    }

    void apply(StoreChange change) {
        if (change instanceof StoreChange.RetainedSet c) {
            retained.put(c.message().topic(), new StoredState.RetainedMessage(c.message(), c.qos()));
        } else if (change instanceof StoreChange.RetainedCleared c) {
            retained.remove(c.topic());
        } else if (change instanceof StoreChange.WillSet c) {
            wills.put(c.clientId(), c.will());
        } else if (change instanceof StoreChange.WillCleared c) {
            wills.remove(c.clientId());
        } else if (change instanceof StoreChange.SessionOpened c) {
            Session session = sessions.computeIfAbsent(c.clientId(), id -> new Session());
            session.expirySeconds = c.expirySeconds();
            session.disconnectedAtMillis = StoredSession.WAS_CONNECTED;
            session.owner = c.owner();
        } else if (change instanceof StoreChange.SessionEnded c) {
            Session ended = sessions.remove(c.clientId());
            if (ended != null) {
                ended.queue.values().stream()
                        .filter(m -> !m.sharedFilter().isEmpty() && (m.qos() == 1 || m.packetId() == 0))
                        .forEach(m -> leftovers(c.clientId()).putIfAbsent(m.messageId(), with(m, 0, false)));
            }
        } else if (change instanceof StoreChange.MessageQueued c) {
            lastMessageId = Math.max(lastMessageId, c.messageId());
            c.receivers().forEach(receiver -> queue(c, receiver));
        } else {
            applyToSession(change);
        }
    }

    private void queue(StoreChange.MessageQueued c, StoreChange.Receiver receiver) {
        Session session = sessions.get(receiver.clientId());
        StoredSession.QueuedMessage queued = new StoredSession.QueuedMessage(
                c.messageId(),
                c.message(),
                receiver.qos(),
                receiver.retain(),
                receiver.subscriptionIds(),
                0,
                false,
                receiver.sharedFilter());
        if (session != null) {
            session.queue.putIfAbsent(c.messageId(), queued);
        } else if (!receiver.sharedFilter().isEmpty()) {
            leftovers(receiver.clientId()).putIfAbsent(c.messageId(), queued);
        }
    }

    private Map<Long, StoredSession.QueuedMessage> leftovers(String clientId) {
        return leftovers.computeIfAbsent(clientId, id -> new TreeMap<>());
    }

    private void applyToSession(StoreChange change) {
        if (change instanceof StoreChange.SessionClosed c) {
            session(c.clientId()).expirySeconds = c.expirySeconds();
            session(c.clientId()).disconnectedAtMillis = c.atMillis();
        } else if (change instanceof StoreChange.SubscriptionAdded c) {
            session(c.clientId()).subscriptions.put(c.subscription().topicFilter(), c.subscription());
        } else if (change instanceof StoreChange.SubscriptionRemoved c) {
            session(c.clientId()).subscriptions.remove(c.topicFilter());
        } else if (change instanceof StoreChange.MessageSent c) {
            session(c.clientId()).queue.computeIfPresent(c.messageId(), (id, m) -> with(m, c.packetId(), m.released()));
        } else if (change instanceof StoreChange.MessageReleased c) {
            session(c.clientId()).queue.computeIfPresent(c.messageId(), (id, m) -> with(m, m.packetId(), true));
        } else if (change instanceof StoreChange.MessageSettled c) {
            if (session(c.clientId()).queue.remove(c.messageId()) == null) {
                leftovers(c.clientId()).remove(c.messageId());
            }
        } else if (change instanceof StoreChange.PacketIdReceived c) {
            session(c.clientId()).packetIds.add(c.packetId());
        } else if (change instanceof StoreChange.PacketIdReleased c) {
            session(c.clientId()).packetIds.remove(c.packetId());
        } else if (!(change instanceof StoreChange.TimePassed)) {
            throw new AssertionError("unknown change " + change);
        }
    }

    /** A session that does not exist is one that nobody keeps. */
    private Session session(String clientId) {
        return sessions.getOrDefault(clientId, new Session());
    }

    private static StoredSession.QueuedMessage with(StoredSession.QueuedMessage m, int packetId, boolean released) {
        return new StoredSession.QueuedMessage(
                m.messageId(),
                m.message(),
                m.qos(),
                m.retain(),
                m.subscriptionIds(),
                packetId,
                released,
                m.sharedFilter());
    }

    Snapshot snapshot() {
        List<StoredSession> stored = new ArrayList<>();
        sessions.forEach((clientId, session) -> stored.add(new StoredSession(
                clientId,
                session.expirySeconds,
                session.disconnectedAtMillis,
                session.owner,
                List.copyOf(session.subscriptions.values()),
                List.copyOf(session.queue.values()),
                session.packetIds.stream().mapToInt(Integer::intValue).toArray())));
        List<StoredState.Leftover> left = new ArrayList<>();
        leftovers.forEach((clientId, queue) ->
                queue.values().forEach(message -> left.add(new StoredState.Leftover(clientId, message))));
        return Snapshot.of(new StoredState(List.copyOf(retained.values()), stored, wills, left, lastMessageId, 0));
    }
}

package io.fieldmouse.broker.session;

import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.MessageQueued;
import io.fieldmouse.store.StoreChange.MessageReleased;
import io.fieldmouse.store.StoreChange.MessageSent;
import io.fieldmouse.store.StoreChange.Receiver;
import io.fieldmouse.store.StoredSession;
import java.util.List;

/** One message on its way to one session, until it is settled. Belongs to the session's lane once handed over. */
public final class QueuedMessage {
    final long messageId;
    final Publication publication;
    final Qos qos;
    final boolean retain;
    final int[] subscriptionIds;

    /** The shared subscription by which it came; empty for none. */
    final String sharedFilter;

    /** Whether the queue's room was reserved for it. */
    boolean takesRoom;

    /** A retained message that a subscription asked for, or one that was published as such and restored. */
    boolean replay;

    /** Whether the store has it queued for this session. */
    boolean stored;

    /** 0 until it was sent. */
    int packetId;

    /** PUBREC came: only PUBREL is owed. */
    boolean released;

    /** Sent on the connection of now, and counted against its Receive Maximum. */
    boolean onWire;

    /** What must be durable before it, or its PUBREL, may leave. */
    long afterPosition = CommitGate.AT_ONCE;

    private QueuedMessage(
            long messageId,
            Publication publication,
            Qos qos,
            boolean retain,
            int[] subscriptionIds,
            String sharedFilter,
            boolean takesRoom,
            boolean stored) {
        this.messageId = messageId;
        this.publication = publication;
        this.qos = qos;
        this.retain = retain;
        this.subscriptionIds = subscriptionIds;
        this.sharedFilter = sharedFilter;
        this.takesRoom = takesRoom;
        this.stored = stored;
    }

    /** A publication for a subscription, with room reserved for it. */
    public static QueuedMessage live(
            long messageId, Publication publication, Subscription subscription, boolean stored) {
        return new QueuedMessage(
                messageId,
                publication,
                publication.qos().atMost(subscription.qos()), // [MQTT-3.8.4-8], [MQTT-3.8.4-6 of 3.1.1]
                // [MQTT-3.3.1-12], [MQTT-3.3.1-13], [MQTT-3.3.1-9 of 3.1.1]
                subscription.retainAsPublished() && publication.retain(),
                subscription.ids(),
                subscription.isShared() ? subscription.filter() : "",
                true,
                stored);
    }

    /**
     * What one member of a group did not get, for another one, with room reserved for it. At most at the QoS it was sent
     * with before: whoever had it at QoS 1 may have it.
     */
    public static QueuedMessage moved(
            long messageId, QueuedMessage message, Subscription subscription, boolean stored) {
        return new QueuedMessage(
                messageId,
                message.publication,
                message.qos.atMost(subscription.qos()), // [MQTT-4.8.2-3]
                subscription.retainAsPublished() && message.publication.retain(),
                subscription.ids(),
                subscription.filter(),
                true,
                stored);
    }

    /** A QoS 0 message that has to wait, with room reserved for it. */
    static QueuedMessage unacknowledged(Publication publication, boolean retain, int[] subscriptionIds) {
        return new QueuedMessage(0, publication, Qos.AT_MOST_ONCE, retain, subscriptionIds, "", true, false);
    }

    /** A retained message for a new subscription [MQTT-3.3.1-8]. It takes no room: it is made when it can be sent. */
    static QueuedMessage replay(long messageId, Publication publication, Subscription subscription) {
        Qos qos = publication.qos().atMost(subscription.qos());
        // [MQTT-3.3.1-8 of 3.1.1]
        QueuedMessage message =
                new QueuedMessage(messageId, publication, qos, true, subscription.ids(), "", false, false);
        message.replay = true;
        return message;
    }

    /** What a restart found in the store. */
    public static QueuedMessage restored(StoredSession.QueuedMessage stored) {
        Qos qos = Qos.of(stored.qos());
        QueuedMessage message = new QueuedMessage(
                stored.messageId(),
                StoredForm.publication(stored.message(), qos, stored.retain()),
                qos,
                stored.retain(),
                stored.subscriptionIds(),
                stored.sharedFilter(),
                true,
                true);
        message.packetId = stored.packetId();
        message.released = stored.released();
        message.replay = stored.retain();
        return message;
    }

    public long messageId() {
        return messageId;
    }

    public Publication publication() {
        return publication;
    }

    public Qos qos() {
        return qos;
    }

    public boolean retain() {
        return retain;
    }

    /** The shared subscription by which it came; empty for none. */
    public String sharedFilter() {
        return sharedFilter;
    }

    boolean isShared() {
        return !sharedFilter.isEmpty();
    }

    /**
     * Whether another member of the group may have it, should this session end or its client not be allowed to read it.
     * What was begun at QoS 2 may not move: nobody knows whether the client has it [MQTT-4.8.2-5].
     */
    boolean mayMove() {
        return isShared() && (qos == Qos.AT_LEAST_ONCE || packetId == 0);
    }

    public boolean stored() {
        return stored;
    }

    /** Who this client is to the store, with respect to this message. */
    public Receiver receiver(String clientId) {
        return new Receiver(clientId, qos.number(), retain, subscriptionIds, sharedFilter);
    }

    /** What makes the store queue it for this client alone. */
    public MessageQueued queuedFor(String clientId) {
        return new MessageQueued(messageId, StoredForm.of(publication), List.of(receiver(clientId)));
    }

    /** Adds what makes the store know of it, as far as it has come, if it does not yet. */
    void storeLate(String clientId, List<StoreChange> changes) {
        if (!stored && qos.isAcknowledged()) {
            changes.add(queuedFor(clientId));
            stored = true;
            if (packetId > 0) {
                changes.add(new MessageSent(clientId, messageId, packetId));
            }
            if (released) {
                changes.add(new MessageReleased(clientId, messageId));
            }
        }
    }
}

package io.fieldmouse.broker.session;

import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.MessageReleased;
import io.fieldmouse.store.StoreChange.MessageSent;
import io.fieldmouse.store.StoreChange.MessageSettled;
import io.fieldmouse.store.StoreChange.SubscriptionAdded;
import java.util.ArrayList;
import java.util.List;

/**
 * What the store is told of the messages on their way out of one session, and when that must be on disk before a packet
 * leaves. Tells nothing of a session that ends with its connection. Belongs to the session's lane.
 *
 * <p>Its one surprise: a message may be in the store although the session is durable no more; that it is settled has to
 * be said all the same.
 */
final class DeliveryJournal {
    private final String clientId;
    private final CommitGate gate;
    private boolean durable;

    DeliveryJournal(String clientId, CommitGate gate) {
        this.clientId = clientId;
        this.gate = gate;
    }

    /** Whether the session outlives its connection. */
    void setDurable(boolean nowDurable) {
        durable = nowDurable;
    }

    /** A message waits. The store knows of it already, unless it was routed while the session was not yet durable. */
    void queued(QueuedMessage message) {
        if (durable && !message.stored && message.qos.isAcknowledged()) {
            gate.append(message.queuedFor(clientId));
            message.stored = true;
        }
    }

    /** A message waits, or was sent, since before the session was durable. */
    void queuedBefore(QueuedMessage message, List<StoreChange> changes) {
        message.storeLate(clientId, changes);
    }

    /** A message was given its packet id, and is about to be sent. */
    void sent(QueuedMessage message) {
        if (!durable && !message.stored) {
            return;
        }
        List<StoreChange> changes = new ArrayList<>(2);
        if (message.stored) {
            changes.add(new MessageSent(clientId, message.messageId, message.packetId));
        } else {
            message.storeLate(clientId, changes); // a retained message, which is the session's only now
        }
        if (message.qos == Qos.EXACTLY_ONCE) {
            // After a restart it must leave under the same packet id, or the client takes it for another.
            message.afterPosition = gate.commit(changes);
        } else {
            changes.forEach(gate::append);
        }
    }

    /** The client has a QoS 2 message, and is about to be sent PUBREL. */
    void released(QueuedMessage message) {
        if (message.stored) {
            // Were PUBREL to leave first, a restart would send the PUBLISH again to a client that has forgotten it.
            message.afterPosition = gate.commit(new MessageReleased(clientId, message.messageId));
        }
    }

    /** Nothing more is owed of a message. */
    void settled(QueuedMessage message) {
        if (message.stored) {
            gate.append(new MessageSettled(clientId, message.messageId));
        }
    }

    /** All retained messages that a subscription asked for have been sent. */
    void replayed(Subscription subscription) {
        if (durable && subscription.qos().isAcknowledged()) {
            gate.append(new SubscriptionAdded(clientId, subscription.toStored(false)));
        }
    }
}

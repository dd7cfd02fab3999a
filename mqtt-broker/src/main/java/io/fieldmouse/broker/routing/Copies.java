package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.session.QueuedMessage;
import io.fieldmouse.broker.session.StoredForm;
import io.fieldmouse.broker.session.Subscription;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.MessageQueued;
import io.fieldmouse.store.StoreChange.Receiver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The copies of one publication in the queues of its receivers, and how the store is told of them: the message once. */
final class Copies {
    private final Publication publication;
    private final List<Subscription> receiving;
    private final @Nullable QueuedMessage[] messages;

    /** @param messageIds the last message id that was given, of the whole broker */
    Copies(Publication publication, List<Subscription> receiving, AtomicLong messageIds) {
        this.publication = publication;
        this.receiving = receiving;
        this.messages = new QueuedMessage[receiving.size()];
        long messageId = messageIds.incrementAndGet();
        for (int i = 0; i < messages.length; i++) {
            Subscription subscription = receiving.get(i);
            if (subscription.qos().isAcknowledged()) {
                boolean stored = subscription.session().isDurable();
                boolean another = subscription.isShared() && isReceiver(receiving.subList(0, i), subscription);
                long id = another ? messageIds.incrementAndGet() : messageId;
                messages[i] = QueuedMessage.live(id, publication, subscription, stored);
            }
        }
    }

    /** Whether the member's client receives a copy already. The store tells a session's messages apart by their ids. */
    private static boolean isReceiver(List<Subscription> receiving, Subscription member) {
        String clientId = member.session().clientId();
        return receiving.stream().anyMatch(other -> other.session().clientId().equals(clientId));
    }

    /** One for each receiver that acknowledges, by its place; null for one that does not. */
    @Nullable
    QueuedMessage[] messages() {
        return messages;
    }

    /** Adds what has to be stored for durable receivers: the message once, and who waits for it. */
    void addStoredTo(List<StoreChange> changes) {
        List<Receiver> durable = new ArrayList<>();
        long messageId = 0;
        for (int i = 0; i < messages.length; i++) {
            QueuedMessage message = messages[i];
            if (message == null || !message.stored()) {
                continue;
            }
            String clientId = receiving.get(i).session().clientId();
            messageId = messageId == 0 ? message.messageId() : messageId;
            if (message.messageId() == messageId) {
                durable.add(message.receiver(clientId));
            } else {
                changes.add(message.queuedFor(clientId)); // another copy for the same client
            }
        }
        if (!durable.isEmpty()) {
            changes.add(new MessageQueued(messageId, StoredForm.of(publication), durable));
        }
    }
}

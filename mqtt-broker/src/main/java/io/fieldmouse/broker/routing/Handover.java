package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.session.QueuedMessage;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.SessionRegistry.Ending;
import io.fieldmouse.broker.session.Subscription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One publication on its way to its receivers' lanes. Immutable but for the messages in it, each of which is touched
 * by its own receiver's lane only.
 */
final class Handover {
    private final Publication publication;
    private final List<Subscription> receiving;
    private final @Nullable QueuedMessage @Nullable [] messages;

    /** @param messages by the place of their receiver; null for receivers, or altogether, where it goes at QoS 0 */
    Handover(Publication publication, List<Subscription> receiving, @Nullable QueuedMessage @Nullable [] messages) {
        this.publication = publication;
        this.receiving = receiving;
        this.messages = messages;
    }

    /** Nothing is lost that was promised when it is left out. */
    boolean isDroppable() {
        return messages == null;
    }

    boolean concerns(Lane lane) {
        for (Subscription subscription : receiving) {
            if (subscription.session().context().lane() == lane) {
                return true;
            }
        }
        return false;
    }

    /**
     * Delivers to all receivers that live on this lane. Called there.
     *
     * @param ending is told of what came too late for a session, and belongs to a group
     */
    void deliverOn(Lane lane, Ending ending) {
        for (int i = 0; i < receiving.size(); i++) {
            Subscription subscription = receiving.get(i);
            Session session = subscription.session();
            if (session.context().lane() == lane) {
                QueuedMessage message = messages == null ? null : messages[i];
                if (message == null) {
                    session.sendNow(publication, subscription);
                } else if (!session.deliver(message)) {
                    ending.leftOver(session, List.of(message));
                }
            }
        }
    }
}

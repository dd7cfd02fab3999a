package io.fieldmouse.broker.session;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.message.Publication;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages that the subscriptions of one session asked for and have not all been sent. One subscription
 * after another, in their order; belongs to the session's lane.
 *
 * <p>Its one surprise: a message is looked for and made only when it can be sent, so that a subscription to everything
 * holds no more than the place where its search stands.
 */
final class OwedReplays {
    private final Lane lane;
    private final DeliveryJournal journal;
    private final Runnable goOn;
    private final Map<String, Replay> byFilter = new LinkedHashMap<>();
    private boolean searchesOn;

    /** @param goOn asks for the next message again, on the lane */
    OwedReplays(Lane lane, DeliveryJournal journal, Runnable goOn) {
        this.lane = lane;
        this.journal = journal;
        this.goOn = goOn;
    }

    /** Takes what a subscription is owed, in place of what one with the same filter was. */
    void add(Replay replay) {
        String filter = replay.subscription().filter();
        byFilter.remove(filter);
        if (!replay.search() || replay.found() != null) {
            replay.putBack();
            byFilter.put(filter, replay);
        }
    }

    boolean contains(String filter) {
        return byFilter.containsKey(filter);
    }

    void remove(String filter) {
        byFilter.remove(filter);
    }

    boolean isEmpty() {
        return byFilter.isEmpty();
    }

    void clear() {
        byFilter.clear();
    }

    /** The client is gone: what it was owed at QoS 0 is not kept. */
    void removeQos0() {
        byFilter.values().removeIf(replay -> !replay.subscription().qos().isAcknowledged());
    }

    /**
     * The next message, to be sent now.
     *
     * @param windowHasRoom whether one that is acknowledged can be sent
     * @return null when there is none, or not yet: either the window has no room for it, or the search takes longer and
     *     goes on by itself
     */
    @Nullable
    QueuedMessage next(boolean windowHasRoom) {
        while (!byFilter.isEmpty()) {
            Replay replay = byFilter.values().iterator().next();
            Subscription subscription = replay.subscription();
            if (!replay.search()) {
                searchOn();
                return null;
            }
            Publication publication = replay.found();
            if (publication != null) {
                if (publication.qos().atMost(subscription.qos()).isAcknowledged() && !windowHasRoom) {
                    replay.putBack();
                    return null;
                }
                return QueuedMessage.replay(replay.take(), publication, subscription);
            }
            byFilter.remove(subscription.filter());
            journal.replayed(subscription);
        }
        return null;
    }

    /** As a task of its own, so that a long search lets others have their turns. */
    private void searchOn() {
        if (!searchesOn) {
            searchesOn = true;
            lane.execute(() -> {
                searchesOn = false;
                goOn.run();
            });
        }
    }
}

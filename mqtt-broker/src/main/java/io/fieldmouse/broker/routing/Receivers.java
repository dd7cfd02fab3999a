package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.Subscription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The subscriptions one publication goes to, one for each session: where several of a session match, they are merged
 * into one, so that it receives one copy (MQTT 5 section 3.3.4).
 */
final class Receivers implements Consumer<Subscription> {
    private final Publication publication;
    private final Counters counters;
    private final List<Subscription> subscriptions = new ArrayList<>();

    Receivers(Publication publication, Counters counters) {
        this.publication = publication;
        this.counters = counters;
    }

    @Override
    public void accept(Subscription subscription) {
        Session session = subscription.session();
        if (subscription.noLocal() && session.clientId().equals(publication.publisher())) {
            return; // [MQTT-3.8.3-3]
        }
        if (!session.mayRead(publication.topic())) {
            counters.add(Counter.WITHHELD_FROM_READER);
            return;
        }
        subscriptions.add(subscription);
    }

    /** Merges what overlaps. To be called when all were accepted. */
    List<Subscription> merged() {
        if (subscriptions.size() < 2) {
            return subscriptions;
        }
        List<Subscription> merged = new ArrayList<>(subscriptions.size());
        Map<Session, Integer> places = new HashMap<>(subscriptions.size() * 2);
        for (Subscription subscription : subscriptions) {
            Integer place = places.putIfAbsent(subscription.session(), merged.size());
            if (place == null) {
                merged.add(subscription);
            } else {
                merged.set(place, merged.get(place).mergedWith(subscription));
            }
        }
        return merged;
    }
}

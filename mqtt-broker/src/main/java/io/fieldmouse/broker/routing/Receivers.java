package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.Subscription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions one publication goes to, one for each session: where several of a session match, they are merged
 * into one, so that it receives one copy (MQTT 5 section 3.3.4).
 */
final class Receivers implements Consumer<Subscription> {
    private final @Nullable String publisher;
    private final List<Subscription> subscriptions = new ArrayList<>();

    /** @param publisher client id that subscriptions with No Local leave out [MQTT-3.8.3-3] */
    Receivers(@Nullable String publisher) {
        this.publisher = publisher;
    }

    @Override
    public void accept(Subscription subscription) {
        if (subscription.noLocal() && subscription.session().clientId().equals(publisher)) {
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

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
import org.jspecify.annotations.Nullable;

/**
 * Who receives one publication: each session that subscribes to it once, whatever number of its subscriptions match
 * (MQTT 5 section 3.3.4), and one member of each group. A member is told apart from what its session subscribes to
 * otherwise: it may receive a copy as the one and a copy as the other (section 4.8.2).
 */
final class Receivers implements SubscriptionTree.Found {
    private final Publication publication;
    private final @Nullable Counters counters;
    private final List<Subscription> subscriptions = new ArrayList<>();
    private List<SharedGroup> groups = List.of();
    private @Nullable Session full;
    private @Nullable SharedGroup fullGroup;

    /** @param counters for what is withheld; null when it is only asked who there is */
    Receivers(Publication publication, @Nullable Counters counters) {
        this.publication = publication;
        this.counters = counters;
    }

    @Override
    public void subscription(Subscription subscription) {
        Session session = subscription.session();
        if (subscription.noLocal() && session.clientId().equals(publication.publisher())) {
            return; // [MQTT-3.8.3-3]
        }
        if (!session.mayRead(publication.topic())) {
            if (counters != null) {
                counters.add(Counter.WITHHELD_FROM_READER);
            }
            return;
        }
        subscriptions.add(subscription);
    }

    @Override
    public void group(SharedGroup group) {
        if (groups.isEmpty()) {
            groups = new ArrayList<>(2);
        }
        groups.add(group);
    }

    /** Those who are sent a publication that nobody acknowledges. To be called when the match is over, and once. */
    List<Subscription> unreserved() {
        List<Subscription> receiving = merged();
        for (SharedGroup group : groups) {
            Subscription member = group.choose(publication);
            if (member != null) {
                receiving.add(member);
            } else {
                countIfWithheld(group);
            }
        }
        return receiving;
    }

    /**
     * All of them, with room reserved in every queue that will hold the message; null when one of them is full: then in
     * none. To be called when the match is over, and once.
     */
    @Nullable
    List<Subscription> reserved() {
        List<Subscription> receiving = merged();
        for (int i = 0; i < receiving.size(); i++) {
            Subscription subscription = receiving.get(i);
            if (!reserve(subscription)) {
                giveBack(receiving.subList(0, i));
                full = subscription.session();
                foundFull(full);
                return null;
            }
        }
        for (SharedGroup group : groups) {
            Subscription member = group.choose(publication);
            if (member != null) {
                receiving.add(member);
            } else if (group.keeps(publication)) {
                giveBack(receiving);
                fullGroup = group;
                group.foundFull();
                return null;
            } else {
                countIfWithheld(group);
            }
        }
        return receiving;
    }

    /**
     * Those of them who have room, which is reserved. The others are left out and counted: also those for whom the
     * message would have to be stored while too much waits for the disk. To be called when the match is over, and once.
     */
    List<Subscription> reservedWhereThereIsRoom(boolean diskBehind, Counters losses) {
        List<Subscription> receiving = new ArrayList<>();
        for (Subscription subscription : merged()) {
            if (diskBehind && mustBeStored(subscription)) {
                losses.add(Counter.REFUSED_BUFFERS_FULL);
            } else if (reserve(subscription)) {
                receiving.add(subscription);
            } else {
                losses.add(Counter.DROPPED_QUEUE_FULL);
                foundFull(subscription.session());
            }
        }
        for (SharedGroup group : groups) {
            Subscription member = group.choose(publication);
            if (member != null && diskBehind && mustBeStored(member)) {
                giveBack(List.of(member));
                losses.add(Counter.REFUSED_BUFFERS_FULL);
            } else if (member != null) {
                receiving.add(member);
            } else if (group.keeps(publication)) {
                losses.add(Counter.DROPPED_QUEUE_FULL);
                group.foundFull();
            } else {
                countIfWithheld(group);
            }
        }
        return receiving;
    }

    /** Once for the group, which would have received it once. */
    private void countIfWithheld(SharedGroup group) {
        if (counters != null && group.isWithheld(publication)) {
            counters.add(Counter.WITHHELD_FROM_READER);
        }
    }

    /** Whether {@link #reserved} would find no room somewhere. */
    boolean isSomeoneFull() {
        int size = publication.sizeBytes();
        for (Subscription subscription : subscriptions) {
            if (subscription.qos().isAcknowledged()
                    && subscription.session().room().isFullFor(size)) {
                full = subscription.session();
                foundFull(full);
            }
        }
        for (SharedGroup group : groups) {
            if (group.isFullFor(publication)) {
                fullGroup = group;
                group.foundFull();
            }
        }
        return full != null || fullGroup != null;
    }

    /** Whose queue was found full, for the log. */
    String whoIsFull() {
        if (full != null) {
            return "the queue of client \"" + full.clientId() + "\" is full";
        }
        return fullGroup == null
                ? "nobody's queue is full"
                : "the queues of all who share \"" + fullGroup.filter() + "\" are full";
    }

    /** Merges what overlaps. */
    private List<Subscription> merged() {
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

    private boolean reserve(Subscription subscription) {
        return !subscription.qos().isAcknowledged()
                || subscription.session().room().tryReserve(publication.sizeBytes());
    }

    private void giveBack(List<Subscription> reserved) {
        for (Subscription subscription : reserved) {
            if (subscription.qos().isAcknowledged()) {
                subscription.session().room().release(publication.sizeBytes());
            }
        }
    }

    private static boolean mustBeStored(Subscription subscription) {
        return subscription.qos().isAcknowledged() && subscription.session().isDurable();
    }

    /** It may be full of what nobody wants any more; the publisher's next attempt will tell. */
    private static void foundFull(Session session) {
        session.context().lane().execute(session::dropExpired);
    }
}

package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.message.SharedFilter;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.Subscription;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All shared subscriptions there are, by what their members subscribe with. A group is in the {@link SubscriptionTree}
 * as long as it has members; it has no number there, because it is never sent retained messages (MQTT 5
 * section 4.8.2).
 */
final class SharedGroups {
    private final SubscriptionTree tree;
    private final SharedOrder order;
    private final Map<String, SharedGroup> groups = new ConcurrentHashMap<>();

    SharedGroups(SubscriptionTree tree, SharedOrder order) {
        this.tree = tree;
        this.order = order;
    }

    /** The group whose members subscribe with this; null when it has none. From any lane. */
    @Nullable
    SharedGroup get(String subscribed) {
        return groups.get(subscribed);
    }

    synchronized void add(Subscription member) {
        SharedGroup group = groups.get(member.filter());
        if (group != null) {
            group.put(member);
            return;
        }
        SharedFilter shared = Objects.requireNonNull(SharedFilter.of(member.filter()));
        group = new SharedGroup(shared.filter(), order);
        group.put(member);
        groups.put(member.filter(), group);
        tree.add(group);
    }

    synchronized void remove(Session session, String subscribed) {
        SharedGroup group = groups.get(subscribed);
        if (group != null) {
            group.remove(session);
            if (group.isEmpty()) {
                groups.remove(subscribed);
                tree.remove(group);
            }
        }
    }
}

package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.Subscription;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who subscribes to what: a tree of topic levels, each node with the subscriptions whose filter ends there.
 *
 * <p>All lanes read it, without a lock and without waiting: nodes and subscribers are in concurrent maps, and a
 * change touches one node. Changes come one at a time, under this object's monitor, which no reader takes. A match
 * that runs beside a change sees it or not; it never sees half of it. What the router needs is less than a snapshot:
 * a subscription that was added before a match began is found by it, and of those that are added beside it, a match may
 * leave out the ones that came after a number.
 */
final class SubscriptionTree {

    /** A subscription, and the number of the addition that brought it first. */
    private record Entry(Subscription subscription, long since) {}

    /** One level of a filter. Maps come into being when they are needed: most nodes are leaves, most have one child. */
    private static final class Node {
        volatile @Nullable Map<String, Node> children;
        volatile @Nullable Node anyLevel; // '+'
        volatile @Nullable Node rest; // '#'
        volatile @Nullable Map<Session, Entry> subscribers;

        boolean isEmpty() {
            return isEmpty(children) && isEmpty(subscribers) && anyLevel == null && rest == null;
        }

        private static boolean isEmpty(@Nullable Map<?, ?> map) {
            return map == null || map.isEmpty();
        }
    }

    private final Node root = new Node();
    private volatile long lastAddition;

    /** Number of the last addition. A match that begins now finds all subscriptions up to it. */
    long lastAddition() {
        return lastAddition;
    }

    /**
     * Adds, or replaces the session's subscription with the same filter. One that is replaced keeps its number: what
     * was on its way to the old one is found for the new one [MQTT-3.8.4-3].
     *
     * @return the number of this addition
     */
    synchronized long add(Subscription subscription) {
        long number = lastAddition + 1;
        Node node = root;
        String filter = subscription.filter();
        for (int from = 0; from <= filter.length(); ) {
            int end = endOfLevel(filter, from);
            node = childFor(node, filter.substring(from, end));
            from = end + 1;
        }
        Map<Session, Entry> subscribers = node.subscribers;
        if (subscribers == null) {
            subscribers = new ConcurrentHashMap<>(1);
            node.subscribers = subscribers;
        }
        Entry old = subscribers.get(subscription.session());
        subscribers.put(subscription.session(), new Entry(subscription, old == null ? number : old.since));
        lastAddition = number; // only now: whoever reads the number finds the subscription
        return number;
    }

    private static Node childFor(Node node, String level) {
        switch (level) {
            case "+" -> {
                Node child = node.anyLevel == null ? new Node() : node.anyLevel;
                node.anyLevel = child;
                return child;
            }
            case "#" -> {
                Node child = node.rest == null ? new Node() : node.rest;
                node.rest = child;
                return child;
            }
            default -> {
                Map<String, Node> children = node.children;
                if (children == null) {
                    children = new ConcurrentHashMap<>(1);
                    node.children = children;
                }
                return children.computeIfAbsent(level, name -> new Node());
            }
        }
    }

    synchronized void remove(Session session, String filter) {
        remove(root, session, filter, 0);
    }

    private static void remove(Node node, Session session, String filter, int from) {
        if (from > filter.length()) {
            Map<Session, Entry> subscribers = node.subscribers;
            if (subscribers != null) {
                subscribers.remove(session);
            }
            return;
        }
        int end = endOfLevel(filter, from);
        String level = filter.substring(from, end);
        Node child = existingChild(node, level);
        if (child == null) {
            return;
        }
        remove(child, session, filter, end + 1);
        if (child.isEmpty()) {
            drop(node, level);
        }
    }

    private static @Nullable Node existingChild(Node node, String level) {
        return switch (level) {
            case "+" -> node.anyLevel;
            case "#" -> node.rest;
            default -> {
                Map<String, Node> children = node.children;
                yield children == null ? null : children.get(level);
            }
        };
    }

    private static void drop(Node node, String level) {
        switch (level) {
            case "+" -> node.anyLevel = null;
            case "#" -> node.rest = null;
            default -> {
                Map<String, Node> children = node.children;
                if (children != null) {
                    children.remove(level);
                }
            }
        }
    }

    /** Gives every subscription that matches the topic name, from any lane. A session may come more than once. */
    void match(String topic, Consumer<Subscription> found) {
        match(topic, Long.MAX_VALUE, found);
    }

    /** As above, but only subscriptions up to the addition with this number. */
    void match(String topic, long additionMax, Consumer<Subscription> found) {
        Consumer<Entry> filtered = entry -> {
            if (entry.since <= additionMax) {
                found.accept(entry.subscription);
            }
        };
        // Wildcards in the first level do not match names that begin with '$' [MQTT-4.7.2-1].
        match(root, topic, 0, topic.charAt(0) != '$', filtered);
    }

    // [MQTT-3.3.2-3], [MQTT-3.3.2-3 of 3.1.1], [MQTT-4.7.2-1 of 3.1.1]
    private static void match(Node node, String topic, int from, boolean wildcards, Consumer<Entry> found) {
        Node rest = node.rest;
        if (wildcards && rest != null) {
            give(rest, found);
        }
        if (from > topic.length()) {
            give(node, found);
            return;
        }
        int end = endOfLevel(topic, from);
        Map<String, Node> children = node.children;
        if (children != null) {
            Node child = children.get(topic.substring(from, end));
            if (child != null) {
                match(child, topic, end + 1, true, found);
            }
        }
        Node anyLevel = node.anyLevel;
        if (wildcards && anyLevel != null) {
            match(anyLevel, topic, end + 1, true, found);
        }
    }

    private static void give(Node node, Consumer<Entry> found) {
        Map<Session, Entry> subscribers = node.subscribers;
        if (subscribers != null) {
            subscribers.values().forEach(found);
        }
    }

    private static int endOfLevel(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? text.length() : slash;
    }
}

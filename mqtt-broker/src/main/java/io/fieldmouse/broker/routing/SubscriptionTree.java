package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.Subscription;
import java.util.Arrays;
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

    /** Takes what a match finds. */
    interface Found {
        void subscription(Subscription subscription);

        /** One of its members is to receive the message. */
        void group(SharedGroup group);
    }

    /** A subscription, and the number of the addition that brought it first. */
    private record Entry(Subscription subscription, long since) {}

    /** One level of a filter. Maps come into being when they are needed: most nodes are leaves, most have one child. */
    private static final class Node {
        volatile @Nullable Map<String, Node> children;
        volatile @Nullable Node anyLevel; // '+'
        volatile @Nullable Node rest; // '#'
        volatile @Nullable Map<Session, Entry> subscribers;
        volatile SharedGroup @Nullable [] groups; // replaced as a whole

        boolean isEmpty() {
            return isEmpty(children) && isEmpty(subscribers) && anyLevel == null && rest == null && groups == null;
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
        Node node = nodeFor(subscription.filter());
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

    synchronized void add(SharedGroup group) {
        Node node = nodeFor(group.filter());
        SharedGroup[] now = node.groups;
        SharedGroup[] more = now == null ? new SharedGroup[1] : Arrays.copyOf(now, now.length + 1);
        more[more.length - 1] = group;
        node.groups = more;
    }

    private Node nodeFor(String filter) {
        Node node = root;
        for (int from = 0; from <= filter.length(); ) {
            int end = endOfLevel(filter, from);
            node = childFor(node, filter.substring(from, end));
            from = end + 1;
        }
        return node;
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
        remove(root, filter, 0, node -> {
            Map<Session, Entry> subscribers = node.subscribers;
            if (subscribers != null) {
                subscribers.remove(session);
            }
        });
    }

    synchronized void remove(SharedGroup group) {
        remove(root, group.filter(), 0, node -> {
            SharedGroup[] now = node.groups;
            if (now != null) {
                SharedGroup[] rest =
                        Arrays.stream(now).filter(other -> other != group).toArray(SharedGroup[]::new);
                node.groups = rest.length == 0 ? null : rest;
            }
        });
    }

    private static void remove(Node node, String filter, int from, Consumer<Node> atItsEnd) {
        if (from > filter.length()) {
            atItsEnd.accept(node);
            return;
        }
        int end = endOfLevel(filter, from);
        String level = filter.substring(from, end);
        Node child = existingChild(node, level);
        if (child == null) {
            return;
        }
        remove(child, filter, end + 1, atItsEnd);
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

    /** Gives every subscription and group that matches the topic name, from any lane. A session may come more than once. */
    void match(String topic, Found found) {
        match(topic, Long.MAX_VALUE, found);
    }

    /** As above, but only subscriptions up to the addition with this number, and all groups. */
    void match(String topic, long additionMax, Found found) {
        // Wildcards in the first level do not match names that begin with '$' [MQTT-4.7.2-1].
        match(root, topic, 0, topic.charAt(0) != '$', additionMax, found);
    }

    // [MQTT-3.3.2-3], [MQTT-3.3.2-3 of 3.1.1], [MQTT-4.7.2-1 of 3.1.1]
    private static void match(Node node, String topic, int from, boolean wildcards, long additionMax, Found found) {
        Node rest = node.rest;
        if (wildcards && rest != null) {
            give(rest, additionMax, found);
        }
        if (from > topic.length()) {
            give(node, additionMax, found);
            return;
        }
        int end = endOfLevel(topic, from);
        Map<String, Node> children = node.children;
        if (children != null) {
            Node child = children.get(topic.substring(from, end));
            if (child != null) {
                match(child, topic, end + 1, true, additionMax, found);
            }
        }
        Node anyLevel = node.anyLevel;
        if (wildcards && anyLevel != null) {
            match(anyLevel, topic, end + 1, true, additionMax, found);
        }
    }

    private static void give(Node node, long additionMax, Found found) {
        Map<Session, Entry> subscribers = node.subscribers;
        if (subscribers != null) {
            for (Entry entry : subscribers.values()) {
                if (entry.since <= additionMax) {
                    found.subscription(entry.subscription);
                }
            }
        }
        SharedGroup[] groups = node.groups;
        if (groups != null) {
            for (SharedGroup group : groups) {
                found.group(group);
            }
        }
    }

    private static int endOfLevel(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? text.length() : slash;
    }
}

package io.fieldmouse.broker.message;

import org.jspecify.annotations.Nullable;

/**
 * A filter that asks for a share of the messages (MQTT 5 section 4.8.2): {@code $share/group/filter}, or the older
 * {@code $queue/filter}. The members of a group are those who subscribe with the very same text.
 *
 * @param group the share name; empty for {@code $queue}, which no share name can be
 * @param filter the topic filter that messages are matched with, and access is judged by
 */
public record SharedFilter(String group, String filter) {
    private static final String SHARE = "$share/";
    private static final String QUEUE = "$queue/";

    /** Whether a client that subscribes with this text asks for a share, well said or not. */
    public static boolean isShared(String subscribed) {
        return subscribed.startsWith(SHARE) || subscribed.startsWith(QUEUE);
    }

    /** What was asked for; null when it is an ordinary topic filter, or not well said. */
    public static @Nullable SharedFilter of(String subscribed) {
        if (subscribed.startsWith(QUEUE)) {
            return subscribed.length() == QUEUE.length()
                    ? null
                    : new SharedFilter("", subscribed.substring(QUEUE.length()));
        }
        if (!subscribed.startsWith(SHARE)) {
            return null;
        }
        int end = subscribed.indexOf('/', SHARE.length());
        boolean complete = end > SHARE.length() && end < subscribed.length() - 1;
        String group = complete ? subscribed.substring(SHARE.length(), end) : "";
        return complete && !TopicFilter.hasWildcard(group) // [MQTT-4.8.2-1], [MQTT-4.8.2-2]
                ? new SharedFilter(group, subscribed.substring(end + 1))
                : null;
    }

    /** The topic filter in what a client subscribes with: the one of its share, or the text itself. */
    public static String topicFilterOf(String subscribed) {
        SharedFilter shared = of(subscribed);
        return shared == null ? subscribed : shared.filter;
    }

    /**
     * Why nobody can subscribe with this text, shared or not; null when one can.
     *
     * @param levelsMax the broker's bound on the number of levels
     */
    public static @Nullable String flaw(String subscribed, int levelsMax) {
        if (isShared(subscribed) && of(subscribed) == null) {
            return "a shared subscription is $share/group/filter, with a group without '+' and '#', or $queue/filter"
                    + " [MQTT-4.8.2-1], [MQTT-4.8.2-2]";
        }
        return TopicFilter.flaw(topicFilterOf(subscribed), levelsMax);
    }
}

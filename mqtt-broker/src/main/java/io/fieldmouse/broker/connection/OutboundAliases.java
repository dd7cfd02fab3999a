package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.session.ByteBudget;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The topic aliases that the broker gives on one connection, up to the client's Topic Alias Maximum (MQTT 5 section
 * 3.1.2.11.5) and a bound of ours. They end with the connection [MQTT-3.3.2-7]. Belongs to the connection's lane.
 *
 * <p>A topic that is long enough to gain by it gets one when it is first sent, while there are any. When all are given,
 * the next topic takes one over only from a topic that is sent less often than itself: were it to take that of the one
 * not sent for longest, a client that gets more topics in turn than it has aliases would never see one used.
 *
 * <p>How often a topic is sent is counted by its hash in a small table, so that topics which are never sent again leave
 * nothing behind. Two that share a place look like one that is sent more often, which does no harm.
 *
 * <p>An alias exists only when the PUBLISH that gives it has been written: see {@link #gave}.
 */
final class OutboundAliases {
    /** A PUBLISH that uses one is shorter by the topic, and longer by the property of 3 bytes. */
    private static final int TOPIC_CHARS_MIN = 4;

    private static final int COUNTS = 256;
    private static final int COUNT_MAX = 100;
    private static final int OBJECT_BYTES = 96;
    private static final int INITIAL_TOPICS = 8;

    private final ByteBudget budget;
    private final int aliasMax;
    /** The topic of each alias, from 1 on. */
    private String[] topics;

    private final Map<String, Integer> aliases = new HashMap<>();
    private final byte[] counts = new byte[COUNTS];
    private int given;
    private int hand = 1;
    private long budgeted;

    /**
     * @param aliasMax how many, at least 1
     * @param budget for the topics
     */
    OutboundAliases(int aliasMax, ByteBudget budget) {
        this.budget = budget;
        this.aliasMax = aliasMax;
        this.topics = new String[Math.min(aliasMax, INITIAL_TOPICS) + 1];
        charge(COUNTS);
    }

    /** Counts that this topic is about to be sent, and returns the alias that stands for it; 0 when there is none. */
    int find(String topic) {
        if (topic.length() < TOPIC_CHARS_MIN) {
            return 0;
        }
        count(topic);
        Integer alias = aliases.get(topic);
        return alias == null ? 0 : alias;
    }

    private void count(String topic) {
        int place = place(topic);
        if (++counts[place] == COUNT_MAX) {
            // What was sent often is forgotten by and by.
            for (int i = 0; i < COUNTS; i++) {
                counts[i] = (byte) (counts[i] / 2);
            }
        }
    }

    private static int place(String topic) {
        int hash = topic.hashCode();
        return (hash ^ hash >>> 16 ^ hash >>> 8) & (COUNTS - 1);
    }

    /** An alias to give to this topic, which has none, in the PUBLISH that is about to be sent; 0 for none. */
    int offer(String topic) {
        if (topic.length() < TOPIC_CHARS_MIN || !budget.hasRoomFor(sizeBytes(topic))) {
            return 0;
        }
        if (given < aliasMax) {
            return given + 1;
        }
        hand = hand % given + 1; // each topic in turn has to stand the comparison
        return counts[place(topic)] > counts[place(topics[hand])] ? hand : 0;
    }

    /** The PUBLISH that gives this alias, as {@link #offer offered}, to the topic has been written. */
    void gave(int alias, String topic) {
        if (alias > given) {
            given = alias;
            if (alias == topics.length) {
                topics = Arrays.copyOf(topics, (int) Math.min(2L * alias, aliasMax + 1L));
            }
        } else {
            aliases.remove(topics[alias]);
            charge(-sizeBytes(topics[alias]));
        }
        topics[alias] = topic;
        aliases.put(topic, alias);
        charge(sizeBytes(topic));
    }

    private static long sizeBytes(String topic) {
        return OBJECT_BYTES + 2L * topic.length();
    }

    private void charge(long bytes) {
        budget.take(bytes);
        budgeted += bytes;
    }

    /** The connection is over. */
    void clear() {
        aliases.clear();
        given = 0;
        charge(-budgeted);
    }
}

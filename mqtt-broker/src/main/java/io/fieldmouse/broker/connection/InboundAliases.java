package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.MqttViolation;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.session.ByteBudget;
import org.jspecify.annotations.Nullable;

/**
 * The topic aliases that a client has given in its PUBLISHes (MQTT 5 section 3.3.2.3.4). They end with the connection
 * [MQTT-3.3.2-7]. Belongs to the connection's lane.
 *
 * <p>What they hold is bounded twice: so many topics for each connection, and their bytes by the budget of what stands,
 * because a client keeps them as long as it likes. It cannot be refused an alias and go on: the next PUBLISH would mean
 * nothing. Who finds no room is closed.
 */
final class InboundAliases {
    private static final int OBJECT_BYTES = 64;
    private static final String[] NONE = {};

    private final int aliasMax;
    private final ByteBudget budget;
    private @Nullable String[] topics = NONE;
    private long budgeted;

    /**
     * @param aliasMax the Topic Alias Maximum of CONNACK; 0 for none
     * @param budget for the topics
     */
    InboundAliases(int aliasMax, ByteBudget budget) {
        this.aliasMax = aliasMax;
        this.budget = budget;
    }

    /** The topic that this alias stands for. */
    String topic(int alias) {
        check(alias);
        String topic = alias < topics.length ? topics[alias] : null;
        if (topic == null) {
            throw MqttViolation.protocolError("topic alias " + alias + " stands for no topic (section 3.3.2.3.4)");
        }
        return topic;
    }

    /** From now on the alias stands for this topic, whatever it stood for before. */
    void set(int alias, String topic) {
        check(alias);
        if (topics.length == 0) {
            take((aliasMax + 1) * (long) Integer.BYTES);
            topics = new String[aliasMax + 1];
        }
        String before = topics[alias];
        if (before != null) {
            give(sizeBytes(before));
            topics[alias] = null;
        }
        take(sizeBytes(topic));
        topics[alias] = topic;
    }

    private void check(int alias) {
        if (alias < 1 || alias > aliasMax) { // [MQTT-3.3.2-8], [MQTT-3.3.2-9], [MQTT-3.2.2-17], [MQTT-3.2.2-18]
            throw new MqttViolation(
                    ReasonCode.TOPIC_ALIAS_INVALID, "topic alias " + alias + "; the most allowed is " + aliasMax);
        }
    }

    private static long sizeBytes(String topic) {
        return OBJECT_BYTES + 2L * topic.length();
    }

    private void take(long bytes) {
        if (!budget.tryTake(bytes)) {
            throw new MqttViolation(ReasonCode.QUOTA_EXCEEDED, "no room for another topic alias");
        }
        budgeted += bytes;
    }

    private void give(long bytes) {
        budget.give(bytes);
        budgeted -= bytes;
    }

    /** The connection is over. */
    void clear() {
        topics = NONE;
        give(budgeted);
    }
}

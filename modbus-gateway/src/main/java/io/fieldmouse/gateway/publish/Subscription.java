package io.fieldmouse.gateway.publish;

/**
 * A topic filter and how its messages shall come (MQTT 5, section 3.8.3.1). Of the options an older broker hears the
 * QoS alone.
 *
 * @param topicFilter the topics wanted, with {@code +} and {@code #}
 * @param qos the highest QoS wanted, 0 to 2
 * @param noLocal not what this client itself published
 * @param retainAsPublished the retain flag as the publisher set it, not as a mark of what was kept
 * @param retainHandling whether kept messages are wanted
 */
public record Subscription(
        String topicFilter, int qos, boolean noLocal, boolean retainAsPublished, RetainHandling retainHandling) {

    /** When the broker sends what it keeps for a new subscription. */
    public enum RetainHandling {
        SEND,
        SEND_IF_NEW,
        DO_NOT_SEND
    }

    public Subscription {
        checkTopicFilter(topicFilter);
        if (qos < 0 || qos > 2) {
            throw new IllegalArgumentException("QoS is " + qos + ", allowed are 0, 1 and 2");
        }
    }

    /** A subscription without further options. */
    public static Subscription of(String topicFilter, int qos) {
        return new Subscription(topicFilter, qos, false, false, RetainHandling.SEND);
    }

    /** Refuses what no broker takes [MQTT-4.7.1-1], [MQTT-4.7.1-2], [MQTT-4.7.3-1]. */
    static void checkTopicFilter(String filter) {
        if (filter.isEmpty()) {
            throw new IllegalArgumentException("a topic filter must not be empty");
        }
        ApplicationMessage.checkText("topic filter", filter);
        String[] levels = filter.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            String level = levels[i];
            if (level.indexOf('+') >= 0 && !level.equals("+")) {
                throw new IllegalArgumentException("topic filter \"" + filter + "\": + must be a whole level");
            }
            if (level.indexOf('#') >= 0 && (!level.equals("#") || i != levels.length - 1)) {
                throw new IllegalArgumentException("topic filter \"" + filter + "\": # must be the whole last level");
            }
        }
    }
}

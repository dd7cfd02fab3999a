package io.fieldmouse.broker.message;

import org.jspecify.annotations.Nullable;

/** Rules for topic names (MQTT 5 section 4.7). A topic name itself is a plain string. */
public final class TopicName {

    private static final String SYSTEM = "$SYS";

    private TopicName() {}

    /** Of a topic name, or of a filter. */
    public static int levels(String topic) {
        return 1 + (int) topic.chars().filter(c -> c == '/').count();
    }

    /** Whether only the broker itself publishes there: {@code $SYS} and what is below it. Of a filter, likewise. */
    public static boolean isSystem(String topic) {
        return topic.startsWith(SYSTEM) && (topic.length() == SYSTEM.length() || topic.charAt(SYSTEM.length()) == '/');
    }

    /**
     * Why this is no topic name, or null when it is one.
     *
     * @param levelsMax the broker's bound on the number of levels
     */
    public static @Nullable String flaw(String topic, int levelsMax) {
        if (topic.isEmpty()) {
            return "topic name is empty [MQTT-4.7.3-1]"; // [MQTT-4.7.3-1 of 3.1.1]
        }
        int levels = 1;
        for (int i = 0; i < topic.length(); i++) {
            char c = topic.charAt(i);
            if (c == '#' || c == '+') {
                // [MQTT-4.7.0-1], [MQTT-3.3.2-2 of 3.1.1], [MQTT-4.7.1-1 of 3.1.1]
                return "topic name holds a wildcard [MQTT-3.3.2-2]";
            }
            if (c == 0) {
                return "topic name holds a null character [MQTT-4.7.3-2]"; // [MQTT-4.7.3-2 of 3.1.1]
            }
            if (c == '/') {
                levels++;
            }
        }
        return levels > levelsMax ? "topic name has " + levels + " levels; the most allowed is " + levelsMax : null;
    }
}

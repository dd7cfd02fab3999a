package io.fieldmouse.broker.message;

import org.jspecify.annotations.Nullable;

/** Rules for topic filters (MQTT 5 section 4.7). A topic filter itself is a plain string. */
public final class TopicFilter {

    private TopicFilter() {}

    /**
     * Why this is no topic filter, or null when it is one.
     *
     * @param levelsMax the broker's bound on the number of levels
     */
    public static @Nullable String flaw(String filter, int levelsMax) {
        if (filter.isEmpty()) {
            return "topic filter is empty [MQTT-4.7.3-1]"; // [MQTT-4.7.3-1 of 3.1.1]
        }
        int levels = 1;
        for (int i = 0; i < filter.length(); i++) {
            char c = filter.charAt(i);
            if (c == 0) {
                return "topic filter holds a null character [MQTT-4.7.3-2]"; // [MQTT-4.7.3-2 of 3.1.1]
            }
            if (c == '/') {
                levels++;
            }
            if ((c == '#' || c == '+') && !standsAlone(filter, i)) {
                // [MQTT-4.7.1-2], [MQTT-4.7.1-3 of 3.1.1]
                return "'" + c + "' is not a level of its own [MQTT-4.7.1-1]";
            }
            if (c == '#' && i != filter.length() - 1) {
                return "'#' is not the last level [MQTT-4.7.1-1]"; // [MQTT-4.7.1-2 of 3.1.1]
            }
        }
        return levels > levelsMax ? "topic filter has " + levels + " levels; the most allowed is " + levelsMax : null;
    }

    private static boolean standsAlone(String filter, int at) {
        return (at == 0 || filter.charAt(at - 1) == '/') && (at == filter.length() - 1 || filter.charAt(at + 1) == '/');
    }

    /** Whether the filter's matches all begin with the text before its first wildcard: that text. */
    public static String literalPrefix(String filter) {
        int end = 0;
        while (end < filter.length() && filter.charAt(end) != '#' && filter.charAt(end) != '+') {
            end++;
        }
        // "a/#" also matches "a", so the separator before '#' is not part of the prefix (section 4.7.1.2)
        boolean parentMatches = end > 0 && end < filter.length() && filter.charAt(end) == '#';
        return filter.substring(0, parentMatches ? end - 1 : end);
    }

    public static boolean hasWildcard(String filter) {
        return filter.indexOf('#') >= 0 || filter.indexOf('+') >= 0;
    }

    /** Whether a well-formed filter matches a well-formed topic name. */
    public static boolean matches(String filter, String topic) {
        // A wildcard at the start does not match names that begin with '$' [MQTT-4.7.2-1].
        if (topic.charAt(0) == '$' && filter.charAt(0) != '$') { // [MQTT-4.7.2-1 of 3.1.1]
            return false;
        }
        int f = 0;
        int t = 0;
        while (f < filter.length()) {
            char c = filter.charAt(f);
            if (c == '#') {
                return true;
            }
            if (c == '+') {
                f++;
                while (t < topic.length() && topic.charAt(t) != '/') {
                    t++;
                }
                // [MQTT-1.5.4-3], [MQTT-4.7.3-4], [MQTT-1.5.3-3 of 3.1.1], [MQTT-4.7.3-4 of 3.1.1]
            } else if (t < topic.length() && topic.charAt(t) == c) {
                f++;
                t++;
            } else {
                return t == topic.length() && filter.startsWith("/#", f) && f + 2 == filter.length();
            }
        }
        return t == topic.length();
    }
}

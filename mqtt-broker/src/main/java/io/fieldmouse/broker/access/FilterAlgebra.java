package io.fieldmouse.broker.access;

/**
 * How two topic filters lie to each other, level by level (MQTT 5 section 4.7). Topics that begin with '$' are matched
 * by no wildcard at the first level.
 */
final class FilterAlgebra {

    private FilterAlgebra() {}

    /** Whether there is a topic that both match. */
    static boolean overlap(String a, String b) {
        if (isKeptFrom(a, b) || isKeptFrom(b, a)) {
            return false;
        }
        String[] left = a.split("/", -1);
        String[] right = b.split("/", -1);
        for (int i = 0; i < left.length && i < right.length; i++) {
            if (left[i].equals("#") || right[i].equals("#")) {
                return true;
            }
            if (!left[i].equals(right[i]) && !left[i].equals("+") && !right[i].equals("+")) {
                return false;
            }
        }
        return left.length == right.length || endsThere(left, right.length) || endsThere(right, left.length);
    }

    /** Whether the wide filter matches every topic that the narrow one matches. Where in doubt, no. */
    static boolean covers(String wide, String narrow) {
        if (isKeptFrom(wide, narrow)) {
            return false;
        }
        String[] outer = wide.split("/", -1);
        String[] inner = narrow.split("/", -1);
        for (int i = 0; i < outer.length && i < inner.length; i++) {
            if (outer[i].equals("#")) {
                return true;
            }
            boolean within = outer[i].equals(inner[i]) || (outer[i].equals("+") && !inner[i].equals("#"));
            if (!within) {
                return false;
            }
        }
        return outer.length == inner.length || endsThere(outer, inner.length);
    }

    /** Whether only "#" is left of it behind so many levels, which matches the parent too [MQTT-4.7.1-2]. */
    private static boolean endsThere(String[] filter, int levels) {
        return filter.length == levels + 1 && filter[levels].equals("#");
    }

    private static boolean isKeptFrom(String filter, String other) {
        boolean wild = filter.startsWith("#") || filter.startsWith("+");
        return wild && other.startsWith("$"); // [MQTT-4.7.2-1]
    }
}

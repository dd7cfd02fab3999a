package io.fieldmouse.broker.access;

import java.util.List;

/**
 * A topic filter cut into its levels, once, to be laid beside many others: level by level (MQTT 5 section 4.7). Topics
 * that begin with '$' are matched by no wildcard at the first level.
 *
 * @param text as it is written
 * @param levels what stands between its slashes
 */
record SplitFilter(String text, List<String> levels) {

    static SplitFilter of(String text) {
        return new SplitFilter(text, List.of(text.split("/", -1)));
    }

    static SplitFilter of(List<String> levels) {
        return new SplitFilter(String.join("/", levels), List.copyOf(levels));
    }

    /** Whether there is a topic that both match. */
    boolean overlaps(SplitFilter other) {
        int common = Math.min(levels.size(), other.levels.size());
        for (int i = 0; i < common; i++) {
            String left = levels.get(i);
            String right = other.levels.get(i);
            if (left.equals(right)) {
                continue;
            }
            if (i == 0 && (isKeptFrom(other) || other.isKeptFrom(this))) {
                return false;
            }
            if (left.equals("#") || right.equals("#")) {
                return true;
            }
            if (!left.equals("+") && !right.equals("+")) {
                return false;
            }
        }
        return levels.size() == other.levels.size()
                || endsBehind(other.levels.size())
                || other.endsBehind(levels.size());
    }

    /** Whether it matches every topic that the narrow one matches. Where in doubt, no. */
    boolean covers(SplitFilter narrow) {
        if (isKeptFrom(narrow)) {
            return false;
        }
        int common = Math.min(levels.size(), narrow.levels.size());
        for (int i = 0; i < common; i++) {
            String outer = levels.get(i);
            String inner = narrow.levels.get(i);
            if (outer.equals("#")) {
                return true;
            }
            boolean within = outer.equals(inner) || (outer.equals("+") && !inner.equals("#"));
            if (!within) {
                return false;
            }
        }
        return levels.size() == narrow.levels.size() || endsBehind(narrow.levels.size());
    }

    /** Whether only "#" is left of it behind so many levels, which matches the parent too [MQTT-4.7.1-2]. */
    private boolean endsBehind(int count) {
        return levels.size() == count + 1 && levels.get(count).equals("#");
    }

    private boolean isKeptFrom(SplitFilter other) {
        boolean wild = text.startsWith("#") || text.startsWith("+");
        return wild && other.text.startsWith("$"); // [MQTT-4.7.2-1]
    }
}

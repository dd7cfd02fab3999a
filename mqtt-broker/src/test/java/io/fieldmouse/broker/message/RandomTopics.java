package io.fieldmouse.broker.message;

import java.util.Random;
import java.util.regex.Pattern;

/** Random filters and topics of few words, so that they often match; and a slow second opinion on whether they do. */
public final class RandomTopics {
    private static final String[] WORDS = {"a", "b", "ab", "", "$s"};

    private RandomTopics() {}

    public static String filter(Random random) {
        StringBuilder filter = new StringBuilder();
        int levels = 1 + random.nextInt(4);
        for (int i = 0; i < levels; i++) {
            filter.append(i == 0 ? "" : "/");
            int kind = random.nextInt(6);
            if (kind == 0 && i == levels - 1) {
                filter.append('#');
            } else {
                filter.append(kind == 1 ? "+" : WORDS[random.nextInt(WORDS.length)]);
            }
        }
        return filter.length() == 0 ? "+" : filter.toString();
    }

    public static String topic(Random random) {
        StringBuilder topic = new StringBuilder();
        int levels = 1 + random.nextInt(4);
        for (int i = 0; i < levels; i++) {
            topic.append(i == 0 ? "" : "/").append(WORDS[random.nextInt(WORDS.length)]);
        }
        return topic.length() == 0 ? "a" : topic.toString();
    }

    /** By a regular expression. */
    public static boolean matches(String filter, String topic) {
        if (topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) {
            return false;
        }
        String pattern;
        if (filter.equals("#")) {
            pattern = ".*";
        } else if (filter.endsWith("/#")) {
            pattern = quoted(filter.substring(0, filter.length() - 2)) + "(/.*)?";
        } else {
            pattern = quoted(filter);
        }
        return topic.matches(pattern);
    }

    private static String quoted(String filter) {
        StringBuilder pattern = new StringBuilder();
        for (int i = 0; i < filter.length(); i++) {
            char c = filter.charAt(i);
            pattern.append(c == '+' ? "[^/]*" : Pattern.quote(String.valueOf(c)));
        }
        return pattern.toString();
    }
}

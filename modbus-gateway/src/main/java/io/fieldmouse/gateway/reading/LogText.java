package io.fieldmouse.gateway.reading;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Words of others in log lines of ours, which stay one line of {@code key=value} and {@code key="several words"}
 * whatever a sender, a device or a file put into them.
 */
public final class LogText {
    private static final int LENGTH_MAX = 500;
    private static final Pattern UNWANTED = Pattern.compile("[\\p{Cntrl}\\u0085\\u2028\\u2029\\p{Cs}]");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.:/+#$-]+");

    private LogText() {}

    /** In double quotes; those inside become single ones. */
    public static String quoted(@Nullable String text) {
        return '"' + cleaned(String.valueOf(text), LENGTH_MAX).replace('"', '\'') + '"';
    }

    /** As it is when it is one plain word, such as a name or a topic, else quoted. */
    public static String word(String text) {
        return text.length() <= LENGTH_MAX && WORD.matcher(text).matches() ? text : quoted(text);
    }

    /** On one line, cut behind so many characters. */
    public static String cleaned(String text, int lengthMax) {
        String cut = text.length() <= lengthMax ? text : text.substring(0, lengthMax) + "...";
        return UNWANTED.matcher(cut).replaceAll("?");
    }
}

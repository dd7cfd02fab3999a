package io.fieldmouse.gateway.yaml;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the word a user probably meant: the one with the fewest typing errors, when they are few enough. */
public final class NearestWord {
    /** Nobody mistypes a longer word; and the comparison takes the square of its length. */
    private static final int LENGTH_MAX = 64;

    private NearestWord() {}

    /** The nearest candidate if less than half of it is different; of equally near ones the first. */
    public static Optional<String> to(String typed, Collection<String> candidates) {
        if (typed.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        String nearest = null;
        int fewest = Integer.MAX_VALUE;
        for (String candidate : candidates) {
            int errors = typingErrors(typed.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (errors < fewest && errors * 2 < Math.max(typed.length(), candidate.length())) {
                nearest = candidate;
                fewest = errors;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** Letters missing, added, wrong, or swapped with their neighbour (optimal string alignment distance). */
    private static int typingErrors(String typed, String meant) {
        int[][] errors = new int[typed.length() + 1][meant.length() + 1];
        for (int t = 0; t <= typed.length(); t++) {
            for (int m = 0; m <= meant.length(); m++) {
                errors[t][m] = t == 0 || m == 0 ? t + m : fewestSteps(errors, typed, meant, t, m);
            }
        }
        return errors[typed.length()][meant.length()];
    }

    private static int fewestSteps(int[][] errors, String typed, String meant, int t, int m) {
        boolean same = typed.charAt(t - 1) == meant.charAt(m - 1);
        int steps = Math.min(errors[t - 1][m - 1] + (same ? 0 : 1), 1 + Math.min(errors[t - 1][m], errors[t][m - 1]));
        boolean swapped = t > 1
                && m > 1
                && typed.charAt(t - 1) == meant.charAt(m - 2)
                && typed.charAt(t - 2) == meant.charAt(m - 1);
        return swapped ? Math.min(steps, errors[t - 2][m - 2] + 1) : steps;
    }
}

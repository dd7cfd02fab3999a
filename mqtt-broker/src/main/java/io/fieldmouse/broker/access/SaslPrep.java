package io.fieldmouse.broker.access;

import java.text.Normalizer;

/**
 * Brings user names and passwords into the one form in which they are compared: SASLprep (RFC 4013), the whole of it.
 * Its surprise: letters' properties and normalization are those of the running Java's Unicode, which is newer than the
 * 3.2 that RFC 3454 lays down; characters that came after 3.2 are allowed, those that do not exist yet are not.
 */
final class SaslPrep {
    private SaslPrep() {}

    /**
     * The prepared text.
     *
     * @throws IllegalArgumentException when it cannot be prepared, or nothing is left of it; the message says which
     *     character is in the way, and never quotes the text, which may be a password
     */
    static String prepare(String text) {
        String prepared = Normalizer.normalize(mapped(text), Normalizer.Form.NFKC); // RFC 4013 section 2.2
        if (prepared.isEmpty()) {
            throw new IllegalArgumentException("nothing is left of it but characters that do not count");
        }
        prepared.codePoints().forEach(SaslPrep::requireAllowed);
        requireOneDirection(prepared);
        return prepared;
    }

    /** RFC 4013 section 2.1. */
    private static String mapped(String text) {
        StringBuilder mapped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (isForeignSpace(c)) {
                mapped.append(' ');
            } else if (!isMappedToNothing(c)) {
                mapped.appendCodePoint(c);
            }
        });
        return mapped.toString();
    }

    /** RFC 3454 table C.1.2. */
    private static boolean isForeignSpace(int c) {
        return c == 0xA0 || c == 0x1680 || in(c, 0x2000, 0x200B) || c == 0x202F || c == 0x205F || c == 0x3000;
    }

    /** RFC 3454 table B.1. */
    private static boolean isMappedToNothing(int c) {
        return c == 0xAD
                || c == 0x34F
                || c == 0x1806
                || in(c, 0x180B, 0x180D)
                || in(c, 0x200C, 0x200D)
                || c == 0x2060
                || in(c, 0xFE00, 0xFE0F)
                || c == 0xFEFF;
    }

    /** RFC 4013 sections 2.3 and 2.5. */
    private static void requireAllowed(int c) {
        boolean allowed =
                switch (Character.getType(c)) {
                    case Character.CONTROL, Character.PRIVATE_USE, Character.SURROGATE, Character.UNASSIGNED -> false;
                    default -> !isForeignSpace(c) && !isInappropriate(c);
                };
        if (!allowed) {
            throw new IllegalArgumentException(String.format("it holds U+%04X, which is not allowed", c));
        }
    }

    /** What is left of RFC 3454 tables C.2.2 and C.6 to C.9 when types of characters are ruled out. */
    private static boolean isInappropriate(int c) {
        return c == 0x6DD
                || c == 0x70F
                || c == 0x180E
                || in(c, 0x200C, 0x200F)
                || in(c, 0x2028, 0x202E)
                || in(c, 0x2060, 0x2063)
                || in(c, 0x206A, 0x206F)
                || c == 0xFEFF
                || in(c, 0xFFF9, 0xFFFD)
                || in(c, 0x1D173, 0x1D17A)
                || in(c, 0x2FF0, 0x2FFB)
                || in(c, 0x340, 0x341)
                || in(c, 0xE0001, 0xE007F);
    }

    /** RFC 3454 section 6: text from right to left has no letters from left to right, and begins and ends as such. */
    private static void requireOneDirection(String text) {
        if (text.codePoints().noneMatch(SaslPrep::isRightToLeft)) {
            return;
        }
        boolean mixed = text.codePoints()
                .anyMatch(c -> Character.getDirectionality(c) == Character.DIRECTIONALITY_LEFT_TO_RIGHT);
        boolean ends = isRightToLeft(text.codePointAt(0)) && isRightToLeft(text.codePointBefore(text.length()));
        if (mixed || !ends) {
            throw new IllegalArgumentException("it mixes text from right to left with other text");
        }
    }

    private static boolean isRightToLeft(int c) {
        byte direction = Character.getDirectionality(c);
        return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }

    private static boolean in(int c, int first, int last) {
        return c >= first && c <= last;
    }
}

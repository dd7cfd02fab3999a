package io.fieldmouse.broker.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SASLprep, with the examples of RFC 4013 section 3 and one character of each table. */
class SaslPrepTest {

    @ParameterizedTest
    @CsvSource({
        "I\u00ADX, IX",
        "user, user",
        "USER, USER",
        "\u00AA, a",
        "\u2168, IX",
        "a\u00A0b\u3000c, a b c",
        "a\uFE0F\u2060\uFEFFb, ab",
        "u\u0308, \u00FC",
        "\u06271\u0628, \u06271\u0628",
        "\uD83D\uDC2D, \uD83D\uDC2D"
    })
    void preparedTextIs(String text, String prepared) {
        assertEquals(prepared, SaslPrep.prepare(text));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x00, 0x07, 0x7F, 0x80, 0x6DD, 0x180E, 0x200E, 0x2028, 0x202A, 0x2062, 0x206A, 0xE000, 0x10FFFD, 0xFDD0,
                0x1FFFF, 0xD800, 0xFFFC, 0xFFFD, 0x2FF0, 0xE0001, 0xE0041, 0x1D173, 0x378
            })
    void characterIsNotAllowed(int codePoint) {
        String text = "a" + Character.toString(codePoint) + "b";
        assertThrows(IllegalArgumentException.class, () -> SaslPrep.prepare(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u06271", "1\u0627", "\u0627a\u0628"})
    void directionsAreNotMixed(String text) {
        assertThrows(IllegalArgumentException.class, () -> SaslPrep.prepare(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u00AD"})
    void somethingMustBeLeft(String text) {
        assertThrows(IllegalArgumentException.class, () -> SaslPrep.prepare(text));
    }

    @Test
    void refusedPasswordIsNotQuoted() {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> SaslPrep.prepare("sesame\u0007"));
        assertFalse(String.valueOf(refusal.getMessage()).contains("sesame"));
    }
}

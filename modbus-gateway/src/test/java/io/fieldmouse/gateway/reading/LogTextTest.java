package io.fieldmouse.gateway.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LogTextTest {

    @Test
    void quotesInsideCannotEndTheQuotedText() {
        assertEquals(
                "\"unknown field 'foo', known are value and id\"",
                LogText.quoted("unknown field \"foo\", known are value and id"));
        assertEquals("\"null\"", LogText.quoted(null));
    }

    @Test
    void whatIsSentCannotBeginALineOfItsOwn() {
        assertEquals("\"a?b?c?d\"", LogText.quoted("a\nb\rc\u2028d"));
        assertEquals("\"?\"", LogText.quoted("\ud800"));
        assertEquals("\"grüße 🐭\"", LogText.quoted("grüße 🐭"));
    }

    @Test
    void aPlainWordNeedsNoQuotes() {
        assertEquals("plant/line-1/boiler_2", LogText.word("plant/line-1/boiler_2"));
        assertEquals("\"two words\"", LogText.word("two words"));
        assertEquals("\"a=b\"", LogText.word("a=b"));
        assertEquals("\"\"", LogText.word(""));
    }

    @Test
    void longTextIsCut() {
        assertEquals(505, LogText.quoted("x".repeat(5000)).length());
        assertTrue(LogText.word("x".repeat(5000)).endsWith("...\""));
    }
}

package io.fieldmouse.gateway;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The words a key may have, in the order in which a message lists them. */
final class Choices {
    private Choices() {}

    static <T> Map<String, T> of(String word, T value, String otherWord, T otherValue) {
        Map<String, T> choices = new LinkedHashMap<>();
        choices.put(word, value);
        choices.put(otherWord, otherValue);
        return choices;
    }

    static <E extends Enum<E>> Map<String, E> lowerCase(E[] values) {
        Map<String, E> choices = new LinkedHashMap<>();
        for (E value : values) {
            choices.put(value.name().toLowerCase(Locale.ROOT), value);
        }
        return choices;
    }

    static <E extends Enum<E>> Map<String, E> asWritten(E[] values) {
        Map<String, E> choices = new LinkedHashMap<>();
        for (E value : values) {
            choices.put(value.name(), value);
        }
        return choices;
    }
}

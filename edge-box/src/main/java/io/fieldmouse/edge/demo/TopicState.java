package io.fieldmouse.edge.demo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a topic says: a reading as JSON, or a plain word such as {@code online}.
 *
 * @param value as text; a hyphen when there is none
 * @param unit empty when there is none
 * @param quality empty for a plain word
 * @param reason why the quality is not good; empty when it is
 */
record TopicState(String value, String unit, String quality, String reason) {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int WORD_CHARACTERS_MAX = 40;

    static TopicState of(byte[] payload) {
        try (JsonParser json = JSON.createParser(payload)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                return reading(json);
            }
        } catch (IOException e) {
            // Not JSON: shown as it is.
        }
        String word = new String(payload, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "?");
        return new TopicState(word.substring(0, Math.min(word.length(), WORD_CHARACTERS_MAX)), "", "", "");
    }

    private static TopicState reading(JsonParser json) throws IOException {
        String value = "-";
        String unit = "";
        String quality = "";
        String reason = "";
        for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
            JsonToken token = json.nextToken();
            if (token.isStructStart()) {
                json.skipChildren();
                continue;
            }
            String text = token == JsonToken.VALUE_NULL ? "-" : text(json);
            switch (key) {
                case "value" -> value = text;
                case "unit" -> unit = text;
                case "quality" -> quality = text;
                case "reason" -> reason = text;
                default -> {
                    // Such as the time, which the age tells.
                }
            }
        }
        return new TopicState(value, unit, quality, reason);
    }

    private static String text(JsonParser json) throws IOException {
        @Nullable String text = json.getText();
        return text == null ? "" : text.replaceAll("\\p{Cntrl}", "?");
    }

    /** Whether this is a device's availability rather than a reading. */
    boolean isWord() {
        return quality.isEmpty();
    }
}

package io.fieldmouse.gateway.publish;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fieldmouse.gateway.reading.Quality;
import io.fieldmouse.gateway.reading.Reading;
import io.fieldmouse.gateway.reading.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * A reading as dashboards see it:
 *
 * <pre>
 * {"value":21.5,"quality":"good","unit":"°C","ts":"2026-11-20T12:00:00.123Z"}
 * {"value":null,"quality":"bad","reason":"no answer","unit":"°C","ts":"2026-11-20T12:00:01.000Z"}
 * </pre>
 *
 * <p>A unit that is empty is left out, and so is the reason of a good reading. The time is UTC, cut to milliseconds.
 */
final class ReadingJson {
    private static final JsonFactory JSON = new JsonFactory();
    private static final DateTimeFormatter MILLISECONDS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private ReadingJson() {}

    static byte[] of(Reading reading) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (JsonGenerator json = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
            json.writeStartObject();
            json.writeFieldName("value");
            Value value = reading.value();
            json.writeRawValue(value == null ? "null" : ValueText.of(value));
            json.writeStringField("quality", word(reading.quality()));
            if (reading.quality() != Quality.GOOD) {
                json.writeStringField("reason", reading.reason());
            }
            if (!reading.unit().isEmpty()) {
                json.writeStringField("unit", reading.unit());
            }
            json.writeStringField("ts", MILLISECONDS.format(reading.sourceTime()));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    private static String word(Quality quality) {
        return switch (quality) {
            case GOOD -> "good";
            case STALE -> "stale";
            case BAD -> "bad";
        };
    }
}

package io.fieldmouse.gateway.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.gateway.reading.Quality;
import io.fieldmouse.gateway.reading.Reading;
import io.fieldmouse.gateway.reading.Value;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadingJsonTest {
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00.123987Z");

    @Test
    void goodReadingHasValueQualityUnitAndTime() {
        assertEquals(
                "{\"value\":21.5,\"quality\":\"good\",\"unit\":\"°C\",\"ts\":\"2026-11-20T12:00:00.123Z\"}",
                json(new Value.Decimal(21.5), Quality.GOOD, "", "°C", NOON));
    }

    @Test
    void emptyUnitIsLeftOutAndWholeSecondKeepsItsMilliseconds() {
        assertEquals(
                "{\"value\":7,\"quality\":\"good\",\"ts\":\"2026-11-20T12:00:00.000Z\"}",
                json(new Value.Whole(7), Quality.GOOD, "", "", Instant.parse("2026-11-20T12:00:00Z")));
    }

    @Test
    void flagIsTrueOrFalse() {
        assertEquals(
                "{\"value\":true,\"quality\":\"good\",\"ts\":\"2026-11-20T12:00:00.123Z\"}",
                json(new Value.Flag(true), Quality.GOOD, "", "", NOON));
    }

    @Test
    void staleReadingKeepsItsValueAndSaysWhy() {
        assertEquals(
                "{\"value\":21.5,\"quality\":\"stale\",\"reason\":\"no \\\"answer\\\"\",\"unit\":\"°C\","
                        + "\"ts\":\"2026-11-20T12:00:00.123Z\"}",
                json(new Value.Decimal(21.5), Quality.STALE, "no \"answer\"", "°C", NOON));
    }

    @Test
    void badReadingWithoutValueIsNull() {
        assertEquals(
                "{\"value\":null,\"quality\":\"bad\",\"reason\":\"no answer\",\"ts\":\"2026-11-20T12:00:00.123Z\"}",
                json(null, Quality.BAD, "no answer", "", NOON));
    }

    @ParameterizedTest
    @CsvSource({
        "21.5, 21.5",
        "21, 21.0",
        "0, 0.0",
        "-0.0, 0.0",
        "0.30000000000000004, 0.3",
        "20.00000000000003, 20.0",
        "-273.15, -273.15",
        "1234567.891, 1234567.891",
        "42949672.95, 42949672.95",
        "100000000000000, 100000000000000.0",
        "0.000001, 0.000001",
        "1e-10, 1E-10",
        "3.4028235e38, 3.4028235E+38",
    })
    void decimalHasItsDigitsAndNoBinaryNoise(double number, String text) {
        assertEquals(text, ValueText.of(new Value.Decimal(number)));
    }

    @Test
    void wholeNumberKeepsEveryDigit() {
        assertEquals("9223372036854775807", ValueText.of(new Value.Whole(Long.MAX_VALUE)));
    }

    private static String json(@Nullable Value value, Quality quality, String reason, String unit, Instant time) {
        byte[] payload = ReadingJson.of(new Reading("boiler", "flow", value, quality, reason, unit, time));
        return new String(payload, StandardCharsets.UTF_8);
    }
}

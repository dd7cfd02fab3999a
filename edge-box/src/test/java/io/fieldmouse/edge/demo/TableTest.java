package io.fieldmouse.edge.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The picture, line by line. */
final class TableTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Readings readings = new Readings(List.of("boiler/pump"));

    private void heard(String topic, String payload, long nanos) {
        readings.heard(topic, payload.getBytes(UTF_8), nanos);
    }

    @Test
    void rowsShowWhatADashboardWouldSee() {
        heard("f/demo/meter/availability", "offline", SECOND);
        heard("f/demo/boiler/pump", "{\"value\":true,\"quality\":\"good\",\"ts\":\"x\"}", SECOND);
        heard("f/demo/boiler/flow", "{\"value\":61.5,\"quality\":\"good\",\"unit\":\"°C\",\"ts\":\"x\"}", 2 * SECOND);
        heard(
                "f/demo/meter/power",
                "{\"value\":null,\"quality\":\"bad\",\"reason\":\"no reply\",\"unit\":\"W\"}",
                SECOND);
        heard("f/demo/boiler/setpoint", "{\"value\":65.0,\"quality\":\"good\",\"unit\":\"°C\"}", 2 * SECOND);
        heard("f/demo/boiler/setpoint/set", "70", SECOND);
        heard("f/demo/boiler/setpoint/set/result", "{\"outcome\":\"verified\"}", SECOND);
        heard("f/demo/boiler/availability", "online", SECOND);
        List<String> expected = List.of(
                "TOPIC f/demo/...         VALUE  UNIT  QUALITY                                AGE",
                "boiler/availability     online                                             2.0 s",
                "boiler/pump               true        good                                 2.0 s",
                "boiler/flow               61.5  °C    good                                 1.0 s",
                "boiler/setpoint           65.0  °C    good                                 1.0 s",
                "",
                "meter/availability     offline                                             2.0 s",
                "meter/power                  -  W     bad: no reply                        2.0 s");
        assertEquals(expected, new Table(80, 24, false, "f/demo/").lines(readings.rows(), 3 * SECOND));
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 79, 100, 119, 200})
    void noLineIsWiderThanTheTerminalOrHigherThanItsRoom(int columns) {
        for (int point = 0; point < 30; point++) {
            heard(
                    "fieldmouse/a-long-name/boiler/return-temperature-" + point,
                    "{\"value\":1,\"quality\":\"stale\",\"reason\":\"" + "long ".repeat(30)
                            + "\",\"unit\":\"m³/h per day\"}",
                    SECOND);
        }
        List<String> lines = new Table(columns, 12, false, "").lines(readings.rows(), SECOND);
        assertEquals(12, lines.size());
        assertEquals("and 20 topics more", lines.get(11));
        lines.forEach(line -> assertTrue(line.codePointCount(0, line.length()) <= columns, line));
    }

    @Test
    void eachDeviceKeepsSomeRowsWhereNotAllFit() {
        for (String device : List.of("a", "b", "c")) {
            for (int point = 0; point < 10; point++) {
                heard("r/" + device + "/p" + point, "{\"value\":1,\"quality\":\"good\"}", SECOND);
            }
        }
        List<String> lines = new Table(80, 8, false, "").lines(readings.rows(), SECOND);
        for (String device : List.of("a", "b", "c")) {
            assertEquals(
                    2,
                    lines.stream()
                            .filter(line -> line.startsWith("r/" + device))
                            .count());
        }
        assertEquals("and 24 topics more", lines.get(7));
    }

    @Test
    void ageIsThatOfTheMessageAndNotOfTheChange() {
        heard("t", "{\"value\":1,\"quality\":\"good\"}", 0);
        heard("t", "{\"value\":1,\"quality\":\"good\"}", 5 * SECOND);
        List<String> lines = new Table(80, 24, false, "").lines(readings.rows(), 6 * SECOND);
        assertTrue(lines.get(1).endsWith(" 1.0 s"), lines.get(1));
        assertEquals("1 min", Table.age(Duration.ofSeconds(119)));
        assertEquals("2 h", Table.age(Duration.ofHours(2)));
    }

    @Test
    void payloadsThatAreNoReadingsAreShownAsTheyAre() {
        for (String payload : List.of("", "{", "[1]", "{\"value\":{\"a\":1}}", "\u001b[2J", "12")) {
            TopicState state = TopicState.of(payload.getBytes(UTF_8));
            assertTrue(state.value().chars().noneMatch(Character::isISOControl), payload);
        }
        assertEquals("12", TopicState.of("12".getBytes(UTF_8)).value());
    }
}

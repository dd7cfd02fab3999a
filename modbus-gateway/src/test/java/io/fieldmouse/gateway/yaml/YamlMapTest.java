package io.fieldmouse.gateway.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlMapTest {
    @TempDir
    private Path folder = Path.of("");

    private final YamlReader reader = new YamlReader(Map.of("HOST", "box", "PORT", "1884")::get);

    private YamlMap read(String text) throws IOException {
        return reader.read(Files.writeString(folder.resolve("a.yaml"), text));
    }

    private List<String> told() {
        ConfigException refused = assertThrows(ConfigException.class, reader::finish);
        return refused.problems().stream()
                .map(problem -> problem.toString().replace(folder + "/", ""))
                .toList();
    }

    @Test
    void valuesAreReadByType() throws IOException, ConfigException {
        YamlMap map = read(
                """
                text: two words
                quoted: "12"
                number: 0x1F
                negative: -7
                ratio: 1.5e3
                flag: true
                wait: 200ms
                list: [a, "b"]
                """);
        assertEquals("two words", map.text("text"));
        assertEquals("12", map.text("quoted"));
        assertEquals(31, map.wholeNumber("number", 0, 100));
        assertEquals(-7, map.wholeNumber("negative", -10, 10, 0));
        assertEquals(1500.0, map.decimal("ratio", 0, 1e6, 0));
        assertTrue(map.flag("flag", false));
        assertEquals(Duration.ofMillis(200), map.duration("wait", Duration.ZERO, Duration.ofHours(1), Duration.ZERO));
        assertEquals(List.of("a", "b"), map.texts("list"));
        reader.finish();
    }

    @Test
    void whatIsLeftOutIsOtherwise() throws IOException, ConfigException {
        YamlMap map = read("");
        assertEquals("x", map.text("text", "x"));
        assertEquals(5, map.wholeNumber("number", 0, 9, 5));
        assertFalse(map.flag("flag", false));
        assertEquals("b", map.oneOf("choice", Map.of("a", "b"), "b"));
        assertEquals(List.of(), map.texts("list"));
        assertEquals(List.of(), map.sections("maps"));
        assertEquals(Set.of(), map.section("map").keys());
        reader.finish();
    }

    @Test
    void keysThatAreNamesAreAllKnown() throws IOException, ConfigException {
        YamlMap signals = read("signals:\n  b: {low: 1}\n  a: {low: 2}\n").section("signals");
        assertEquals(List.of("b", "a"), List.copyOf(signals.keys()));
        assertEquals(2, signals.section("a").wholeNumber("low", 0, 9));
        assertEquals(1, signals.section("b").wholeNumber("low", 0, 9));
        reader.finish();
    }

    @Test
    void keysOfOtherReadersAreLeftAlone() throws IOException, ConfigException {
        YamlMap map = read("broker: {anything: goes}\n");
        map.leaveToOthers(Set.of("broker"));
        reader.finish();
    }

    @Test
    void problemsOfTheCallersOwnAreToldInTheOrderOfTheFile() throws IOException {
        YamlMap map = read("first: 1\nsecond: 2\n");
        map.problem("second", "2", "try 3");
        map.problem("first", "1", "try 2");
        map.problem("a mess", "tidy up");
        assertEquals(
                List.of(
                        "a.yaml:1:1: found a mess, tidy up",
                        "a.yaml:1:1 first: found an unknown key, allowed: ",
                        "a.yaml:1:8 first: found 1, try 2",
                        "a.yaml:2:1 second: found an unknown key, allowed: ",
                        "a.yaml:2:9 second: found 2, try 3"),
                told());
    }

    @Test
    void environmentVariablesStandForTheirValues() throws IOException, ConfigException {
        YamlMap map = read("url: mqtt://${env:HOST}:${env:PORT}\nport: ${env:PORT}\nother: ${env:NO:-a b}\n");
        assertEquals("mqtt://box:1884", map.text("url"));
        assertEquals(1884, map.wholeNumber("port", 1, 65_535));
        assertEquals("a b", map.text("other"));
        reader.finish();
    }

    @Test
    void missingEnvironmentVariableIsAProblem() throws IOException {
        read("secret: ${env:NO}\n").text("secret");
        assertEquals(
                List.of("a.yaml:1:9 secret: found \"${env:NO}\","
                        + " set the environment variable or write ${env:NAME:-default}"),
                told());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "1_000", "10000000000000000000", "0x", "ten", "''", "[1]", "010x"})
    void whatIsNotAWholeNumberIsRefused(String text) throws IOException {
        read("n: " + text).wholeNumber("n", 0, Integer.MAX_VALUE);
        assertEquals(1, told().size());
    }

    @Test
    void leadingZeroIsNotOctal() throws IOException, ConfigException {
        assertEquals(10, read("n: 010").wholeNumber("n", 0, 100));
        reader.finish();
    }

    @ParameterizedTest
    @ValueSource(strings = {".nan", ".inf", "1e999", "1,5", "0x10"})
    void whatIsNotANumberIsRefused(String text) throws IOException {
        read("n: " + text).decimal("n", -1e12, 1e12, 0);
        assertEquals(List.of("a.yaml:1:4 n: found \"" + text + "\", allowed: numbers from -1E+12 to 1E+12"), told());
    }

    @ParameterizedTest
    @CsvSource({"5ms, 5ms", "1000ms, 1s", "90s, 90s", "120s, 2m", "60m, 1h", "24h, 24h", "0s, 0ms", "1 s, 1s"})
    void durationsAreReadAndWritten(String text, String shortest) {
        assertEquals(Optional.of(shortest), DurationText.parse(text).map(DurationText::of));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-1s", "1.5s", "1d", "1S", "9999999999999s"})
    void whatIsNotADurationIsRefused(String text) {
        assertEquals(Optional.empty(), DurationText.parse(text));
    }

    @ParameterizedTest
    @CsvSource({
        "ABDC, ABCD",
        "abcd, ABCD",
        "flaot, float32",
        "interva, interval",
        "timeuot, timeout",
        "colour,",
        "x,",
    })
    void nearestWordIsWhatWasMeant(String typed, String meant) {
        List<String> words = List.of("ABCD", "BADC", "CDAB", "DCBA", "float32", "int16", "interval", "timeout");
        assertEquals(Optional.ofNullable(meant), NearestWord.to(typed, words));
    }

    @Test
    void longWrongValueIsCutInTheMessage() throws IOException {
        read("n: " + "x".repeat(5000)).wholeNumber("n", 0, 1);
        assertTrue(told().get(0).length() < 200);
    }

    @Test
    void fileThatIsTooLargeTooDeepOrNotTextIsRefusedAsAWhole() throws IOException {
        read("#" + "x".repeat(YamlReader.FILE_LENGTH_MAX));
        reader.read(Files.writeString(folder.resolve("b.yaml"), "a: " + "[".repeat(200_000)));
        reader.read(Files.write(folder.resolve("c.yaml"), "a: \u00e4".getBytes(StandardCharsets.ISO_8859_1)));
        reader.read(Files.writeString(folder.resolve("d.yaml"), "a: \u0001"));
        reader.read(Files.writeString(folder.resolve("e.yaml"), "just a text"));
        reader.read(Files.createDirectory(folder.resolve("f.yaml")));
        reader.read(Path.of("/proc/self/mem"));
        List<String> told = told();
        assertEquals(7, told.size(), told.toString());
        assertTrue(told.get(0).startsWith("a.yaml: found 1048577 characters"), told.get(0));
        assertTrue(told.get(1).startsWith("b.yaml: found text that is nested too deeply"), told.get(1));
        assertTrue(told.get(2).startsWith("c.yaml: found text in another encoding"), told.get(2));
        assertTrue(told.get(3).startsWith("d.yaml: found text that is not YAML"), told.get(3));
        assertTrue(told.get(4).startsWith("e.yaml:1:1: found no keys"), told.get(4));
        assertEquals("f.yaml: found a folder, name a file", told.get(5));
        assertEquals(
                "/proc/self/mem: found a file that cannot be read (Input/output error), check the disk", told.get(6));
    }

    @Test
    void mapThatContainsItselfIsReadAsDeepAsAsked() throws IOException, ConfigException {
        YamlMap map = read("a: &x {b: *x}\n");
        assertEquals("a.b.b", map.section("a").section("b").section("b").path());
    }
}

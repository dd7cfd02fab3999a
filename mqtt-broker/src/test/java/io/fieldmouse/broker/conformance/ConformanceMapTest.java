package io.fieldmouse.broker.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every statement that binds a server is listed, obeyed and proven, and {@code docs/conformance.md} says where. With
 * {@code -Dfieldmouse.write=true} it writes that file.
 */
class ConformanceMapTest {
    private static final Path MAP = Path.of("../docs/conformance.md");

    /** As many as appendix B of each specification lists. */
    private static final int IN_MQTT_5 = 251;

    private static final int IN_MQTT_311 = 141;

    private final List<Statement> mqtt5 = Statement.ofMqtt5();
    private final List<Statement> mqtt311 = Statement.ofMqtt311();
    private final JavaSources main = JavaSources.under(Path.of("src/main/java"));
    private final JavaSources test = JavaSources.under(Path.of("src/test/java"));

    private Stream<Statement> statements() {
        return Stream.concat(mqtt5.stream(), mqtt311.stream());
    }

    @Test
    void noStatementIsMissingFromTheLists() {
        assertEquals(IN_MQTT_5, mqtt5.size());
        assertEquals(IN_MQTT_311, mqtt311.size());
        assertEquals(
                IN_MQTT_5 + IN_MQTT_311,
                statements().map(Statement::id).distinct().count());
    }

    @Test
    void whatTestsAndCommentsNameIsAStatement() {
        Set<String> known = statements().map(Statement::id).collect(Collectors.toSet());
        assertEquals(
                List.of(),
                Stream.of(main.comments(), test.comments(), test.proofs())
                        .flatMap(List::stream)
                        .filter(mention -> !known.contains(mention.id()))
                        .toList());
    }

    @Test
    void everyStatementThatBindsAServerIsObeyedSomewhereAndProven() {
        ConformanceMap map = new ConformanceMap(main, test);
        assertEquals(List.of(), open(map::isProven), "no test says @Proves of these");
        assertEquals(List.of(), open(map::isObeyed), "no comment in the sources names these");
    }

    private List<String> open(Predicate<Statement> done) {
        return statements()
                .filter(Statement::needsProof)
                .filter(done.negate())
                .map(Statement::id)
                .toList();
    }

    @Test
    void theMapInTheDocumentationIsOfToday() throws IOException {
        String map = new ConformanceMap(main, test)
                .add("MQTT 5.0", mqtt5)
                .add("MQTT 3.1.1", mqtt311)
                .toString();
        if (Boolean.getBoolean("fieldmouse.write")) {
            Files.writeString(MAP, map);
        }
        assertEquals(Files.readString(MAP), map, "write it anew with -Dfieldmouse.write=true, as it says at its head");
    }
}

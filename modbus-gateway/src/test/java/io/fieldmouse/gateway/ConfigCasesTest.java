package io.fieldmouse.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.yaml.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each folder of {@code config-cases} holds a wrong configuration and the whole of what a user is told about it. */
class ConfigCasesTest {
    private static final Path CASES = Path.of("src/test/resources/config-cases");

    static List<String> cases() throws IOException {
        try (Stream<Path> folders = Files.list(CASES)) {
            return folders.map(folder -> String.valueOf(folder.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyProblemIsToldAtOnceWithItsPlace(String name) throws IOException {
        Path folder = CASES.resolve(name);
        ConfigException refused = assertThrows(
                ConfigException.class,
                () -> GatewayConfig.read(folder.resolve("fieldmouse.yaml"), Set.of("broker"), PortCheck.none()));
        String told = String.valueOf(refused.getMessage()).replace(folder + "/", "");
        assertEquals(Files.readString(folder.resolve("expected.txt")).strip(), told);
    }

    @Test
    void thereAreCases() throws IOException {
        assertTrue(cases().size() >= 15, cases().toString());
    }
}

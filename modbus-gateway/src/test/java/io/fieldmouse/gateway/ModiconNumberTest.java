package io.fieldmouse.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.gateway.modbus.ModbusPoint;
import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.gateway.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who copies register numbers from a manual is told before a device reads nonsense. */
class ModiconNumberTest {
    @TempDir
    private Path folder = Path.of("");

    private final YamlReader reader = new YamlReader();

    @ParameterizedTest
    @CsvSource({
        "40001, holding: 0",
        "49999, holding: 9998",
        "400001, holding: 0",
        "465536, holding: 65535",
        "30011, input: 10",
        "300011, input: 10",
        "10001, discrete: 0",
        "165536, discrete: 65535",
        "40000,",
        "465537,",
        "20001,",
        "50001,",
        "4001,",
        "1,",
        "0x9c41,",
    })
    void theFirstDigitNamesTheTableAndTheRestCountsFromOne(String typed, String meaning) {
        assertEquals(Optional.ofNullable(meaning), ModiconNumber.meaning(typed));
    }

    private List<ModbusPoint> points(String profile) throws IOException, ConfigException {
        Path profiles = Files.createDirectory(folder.resolve("profiles"));
        Files.writeString(profiles.resolve("tank.yaml"), profile);
        Path file = Files.writeString(
                folder.resolve("fieldmouse.yaml"),
                """
                gateway: {id: plant-1}
                buses:
                  - {name: line1, port: /dev/ttyUSB0, baud: 9600}
                devices:
                  - {name: one, bus: line1, unit: 1, profile: tank}
                  - {name: two, bus: line1, unit: 2, profile: tank}
                """);
        GatewayConfig config = GatewayConfig.read(reader, reader.read(file), profiles, PortCheck.none());
        reader.finish();
        return config.buses().get(0).devices().get(0).points();
    }

    @Test
    void aRegisterNumberAsAnAddressIsTakenAndWarnedOfOncePerProfile() throws IOException, ConfigException {
        try (LogLines log = new LogLines()) {
            List<ModbusPoint> points = points(
                    """
                    points:
                      - {name: level, holding: 0, type: int16}
                      - {name: flow, holding: 40003, type: int16}
                      - {name: speed, input: 30001, type: int16}
                    """);
            assertEquals(40_003, points.get(1).address());
            String warning =
                    "profiles/tank.yaml:3:27 points[1].holding: found 40003, which looks like a register number"
                            + " of the Modicon kind: write holding: 2, or holding: 0x9c43 if address 40003 is meant"
                            + " (told once for this file)";
            assertEquals(
                    List.of(warning),
                    reader.warnings().stream()
                            .map(problem -> problem.toString().replace(folder + "/", ""))
                            .toList());
            assertEquals(List.of("WARN perhaps not meant: " + folder + "/" + warning), log.of("Configuration"));
        }
    }

    @Test
    void anAddressThatIsMeantIsNotWarnedOf() throws IOException, ConfigException {
        points(
                """
                points:
                  - {name: level, holding: 0x9c41, type: int16}
                  - {name: flow, input: 40001, type: int16}
                  - {name: burner, coil: 40001}
                  - {name: speed, holding: 40000, type: int16}
                """);
        assertEquals(List.of(), reader.warnings());
    }
}

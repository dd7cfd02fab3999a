package io.fieldmouse.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.gateway.yaml.YamlReader;
import io.fieldmouse.sim.Fault;
import io.fieldmouse.sim.Signal;
import io.fieldmouse.sim.Trigger;
import io.fieldmouse.sim.modbus.LineConfig;
import io.fieldmouse.sim.modbus.Parity;
import io.fieldmouse.sim.modbus.PointConfig;
import io.fieldmouse.sim.modbus.RegisterOrder;
import io.fieldmouse.sim.modbus.RegisterType;
import io.fieldmouse.sim.modbus.SlaveConfig;
import io.fieldmouse.sim.modbus.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SimFileTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void everyKeyIsRead() throws Exception {
        List<LineConfig> lines = read(
                """
                lines:
                  - name: heating
                    link: /tmp/heating
                    baud: 19200
                    parity: even
                    stop_bits: 1
                    slaves:
                      - unit: 3
                        name: boiler
                        turnaround: 5ms
                        points:
                          - {input: 4, type: int32, order: DCBA, signal: sine, offset: 60, amplitude: 5, period: 1m}
                          - {holding: 0, type: int16, count: 2, value: 7, writable: true}
                          - {discrete: 9, signal: ramp, from: 0, to: 1, period: 2s}
                          - {input: 8, type: uint32, signal: counter, start: 1, step: 2, period: 3s}
                          - {input: 10, signal: noise, around: 100, amplitude: 5, seed: 6}
                        faults:
                          - {fault: silent, after: 20s, for: 10s, every: 1m}
                          - {fault: late, delay: 300ms, request: 4}
                          - {fault: corrupt-crc, every_request: 9}
                          - {fault: exception, code: 6}
                          - {fault: wrong-unit, after: 5m}
                """);
        List<PointConfig> points = List.of(
                new PointConfig(
                        Table.INPUT_REGISTER,
                        4,
                        1,
                        RegisterType.INT32,
                        RegisterOrder.DCBA,
                        new Signal.Sine(60, 5, Duration.ofMinutes(1)),
                        false),
                PointConfig.of(Table.HOLDING_REGISTER, 0, RegisterType.INT16, new Signal.Constant(7))
                        .times(2)
                        .asWritable(),
                PointConfig.of(Table.DISCRETE_INPUT, 9, RegisterType.BIT, new Signal.Ramp(0, 1, Duration.ofSeconds(2))),
                PointConfig.of(
                        Table.INPUT_REGISTER, 8, RegisterType.UINT32, new Signal.Counter(1, 2, Duration.ofSeconds(3))),
                PointConfig.of(Table.INPUT_REGISTER, 10, RegisterType.UINT16, new Signal.Noise(100, 5, 6)));
        List<Fault> faults = List.of(
                new Fault.Silent(Trigger.window(Duration.ofSeconds(20), Duration.ofSeconds(10), Duration.ofMinutes(1))),
                new Fault.Late(Duration.ofMillis(300), Trigger.nthRequest(4)),
                new Fault.CorruptCrc(Trigger.everyNthRequest(9)),
                new Fault.ExceptionReply(6, Trigger.always()),
                new Fault.WrongUnit(Trigger.from(Duration.ofMinutes(5))));
        SlaveConfig slave = new SlaveConfig(3, "boiler", Duration.ofMillis(5), points, faults);
        assertEquals(
                List.of(new LineConfig("heating", Path.of("/tmp/heating"), 19_200, Parity.EVEN, 1, List.of(slave))),
                lines);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lines: []                                                          | 1:8 lines: found no line",
                "lines: [{slaves: []}]                                              | 1:9 lines[0].name: found nothing",
                "lines: [{name: a, buad: 5}]                                        | did you mean \"baud\"?",
                "lines: [{name: a, slaves: [{unit: 0}]}]                            | slaves[0].unit: found \"0\"",
                "lines: [{name: a, slaves: [{unit: 1}, {unit: 1}]}]                 | slaves[1].unit: found unit 1 a second",
                "lines: [{name: a, slaves: [{unit: 1, points: [{type: int16}]}]}]   | points[0]: found no address",
                "lines: [{name: a, slaves: [{unit: 1, points: [{input: 0, signal: sinus}]}]}] | did you mean \"sine\"?",
                "lines: [{name: a, slaves: [{unit: 1, points: [{input: 0, value: 70000}]}]}]  | which does not fit",
                "lines: [{name: a, slaves: [{unit: 1, points: [{input: 0, writable: true}]}]}] | only coils and holding",
                "lines: [{name: a, slaves: [{unit: 1, points: [{input: 0, value: 1.5}]}]}] | points[0].value: found \"1.5\", a whole number",
                "lines: [{name: a, slaves: [{unit: 1, points: [{coil: 0, value: 0.5}]}]}] | a whole number",
                "lines: [{name: a, slaves: [{unit: 1, points: [{input: 0, type: float32, signal: counter}]}]}] | a counter needs an integer type",
                "lines: [{name: a, slaves: [{unit: 1, points: [{input: 1}, {coil: 1}, {input: 0, type: int32}]}]}] | points[2].input: found address 1, which the point in line 1 has",
                "lines: [{name: a, slaves: [{unit: 1, points: [{holding: 2}, {holding: 0, count: 3}]}]}] | points[1].holding: found address 2",
                "lines: [{name: a, slaves: [{unit: 1, faults: [{fault: silent, every: 1m}]}]}] | faults[0].every: found no for, say",
                "lines: [{name: a, slaves: [{unit: 1, faults: [{fault: silence}]}]}] | did you mean \"silent\"?"
            })
    void mistakesAreToldWithTheirPlace(String text, String words) {
        ConfigException wrong = assertThrows(ConfigException.class, () -> read(text));
        assertTrue(String.valueOf(wrong.getMessage()).contains(words), wrong.getMessage());
    }

    @Test
    void demosOwnFilesAreRight() throws Exception {
        try (DemoFiles files = DemoFiles.unpack()) {
            List<LineConfig> lines = SimFile.read(new YamlReader(files::variable), files.path("sim.yaml"));
            assertEquals(2, lines.size());
            assertEquals(
                    3, lines.stream().mapToInt(line -> line.slaves().size()).sum());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"boiler.yaml", "power-meter.yaml", "motor-drive.yaml"})
    void demosProfilesAreThoseAUserStartsFrom(String name) throws Exception {
        // Copies, so that what a user edits in config/profiles does not change the demo.
        Path shipped = Path.of("..", "config", "profiles", name);
        try (DemoFiles files = DemoFiles.unpack()) {
            assertEquals(Files.readString(shipped), Files.readString(files.path("profiles/" + name)));
        }
    }

    private List<LineConfig> read(String text) throws IOException, ConfigException {
        Path file = directory.resolve("sim.yaml");
        Files.writeString(file, text);
        return SimFile.read(new YamlReader(), file);
    }
}

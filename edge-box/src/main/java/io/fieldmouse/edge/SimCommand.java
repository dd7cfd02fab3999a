package io.fieldmouse.edge;

import io.fieldmouse.gateway.yaml.YamlReader;
import io.fieldmouse.sim.modbus.LineConfig;
import io.fieldmouse.sim.modbus.SlaveConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fieldmouse sim}: simulated serial lines until Ctrl-C. */
@Command(
        name = "sim",
        header = "Simulate serial lines with Modbus RTU devices, without hardware.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse sim --file lines.yaml",
            "  mbpoll -m rtu -b 19200 -P none -a 1 -t 3 -r 1 /tmp/heating",
            "",
            "A file with one line and one device, all keys are in docs/simulator.md:",
            "  lines:",
            "    - name: heating",
            "      link: /tmp/heating",
            "      baud: 19200",
            "      slaves:",
            "        - unit: 1",
            "          points:",
            "            - {input: 0, type: int16, signal: ramp, from: 0, to: 50}",
            "            - {holding: 0, type: int16, value: 650, writable: true}",
            "          faults:",
            "            - {fault: silent, after: 20s, for: 10s, every: 1m}"
        })
final class SimCommand implements Callable<Integer> {

    @Option(names = "--file", required = true, paramLabel = "FILE", description = "What to simulate.")
    private Path file = Path.of("");

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws Exception {
        common.beginLogging();
        List<LineConfig> lines = SimFile.read(new YamlReader(), file);
        return Stop.service(stop -> {
            try (SimulatedLines simulated = SimulatedLines.start(lines)) {
                for (LineConfig line : lines) {
                    System.out.println(line.name() + "  " + simulated.path(line.name()) + "  " + units(line));
                }
                System.out.flush();
                return stop.await();
            }
        });
    }

    private static String units(LineConfig line) {
        return line.slaves().stream()
                .map((SlaveConfig slave) -> "unit " + slave.unitId() + " " + slave.name())
                .collect(Collectors.joining(", "));
    }
}

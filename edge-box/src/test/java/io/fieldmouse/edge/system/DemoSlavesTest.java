package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** libmodbus, as mbpoll, reads and writes every device of the demo. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DemoSlavesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void mbpollReadsAndWritesEverySimulatedDevice(@TempDir Path directory) throws Exception {
        Peers.need(Peers.MBPOLL, "mbpoll");
        Path file = directory.resolve("sim.yaml");
        Files.writeString(
                file,
                demo().replace("${env:DEMO_DIR}", directory.toString()).replaceAll("(?m)^.*fault: silent.*$", ""));
        try (CommandProcess sim = CommandProcess.fieldmouse(directory, "sim", "--file", file.toString())) {
            Path heating = directory.resolve("heating");
            Path machines = directory.resolve("machines");
            awaitLinks(sim, heating, machines);
            new Places(heating, 19_200, "even", 1, 4, 1).write(655);
            new Places(heating, 19_200, "even", 1, 0, 1).write(0);
            new Places(heating, 19_200, "even", 2, 4, 101).write(300);
            new Places(machines, 38_400, "none", 1, 4, 1).write(1400);
            new Places(machines, 38_400, "none", 1, 0, 1).write(0);
            new Places(heating, 19_200, "even", 1, 3, 1).read(8);
            new Places(heating, 19_200, "even", 1, 1, 1).read(1);
            new Places(heating, 19_200, "even", 2, 3, 1).read(22);
            new Places(machines, 38_400, "none", 1, 3, 1).read(10);
            assertEquals(0, sim.end("TERM"));
        }
    }

    private String demo() throws IOException {
        try (InputStream resource = getClass().getResourceAsStream("/io/fieldmouse/edge/demo/sim.yaml")) {
            return new String(Objects.requireNonNull(resource).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void awaitLinks(CommandProcess sim, Path... links) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Stream.of(links).allMatch(Files::exists)) {
            assertTrue(sim.isAlive() && System.nanoTime() < deadline, "the simulator opens its ports");
            Thread.onSpinWait();
        }
    }

    /**
     * What to ask whom.
     *
     * @param table as mbpoll numbers them: 0 coils, 1 discrete inputs, 3 input registers, 4 holding registers
     * @param first counts from 1
     */
    private record Places(Path port, int baud, String parity, int unit, int table, int first) {

        private Peers.Result mbpoll(String... more) {
            String options =
                    "-m rtu -q -1 -b " + baud + " -P " + parity + " -a " + unit + " -t " + table + " -r " + first;
            List<String> command = new ArrayList<>(List.of(Peers.MBPOLL.toString()));
            command.addAll(List.of(options.split(" ")));
            command.addAll(List.of(more));
            Peers.Result result = Peers.run(PATIENCE, command.toArray(String[]::new));
            assertEquals(0, result.exitCode(), () -> command + ": " + result.output());
            return result;
        }

        void write(int value) {
            mbpoll(port.toString(), Integer.toString(value));
            assertTrue(read(1).contains("[" + first + "]: \t" + value + "\n"), "the slave keeps what was written");
        }

        String read(int count) {
            return mbpoll("-c", Integer.toString(count), port.toString()).output();
        }
    }
}

package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.sim.port.VirtualPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as real processes: their exit codes, their signals, and what they leave behind. */
final class ProcessTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void brokerSaysWhereItListensAndEndsWithZero(String signal) throws Exception {
        try (CommandProcess broker =
                CommandProcess.fieldmouse(directory, "broker", "--port", "0", "--data", "store", "--set", "lanes=1")) {
            broker.awaitText("listening on 127.0.0.1:");
            assertEquals(0, broker.end(signal), broker::toString);
        }
        assertTrue(Files.isDirectory(directory.resolve("store")));
    }

    @Test
    void brokerKeepsRetainedMessagesOverARestart() throws Exception {
        for (String action : List.of("pub", "sub")) {
            try (CommandProcess broker =
                    CommandProcess.fieldmouse(directory, "broker", "--port", "0", "--data", "store")) {
                String port = listeningPort(broker);
                try (CommandProcess client = action.equals("pub")
                        ? CommandProcess.fieldmouse(
                                directory, "pub", "-p", port, "-t", "a", "-m", "kept", "-q", "1", "-r")
                        : CommandProcess.fieldmouse(directory, "sub", "-p", port, "-t", "a", "-C", "1", "-W", "30")) {
                    assertEquals(0, client.exitCode(), client::toString);
                    assertEquals(action.equals("pub") ? "" : "kept\n", client.out());
                }
                assertEquals(0, broker.end("TERM"), broker::toString);
            }
        }
    }

    @Test
    void brokerWithoutAFileIsAdvisedInOptions() throws Exception {
        String[][] wrong = {
            {"bind=0.0.0.0", "1", "write --set anonymous=anywhere if that is meant"},
            {"lane=1", "2", "unknown setting \"lane\". Did you mean \"lanes\"?"}
        };
        for (String[] each : wrong) {
            try (CommandProcess broker = CommandProcess.fieldmouse(
                    directory, "broker", "--port", "0", "--data", "store", "--set", each[0])) {
                assertEquals(Integer.parseInt(each[1]), broker.exitCode(), broker::toString);
                assertTrue(broker.err().contains(each[2]), broker::toString);
            }
        }
    }

    @Test
    void portInUseIsToldWithItsHolder() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                CommandProcess broker = CommandProcess.fieldmouse(
                        directory, "broker", "--port", Integer.toString(taken.getLocalPort()), "--data", "store")) {
            assertEquals(1, broker.exitCode());
            String expected = "cannot listen on 127.0.0.1:" + taken.getLocalPort();
            assertTrue(broker.err().contains(expected), broker::toString);
            long pid = ProcessHandle.current().pid();
            assertTrue(broker.err().endsWith("; it is held by java (pid " + pid + ")\n"), broker::toString);
        }
    }

    @Test
    void wrongConfigurationIsToldWithItsPlaceAndNothingStarts() throws Exception {
        Path file = directory.resolve("fieldmouse.yaml");
        Files.writeString(file, "gateway:\n  id: a\n  hartbeat: 1s\nbroker:\n  port: many\n");
        for (String command : List.of("check", "run")) {
            try (CommandProcess check = CommandProcess.fieldmouse(directory, command, "--config", file.toString())) {
                assertEquals(78, check.exitCode(), check::toString);
                assertTrue(
                        check.err().contains("fieldmouse.yaml:3:3 gateway.hartbeat: found an unknown key"),
                        check.err());
                assertTrue(check.err().contains("an unknown key, did you mean \"heartbeat\"? allowed: "), check.err());
                assertTrue(check.err().contains("fieldmouse.yaml:5:9 broker.port: found \"many\""), check.err());
                String end = command.equals("run") ? ", nothing was started\n" : "\n";
                assertTrue(check.err().endsWith("2 problems in the configuration" + end), check.err());
            }
        }
    }

    @Test
    void addressThatIsOpenToAllIsWrongConfigurationUnlessItIsMeant() throws Exception {
        Path file = directory.resolve("fieldmouse.yaml");
        Files.writeString(file, "gateway: {id: a}\nbroker:\n  port: 0\n  bind: 0.0.0.0\n");
        for (String command : List.of("check", "run")) {
            try (CommandProcess wrong = CommandProcess.fieldmouse(directory, command, "--config", file.toString())) {
                assertEquals(78, wrong.exitCode(), wrong::toString);
                assertTrue(wrong.err().contains("fieldmouse.yaml:4:9 broker.bind: found \"0.0.0.0\""), wrong.err());
                assertTrue(wrong.err().contains("write anonymous: anywhere"), wrong.err());
            }
        }
        Files.writeString(file, "gateway: {id: a}\nbroker: {port: 0, bind: 0.0.0.0, anonymous: anywhere}\n");
        try (CommandProcess meant = CommandProcess.fieldmouse(directory, "check", "--config", file.toString())) {
            assertEquals(0, meant.exitCode(), meant::toString);
        }
    }

    @Test
    void checkTriesTheBrokersPortUnlessToldNotTo() throws Exception {
        Path file = directory.resolve("fieldmouse.yaml");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            Files.writeString(file, "gateway: {id: a}\nbroker:\n  port: " + port + "\n");
            String path = file.toString();
            try (CommandProcess check = CommandProcess.fieldmouse(directory, "check", "--config", path);
                    CommandProcess trusting =
                            CommandProcess.fieldmouse(directory, "check", "--no-ports", "--config", path)) {
                assertEquals(78, check.exitCode(), check::toString);
                String expected = "fieldmouse.yaml:3:9 broker.port: found " + port + ", which is held by ";
                assertTrue(check.err().contains(expected), check.err());
                assertTrue(check.err().contains("choose another, or end who holds it"), check.err());
                assertEquals(0, trusting.exitCode(), trusting::toString);
            }
        }
    }

    @Test
    void certificateThatHasExpiredIsAFaultToCheckAndAWarningToRun() throws Exception {
        Path made = Path.of("..", "mqtt-broker", "src", "test", "resources", "tls");
        Files.copy(made.resolve("expired.pem"), directory.resolve("box.pem"));
        Files.copy(made.resolve("expired.key"), directory.resolve("box.key"));
        Path file = directory.resolve("fieldmouse.yaml");
        Files.writeString(
                file,
                "broker:\n  port: 0\n  data: " + directory.resolve("store") + "\n  listeners:\n    - name: tls\n"
                        + "      port: " + CommandProcess.freePort() + "\n"
                        + "      tls: {certificate: box.pem, key: box.key}\n");
        try (CommandProcess check = CommandProcess.fieldmouse(directory, "check", "--config", file.toString())) {
            assertEquals(78, check.exitCode(), check::toString);
            assertTrue(check.err().contains("broker.listeners[0].tls.certificate: found \"box.pem\""), check.err());
            assertTrue(check.err().contains("\"CN=late\" expired on"), check.err());
        }
        try (CommandProcess run = CommandProcess.fieldmouse(directory, "run", "--config", file.toString())) {
            run.awaitText("uri=mqtts://127.0.0.1:");
            assertTrue(run.toString().contains("\"CN=late\" expired on"), run::toString);
            assertEquals(0, run.end("TERM"), run::toString);
        }
    }

    @Test
    void mistypedSettingOfTheBrokerIsToldWithTheOneThatIsMeant() throws Exception {
        Path file = directory.resolve("fieldmouse.yaml");
        Files.writeString(file, "broker:\n  durabilty: os");
        try (CommandProcess check = CommandProcess.fieldmouse(directory, "check", "--config", file.toString())) {
            assertEquals(78, check.exitCode(), check::toString);
            assertTrue(check.err().contains("fieldmouse.yaml:2:3 broker.durabilty: found an unknown key"), check.err());
            assertTrue(check.err().contains("an unknown key, did you mean \"durability\"? allowed: "), check.err());
        }
    }

    @Test
    void configurationWithoutBusesIsTheBrokerAloneToCheckAndToRun() throws Exception {
        String file =
                Files.writeString(directory.resolve("fieldmouse.yaml"), "").toString();
        try (CommandProcess check = CommandProcess.fieldmouse(directory, "check", "--no-ports", "--config", file)) {
            assertEquals(0, check.exitCode(), check::toString);
            String end =
                    """
                      mqtt://127.0.0.1:1883 for anybody on this machine
                      every topic for everyone
                    gateway  no buses, no devices: the broker alone
                    """;
            assertTrue(check.out().endsWith(end), check.out());
        }
        Files.writeString(Path.of(file), "broker: {port: 0, data: " + directory.resolve("store") + "}\n");
        try (CommandProcess run = CommandProcess.fieldmouse(directory, "run", "--config", file)) {
            run.awaitText("RunCommand - no buses, no devices: the broker alone");
            assertEquals(0, run.end("TERM"), run::toString);
            assertFalse(run.err().contains("gateway starts"), run.err());
        }
    }

    @Test
    void checkTellsWhatIsPerhapsNotMeantAndFindsNothingWrong() throws Exception {
        Path file = directory.resolve("fieldmouse.yaml");
        Path profiles = Files.createDirectory(directory.resolve("profiles"));
        Files.writeString(profiles.resolve("p.yaml"), "points:\n  - {name: x, holding: 40108, type: int16}\n");
        Files.writeString(
                file,
                """
                gateway: {id: a}
                buses:
                  - {name: b, port: /dev/nosuch, baud: 9600}
                devices:
                  - {name: d, bus: b, unit: 1, profile: p}
                """);
        try (CommandProcess check =
                CommandProcess.fieldmouse(directory, "check", "--no-ports", "--config", file.toString())) {
            assertEquals(0, check.exitCode(), check::toString);
            String told = file + ": nothing wrong, but perhaps not what is meant:\n" + profiles.resolve("p.yaml")
                    + ":2:24 points[0].holding: found 40108";
            assertTrue(check.out().startsWith(told), check.out());
            assertEquals("", check.err());
        }
    }

    @Test
    void gatewayWithoutABrokerIsWrongConfiguration() throws Exception {
        Path file = directory.resolve("fieldmouse.yaml");
        Files.writeString(file, "gateway:\n  id: a\n");
        try (CommandProcess gateway = CommandProcess.fieldmouse(directory, "gateway", "--config", file.toString())) {
            assertEquals(78, gateway.exitCode(), gateway::toString);
            assertTrue(gateway.err().contains("gateway: found no broker, needs broker: with its host"), gateway.err());
        }
    }

    @Test
    void missingSerialPortIsToldUnlessItIsToBeWaitedFor() throws Exception {
        Path file = directory.resolve("fieldmouse.yaml");
        Files.createDirectory(directory.resolve("profiles"));
        Files.writeString(directory.resolve("profiles/p.yaml"), "points:\n  - {name: x, input: 0, type: int16}\n");
        Files.writeString(
                file,
                String.join(
                        "\n",
                        "broker: {port: 0, data: " + directory.resolve("store") + "}",
                        "gateway: {id: a}",
                        "buses:",
                        "  - {name: b, port: /dev/nosuch, baud: 9600}",
                        "devices:",
                        "  - {name: d, bus: b, unit: 1, profile: p}",
                        ""));
        try (CommandProcess strict = CommandProcess.fieldmouse(directory, "run", "--config", file.toString())) {
            assertEquals(78, strict.exitCode(), strict::toString);
            assertTrue(strict.err().contains("fieldmouse.yaml:4:"), strict.err());
            assertTrue(strict.err().contains("/dev/nosuch"), strict.err());
        }
        try (CommandProcess patient =
                CommandProcess.fieldmouse(directory, "run", "--wait-for-ports", "--config", file.toString())) {
            patient.awaitText("gateway starts");
            assertEquals(0, patient.end("TERM"), patient::toString);
        }
    }

    @Test
    void simulatedLinesHaveTheirLinksUntilTheEnd() throws Exception {
        Path file = directory.resolve("sim.yaml");
        Path link = directory.resolve("line");
        Files.writeString(
                file,
                "lines:\n  - {name: l, link: " + link
                        + ", slaves: [{unit: 7, points: [{holding: 0, type: int16, value: 1}]}]}\n");
        try (CommandProcess sim = CommandProcess.fieldmouse(directory, "sim", "--file", file.toString())) {
            sim.awaitText("l  " + link + "  unit 7");
            assertTrue(Files.exists(link));
            assertEquals(0, sim.end("TERM"), sim::toString);
        }
        assertFalse(Files.exists(link, java.nio.file.LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void secondSimulationLeavesTheLinkOfTheFirstAloneUntilThatIsKilled() throws Exception {
        Path file = directory.resolve("sim.yaml");
        Path link = directory.resolve("line");
        Files.writeString(file, "lines:\n  - {name: l, link: " + link + ", slaves: [{unit: 7}]}\n");
        try (CommandProcess first = CommandProcess.fieldmouse(directory, "sim", "--file", file.toString())) {
            first.awaitText("l  " + link + "  unit 7");
            try (CommandProcess second = CommandProcess.fieldmouse(directory, "sim", "--file", file.toString())) {
                assertEquals(1, second.exitCode(), second::toString);
                assertTrue(second.err().contains(link + " is in use: it leads to /dev/pts/"), second.err());
            }
            assertTrue(Files.exists(link), "the first one's link is still there");
        }
        try (CommandProcess third = CommandProcess.fieldmouse(directory, "sim", "--file", file.toString())) {
            third.awaitText("l  " + link + "  unit 7");
            assertEquals(0, third.end("TERM"), third::toString);
        }
    }

    @Test
    void linkThatCannotBePlacedIsToldWithWhatToDo() throws Exception {
        Path file = directory.resolve("sim.yaml");
        Path link = directory.resolve("nosuch/line");
        Files.writeString(file, "lines:\n  - {name: l, link: " + link + ", slaves: [{unit: 7}]}\n");
        try (CommandProcess sim = CommandProcess.fieldmouse(directory, "sim", "--file", file.toString())) {
            assertEquals(1, sim.exitCode(), sim::toString);
            assertTrue(
                    sim.err().contains("line l: cannot place its link " + link + ": no such file or folder"),
                    sim.err());
            assertTrue(sim.err().contains("such as /tmp/l"), sim.err());
        }
    }

    @Test
    void demoRemovesWhatAKilledDemoLeft() throws Exception {
        String port = Integer.toString(CommandProcess.freePort());
        try (CommandProcess killed = CommandProcess.fieldmouse(directory, "demo", "--port", port)) {
            killed.awaitText("fieldmouse/demo/fan/speed");
        }
        assertEquals(1, demoFolders().size());
        try (CommandProcess demo = CommandProcess.fieldmouse(directory, "demo", "--for", "1s", "--port", port)) {
            assertEquals(0, demo.exitCode(), demo::toString);
        }
        assertEquals(List.of(), demoFolders());
    }

    @Test
    void fileThatCannotBeReadIsToldWithItsNameAndWhy() throws Exception {
        try (CommandProcess missing = CommandProcess.fieldmouse(directory, "pub", "-t", "a", "-f", "nosuch");
                CommandProcess folder = CommandProcess.fieldmouse(directory, "pub", "-t", "a", "-f", "/tmp")) {
            assertEquals(1, missing.exitCode());
            assertEquals("fieldmouse pub: cannot read nosuch: no such file or folder\n", missing.err());
            assertEquals(1, folder.exitCode());
            assertEquals("fieldmouse pub: cannot read /tmp: Is a directory\n", folder.err());
        }
    }

    @Test
    void demoWithoutATemporaryFolderSaysWhereToNameAnother() throws Exception {
        List<String> command = CommandProcess.command(directory.resolve("nosuch"), "demo");
        try (CommandProcess demo = CommandProcess.start(directory, "demo", command)) {
            assertEquals(1, demo.exitCode(), demo::toString);
            String expected = "cannot make a folder in " + directory.resolve("nosuch") + ": no such file or folder";
            assertTrue(demo.err().contains(expected), demo::toString);
            assertTrue(demo.err().contains("FIELDMOUSE_JAVA_OPTS=-Djava.io.tmpdir=DIR"), demo::toString);
        }
    }

    @ParameterizedTest
    @CsvSource({"xterm, true", "dumb, false"})
    void demoDrawsOnlyOnATerminalThatMovesItsCursor(String kind, boolean draws) throws Exception {
        String port = Integer.toString(CommandProcess.freePort());
        try (VirtualPort terminal = VirtualPort.open()) {
            ProcessBuilder builder = new ProcessBuilder(
                            CommandProcess.command(directory, "demo", "--for", "1s", "--port", port))
                    .redirectOutput(terminal.device().toFile())
                    .redirectError(directory.resolve("demo.err").toFile());
            builder.environment().put("TERM", kind);
            Process demo = builder.start();
            String picture = shown(terminal, demo);
            assertEquals(0, demo.waitFor(), picture);
            assertTrue(picture.contains("boiler/setpoint"), picture);
            assertEquals(draws, picture.contains("\033["), picture);
        }
    }

    /** Reads until the demo says that it has ended, as somebody has to: a terminal holds only so much. */
    private static String shown(VirtualPort terminal, Process demo) throws IOException {
        ByteArrayOutputStream shown = new ByteArrayOutputStream();
        byte[] some = new byte[8192];
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!shown.toString(StandardCharsets.UTF_8).contains("are released.")) {
            if (System.nanoTime() > deadline) {
                demo.destroyForcibly();
                throw new AssertionError("the demo goes on: " + shown.toString(StandardCharsets.UTF_8));
            }
            int count = terminal.read(some, TimeUnit.MILLISECONDS.toNanos(50));
            shown.write(some, 0, Math.max(0, count));
        }
        return shown.toString(StandardCharsets.UTF_8);
    }

    @Test
    void demoEndsByItselfAndLeavesNothingBehind() throws Exception {
        try (CommandProcess demo = CommandProcess.fieldmouse(
                directory, "demo", "--for", "4s", "--port", Integer.toString(CommandProcess.freePort()))) {
            assertEquals(0, demo.exitCode(), demo::toString);
            assertTrue(demo.out().contains("./fieldmouse sub -p "), demo::toString);
            assertEquals("", demo.err());
        }
        assertEquals(List.of(), demoFolders());
    }

    @Test
    void demoEndsWithZeroAfterControlCAndStartsAgain() throws Exception {
        String port = Integer.toString(CommandProcess.freePort());
        for (int round = 0; round < 2; round++) {
            try (CommandProcess demo = CommandProcess.fieldmouse(directory, "demo", "--port", port)) {
                demo.awaitText("fieldmouse/demo/fan/speed").awaitText("fieldmouse/demo/boiler/flow-temperature");
                assertTrue(demo.out().contains("MQTT broker at 127.0.0.1:" + port + "\n"), demo::toString);
                assertEquals(0, demo.end("INT"), demo::toString);
                assertTrue(demo.out().endsWith("are released.\n"), demo::toString);
            }
        }
        assertEquals(List.of(), demoFolders());
    }

    @Test
    void demoWhoseDashboardLosesTheBrokerSaysSoAndEndsWithOne() throws Exception {
        int port = CommandProcess.freePort();
        try (CommandProcess demo = CommandProcess.fieldmouse(directory, "demo", "--port", Integer.toString(port))) {
            demo.awaitText("fieldmouse/demo/fan/speed");
            try (RawMqtt namesake = new RawMqtt(port, 30_000)) {
                namesake.connect("demo-dashboard", true);
                assertEquals(1, demo.exitCode(), demo::toString);
            }
            assertTrue(demo.err().startsWith("fieldmouse demo: the dashboard lost the broker: "), demo::toString);
        }
        assertEquals(List.of(), demoFolders());
    }

    @Test
    void demoTakesTheNextPortWhenTheFirstIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                CommandProcess demo = CommandProcess.fieldmouse(
                        directory, "demo", "--for", "1s", "--port", Integer.toString(taken.getLocalPort()))) {
            assertEquals(0, demo.exitCode(), demo::toString);
            assertTrue(demo.out().contains("(" + taken.getLocalPort() + " was taken)"), demo::toString);
        }
    }

    private static String listeningPort(CommandProcess broker) throws InterruptedException {
        String said = broker.awaitText("listening on 127.0.0.1:")
                .awaitText("\n")
                .out()
                .trim();
        return said.substring(said.lastIndexOf(':') + 1);
    }

    /** Of processes that have this test's temporary folder: the tests give each its own. */
    private List<Path> demoFolders() throws IOException {
        try (Stream<Path> folders = Files.list(directory)) {
            return folders.filter(path -> path.getFileName().toString().startsWith("fieldmouse-demo-"))
                    .toList();
        }
    }
}

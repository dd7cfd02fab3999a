package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.Broker;
import io.fieldmouse.broker.BrokerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command passwd: what it leaves behind, and whether Debian's mosquitto and our broker understand each other's. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PasswdTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Path directory = Path.of(".");
    private Path file = Path.of(".");

    @BeforeEach
    void begin(@TempDir Path temporary) {
        directory = temporary;
        file = temporary.resolve("passwords");
    }

    private CommandProcess passwd(String input, String... arguments) throws Exception {
        String[] all = new String[arguments.length + 1];
        all[0] = "passwd";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        CommandProcess process = CommandProcess.fieldmouse(directory, all).input(input);
        process.exitCode();
        return process;
    }

    private void set(String user, String password) throws Exception {
        CommandProcess process = passwd(password + "\n", "--stdin", file.toString(), user);
        assertEquals(0, process.exitCode(), process::toString);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void aNewFileIsItsOwnersAlone() throws Exception {
        set("alice", "secret");

        assertEquals("rw-------", mode(file));
        assertTrue(Files.readString(file).startsWith("alice:$7$"), Files.readString(file));
    }

    @Test
    void allOtherLinesAreKept() throws Exception {
        Files.write(file, List.of("# the plant", "", "bob:$7$1$a$b", "what is this", "alice:old", "# end"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        CommandProcess process = passwd("geheim\n", "--stdin", "--scram", link.toString(), "alice");
        assertEquals(0, process.exitCode(), process::toString);

        List<String> lines = Files.readAllLines(file);
        assertTrue(lines.get(4).startsWith("alice:SCRAM-SHA-256$"), lines::toString);
        assertEquals(List.of("# the plant", "", "bob:$7$1$a$b", "what is this", lines.get(4), "# end"), lines);
        assertEquals("rw-r-----", mode(file));
        assertTrue(Files.isSymbolicLink(link));

        assertEquals(0, passwd("", "--delete", file.toString(), "alice").exitCode());
        assertEquals(List.of("# the plant", "", "bob:$7$1$a$b", "what is this", "# end"), Files.readAllLines(file));
        try (var left = Files.list(directory)) {
            assertFalse(left.anyMatch(path -> path.toString().endsWith(".new")));
        }
    }

    @Test
    void whatCannotBeDoneChangesNothing() throws Exception {
        Files.write(file, List.of("bob:$7$1$a$b"));
        record Wrong(int exitCode, String words, String input, List<String> arguments) {}
        List<Wrong> all = List.of(
                new Wrong(1, "there is no user \"alice\"", "", List.of("--delete", file.toString(), "alice")),
                new Wrong(1, "the password is empty", "\n", List.of("--stdin", file.toString(), "alice")),
                new Wrong(1, "nothing on standard input", "", List.of("--stdin", file.toString(), "alice")),
                new Wrong(1, "with --stdin", "", List.of(file.toString(), "alice")),
                new Wrong(
                        1,
                        directory + "/none: no file can be made in this folder: there is no such folder",
                        "x\n",
                        List.of("--stdin", directory + "/none/p", "alice")),
                new Wrong(
                        1,
                        "cannot be used with --scram: it holds U+0007",
                        "a\u0007b\n",
                        List.of("--stdin", "--scram", file.toString(), "alice")),
                new Wrong(2, "is no user name", "x\n", List.of("--stdin", file.toString(), "a:b")),
                new Wrong(2, "needs no password", "x\n", List.of("--delete", "--scram", file.toString(), "bob")));
        for (Wrong wrong : all) {
            CommandProcess process = passwd(wrong.input, wrong.arguments.toArray(String[]::new));
            assertEquals(wrong.exitCode, process.exitCode(), process::toString);
            assertTrue(process.err().contains(wrong.words), process::toString);
        }
        assertEquals(List.of("bob:$7$1$a$b"), Files.readAllLines(file));
    }

    @Test
    void mosquittoAcceptsOurLinesAndWeAcceptIts() throws Exception {
        Peers.need(Peers.MOSQUITTO, "mosquitto");
        Peers.need(Peers.MOSQUITTO_PUB, "mosquitto-clients");
        set("alice", "grüße, $7$ & so");
        Peers.Result written =
                Peers.run(PATIENCE, Peers.MOSQUITTO_PASSWD.toString(), "-b", file.toString(), "bob", "no secret");
        assertEquals(0, written.exitCode(), written::toString);

        int port = CommandProcess.freePort();
        Process mosquitto = mosquitto(port);
        try {
            expectBothAreKnown(port);
        } finally {
            mosquitto.destroyForcibly().onExit().join();
        }
        try (Broker broker = Broker.start(BrokerConfig.defaults()
                .with("port", "0")
                .with("data", directory.resolve("data").toString())
                .with("password_file", file.toString()))) {
            expectBothAreKnown(broker.port());
        }
    }

    private Process mosquitto(int port) throws IOException, InterruptedException {
        Files.write(
                directory.resolve("mosquitto.conf"),
                List.of(
                        "listener " + port + " 127.0.0.1",
                        "allow_anonymous false",
                        "user " + System.getProperty("user.name"),
                        "password_file " + file));
        Process started = new ProcessBuilder(Peers.MOSQUITTO.toString(), "-c", "mosquitto.conf")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("mosquitto.log").toFile())
                .start();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return started;
            } catch (IOException e) {
                boolean ended = started.waitFor(20, TimeUnit.MILLISECONDS);
                assertTrue(!ended && System.nanoTime() < deadline, "mosquitto does not listen");
            }
        }
    }

    private static void expectBothAreKnown(int port) {
        assertEquals(0, publishAs(port, "alice", "grüße, $7$ & so"));
        assertEquals(0, publishAs(port, "bob", "no secret"));
        assertFalse(publishAs(port, "alice", "no secret") == 0);
        assertFalse(publishAs(port, "bob", "no secrets") == 0);
        assertFalse(publishAs(port, "carol", "no secret") == 0);
    }

    private static int publishAs(int port, String user, String password) {
        return Peers.run(
                        PATIENCE,
                        Peers.MOSQUITTO_PUB.toString(),
                        "-p",
                        Integer.toString(port),
                        "-u",
                        user,
                        "-P",
                        password,
                        "-t",
                        "t",
                        "-m",
                        "x",
                        "-q",
                        "1")
                .exitCode();
    }
}

package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code pub} and {@code sub} beside mosquitto_pub and mosquitto_sub, at mosquitto. */
final class PubSubTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private @Nullable Process broker;
    private int port;

    @BeforeEach
    void startBroker() throws Exception {
        Peers.need(Peers.MOSQUITTO, "mosquitto");
        Peers.need(Peers.MOSQUITTO_SUB, "mosquitto-clients");
        port = CommandProcess.freePort();
        Files.write(
                directory.resolve("mosquitto.conf"),
                List.of("listener " + port + " 127.0.0.1", "allow_anonymous true"));
        broker = launch();
    }

    private Process launch() throws IOException, InterruptedException {
        Process started = new ProcessBuilder(Peers.MOSQUITTO.toString(), "-c", "mosquitto.conf")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("mosquitto.log").toFile())
                .start();
        for (int attempt = 0; attempt < 500; attempt++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return started;
            } catch (IOException e) {
                assertTrue(!started.waitFor(20, TimeUnit.MILLISECONDS), "mosquitto ended");
            }
        }
        throw new IOException("mosquitto does not listen");
    }

    @AfterEach
    void stopBroker() {
        if (broker != null) {
            broker.destroyForcibly().onExit().join();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-t k/# -C 3",
                "-t k/# -C 3 -v",
                "-t k/# -C 3 -N",
                "-t k/# -C 3 -q 1 -F %t|%q|%r|%l|%p|%x|%%",
                "-t k/a -t k/b -C 2 -V 5 -v",
                "-t k/# -R -W 1",
                "-t none -W 1"
            })
    void subPrintsAndEndsAsMosquittosDoes(String flags) throws Exception {
        // Not at QoS 2: mosquitto_sub prints such a message at its PUBREL, sub at its PUBLISH; both are right.
        assertEquals(0, pub("-t", "k/a", "-m", "x y", "-q", "1", "-r"));
        assertEquals(0, pub("-t", "k/b", "-m", "°C", "-q", "2", "-r", "-V", "5"));
        assertEquals(0, pub("-t", "k/c", "-m", "z", "-r", "-V", "31"));
        List<String> arguments = new ArrayList<>(List.of("-p", Integer.toString(port)));
        arguments.addAll(List.of(flags.split(" ", -1)));
        List<String> theirs = new ArrayList<>(List.of(Peers.MOSQUITTO_SUB.toString()));
        theirs.addAll(arguments);
        List<String> ours = new ArrayList<>(List.of("sub"));
        ours.addAll(arguments);
        try (CommandProcess expected = CommandProcess.start(directory, "mosquitto_sub", theirs);
                CommandProcess actual = CommandProcess.fieldmouse(directory, ours.toArray(String[]::new))) {
            assertEquals(expected.exitCode(), actual.exitCode(), actual::toString);
            assertEquals(expected.out(), actual.out());
            assertEquals(expected.err(), actual.err());
        }
    }

    @Test
    void pubSendsFilesInputsAndLines() throws Exception {
        try (CommandProcess sub = subscriber("f/#", 6)) {
            Path file = directory.resolve("payload");
            Files.writeString(file, "of a\nfile");
            assertEquals(0, pub("-t", "f/file", "-f", file.toString()));
            try (CommandProcess whole = process("pub", "-t", "f/whole", "-s").input("two\nlines")) {
                assertEquals(0, whole.exitCode(), whole::toString);
            }
            try (CommandProcess lines =
                    process("pub", "-t", "f/lines", "-l", "-q", "2").input("one\n\nthree")) {
                assertEquals(0, lines.exitCode(), lines::toString);
            }
            assertEquals(0, pub("-t", "f/none", "-n"));
            assertEquals(0, sub.exitCode(), sub::toString);
            assertEquals(
                    "f/file of a\nfile\nf/whole two\nlines\nf/lines one\nf/lines \nf/lines three\nf/none \n",
                    sub.out());
        }
    }

    @Test
    void thousandLinesArriveInOrder() throws Exception {
        StringBuilder numbers = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            numbers.append(i).append('\n');
        }
        try (CommandProcess sub = subscriber("n", 1_000);
                CommandProcess pub = process("pub", "-t", "n", "-l", "-q", "1").input(numbers.toString())) {
            assertEquals(0, pub.exitCode(), pub::toString);
            assertEquals(0, sub.exitCode(), sub::toString);
            assertEquals(numbers.toString().replaceAll("(?m)^", "n ").replaceAll("n $", ""), sub.out());
        }
    }

    @Test
    void subGoesOnAfterTheBrokerWasRestarted() throws Exception {
        try (CommandProcess sub = process("sub", "-t", "r", "-C", "1", "-d")) {
            sub.awaitText("packet=SUBACK");
            stopBroker();
            sub.awaitText("trying again");
            broker = launch();
            sub.awaitText("packet=CONNACK");
            while (sub.out().isEmpty()) {
                assertEquals(0, pub("-t", "r", "-m", "back", "-r"));
            }
            assertEquals(0, sub.exitCode(), sub::toString);
            assertEquals("back\n", sub.out());
        }
    }

    @Test
    void willIsPublishedWhenSubIsKilled() throws Exception {
        try (CommandProcess watcher = subscriber("w", 1);
                CommandProcess sub = process(
                        "sub", "-t", "x", "-d", "--will-topic", "w", "--will-payload", "gone", "--will-qos", "1")) {
            sub.awaitText("packet=SUBACK");
            sub.signal("KILL");
            assertEquals(0, watcher.exitCode(), watcher::toString);
            assertEquals("w gone\n", watcher.out());
        }
    }

    @Test
    void eachPacketIsLoggedWithWhatMattersButNotWithPayloadsAndPasswords() throws Exception {
        try (CommandProcess sub = process("sub", "-t", "l/+", "-q", "2", "-V", "5", "-d", "-C", "1");
                CommandProcess pub = process(
                        "pub",
                        "-t",
                        "l/a b",
                        "-m",
                        "secret",
                        "-q",
                        "2",
                        "-r",
                        "-i",
                        "me",
                        "-u",
                        "joe",
                        "-P",
                        "hidden",
                        "--will-topic",
                        "w",
                        "--will-payload",
                        "gone",
                        "-d")) {
            assertEquals(0, pub.exitCode(), pub::toString);
            assertEquals(0, sub.exitCode(), sub::toString);
            String end = " client=me broker=joe@localhost:" + port + "\n";
            for (String line : List.of(
                    "sent packet=CONNECT version=4 cleanStart=true keepAliveSeconds=60"
                            + " willTopic=w willQos=0 willRetain=false willBytes=4",
                    "received packet=CONNACK sessionPresent=false reason=0",
                    "sent packet=PUBLISH id=1 qos=2 retain=true dup=false topic=\"l/a b\" bytes=6",
                    "received packet=PUBREC id=1 reason=0",
                    "sent packet=PUBREL id=1 reason=0",
                    "received packet=PUBCOMP id=1 reason=0",
                    "sent packet=DISCONNECT")) {
                assertTrue(pub.err().contains(line + end), () -> line + " is missing; " + pub);
            }
            assertTrue(!pub.err().contains("secret") && !pub.err().contains("hidden"), pub::toString);
            assertTrue(sub.err().contains("sent packet=SUBSCRIBE id=1 filter=l/+ qos=2 "), sub::toString);
            assertTrue(sub.err().contains("received packet=SUBACK id=1 granted=2 "), sub::toString);
        }
    }

    @Test
    void refusedConnectionIsLoggedWithItsReason() throws Exception {
        stopBroker();
        Files.write(
                directory.resolve("mosquitto.conf"),
                List.of("listener " + port + " 127.0.0.1", "allow_anonymous false"));
        broker = launch();
        try (CommandProcess pub = process("pub", "-t", "a", "-m", "x", "-V", "5", "-d")) {
            assertEquals(1, pub.exitCode(), pub::toString);
            String line = "received packet=CONNACK sessionPresent=false reason=\"not authorized [0x87]\" ";
            assertTrue(pub.err().contains(line), pub::toString);
        }
    }

    @Test
    void controlCEndsSubWithZero() throws Exception {
        try (CommandProcess sub = process("sub", "-t", "x", "-d")) {
            sub.awaitText("packet=SUBACK");
            assertEquals(0, sub.end("INT"), sub::toString);
        }
    }

    @Test
    void sessionIsKeptForTheNextTime() throws Exception {
        try (CommandProcess first = process("sub", "-t", "s", "-q", "1", "-c", "-i", "me", "-W", "1")) {
            assertEquals(27, first.exitCode(), first::toString);
        }
        assertEquals(0, pub("-t", "s", "-m", "meanwhile", "-q", "1"));
        try (CommandProcess second = process("sub", "-t", "s", "-q", "1", "-c", "-i", "me", "-C", "1")) {
            assertEquals(0, second.exitCode(), second::toString);
            assertEquals("meanwhile\n", second.out());
        }
    }

    @Test
    void noBrokerIsToldInWords() throws Exception {
        stopBroker();
        for (List<String> command : List.of(List.of("pub", "-t", "a", "-m", "x"), List.of("sub", "-t", "a"))) {
            try (CommandProcess process = process(command.toArray(String[]::new))) {
                assertEquals(1, process.exitCode());
                assertEquals(
                        "fieldmouse " + command.get(0) + ": cannot connect to localhost:" + port
                                + ": connection refused, no broker listens there\n",
                        process.err());
            }
        }
    }

    private CommandProcess subscriber(String filter, int count) throws Exception {
        CommandProcess sub = process("sub", "-t", filter, "-v", "-q", "2", "-d", "-C", Integer.toString(count));
        sub.awaitText("packet=SUBACK");
        return sub;
    }

    private int pub(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("pub"));
        command.addAll(List.of(arguments));
        try (CommandProcess pub = process(command.toArray(String[]::new))) {
            return pub.exitCode();
        }
    }

    private CommandProcess process(String... command) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("-p", Integer.toString(port)));
        return CommandProcess.fieldmouse(directory, arguments.toArray(String[]::new));
    }
}

package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Debian's mosquitto clients and the packaged broker. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MosquittoClientsIT extends PackagedBrokerTestBase {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @BeforeAll
    static void requirePeer() {
        Peers.need(Peers.MOSQUITTO_PUB, "mosquitto-clients");
    }

    @ParameterizedTest
    @CsvSource({
        "mqttv31,0",
        "mqttv31,1",
        "mqttv31,2",
        "mqttv311,0",
        "mqttv311,1",
        "mqttv311,2",
        "mqttv5,0",
        "mqttv5,1",
        "mqttv5,2"
    })
    void retainedMessageReachesWhoeverSubscribesLater(String version, String qos) {
        publish("-V", version, "-q", qos, "-r", "-t", "kept/" + version + "/" + qos, "-m", "still here");
        Peers.Result seen = subscribe(
                "-V", version, "-q", qos, "-t", "kept/" + version + "/" + qos, "-F", "%t %r %q %p", "-C", "1");
        assertEquals("kept/" + version + "/" + qos + " 1 " + qos + " still here\n", seen.output());
    }

    @ParameterizedTest
    @CsvSource({"mqttv311,1", "mqttv311,2", "mqttv5,1", "mqttv5,2"})
    void messagesWaitForASubscriberThatIsAway(String version, String qos) {
        String name = version + "-" + qos;
        String[] session = {"-V", version, "-i", "away-" + name, "-q", qos, "-t", "mail/" + name};
        String[] keep = version.equals("mqttv5") ? new String[] {"-x", "3600"} : new String[] {"-c"};
        assertEquals(0, subscribe(with(with(session, keep), "-E")).exitCode());
        for (int i = 0; i < 20; i++) {
            publish("-q", qos, "-t", "mail/" + name, "-m", "letter " + i);
        }
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            expected.append("letter ").append(i).append('\n');
        }
        assertEquals(
                expected.toString(),
                subscribe(with(with(session, keep), "-c", "-C", "20")).output());
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv311", "mqttv5"})
    void membersOfAGroupShareTheMessages(String version) {
        List<String[]> members = new ArrayList<>();
        for (String clientId : List.of("one", "two")) {
            String[] session = {
                "-V", version, "-i", version + clientId, "-q", "1", "-t", "$share/workers/" + version + "/+"
            };
            members.add(with(session, version.equals("mqttv5") ? new String[] {"-x", "3600"} : new String[] {"-c"}));
        }
        members.forEach(member -> assertEquals(0, subscribe(with(member, "-E")).exitCode()));
        for (int i = 0; i < 6; i++) {
            publish("-q", "1", "-t", version + "/job", "-m", Integer.toString(i));
        }
        assertEquals(
                "0\n2\n4\n", subscribe(with(members.get(0), "-c", "-C", "3")).output());
        assertEquals(
                "1\n3\n5\n", subscribe(with(members.get(1), "-c", "-C", "3")).output());
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv311", "mqttv5"})
    void willIsPublishedWhenTheClientIsKilled(String version) throws IOException {
        Process watcher = startSubscriber("-V", version, "-q", "1", "-t", "state", "-C", "1");
        Process doomed = startSubscriber(
                "-V", version, "-t", "nothing", "--will-topic", "state", "--will-payload", "gone", "--will-qos", "1");
        doomed.destroyForcibly();
        assertEquals("gone\n", lastLine(Peers.finish(watcher, PATIENCE).output()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv311", "mqttv5"})
    void aMebibyteArrivesWhole(String version) {
        String payload = "0123456789abcdef".repeat(65_000);
        publishFromStandardInput(payload, "-V", version, "-q", "2", "-r", "-t", "large", "-s");
        assertEquals(
                payload + "\n",
                subscribe("-V", version, "-q", "2", "-t", "large", "-C", "1").output());
    }

    /** Subscribes in the background; returns when the broker has confirmed it. */
    private Process startSubscriber(String... arguments) throws IOException {
        // Into a pipe it would keep its lines to itself until it ends.
        String[] lineByLine = {"/usr/bin/stdbuf", "-oL"};
        Process process = Peers.start(with(lineByLine, command(Peers.MOSQUITTO_SUB, with(arguments, "-d"))));
        StringBuilder said = new StringBuilder();
        while (!said.toString().contains("received SUBACK")) {
            int next = process.getInputStream().read();
            assertTrue(next >= 0, () -> "ended early: " + said);
            said.append((char) next);
        }
        return process;
    }

    private static String lastLine(String output) {
        String[] lines = output.split("\n", -1);
        for (int i = lines.length - 1; i >= 0; i--) {
            if (!lines[i].isEmpty() && !lines[i].startsWith("Client ")) {
                return lines[i] + "\n";
            }
        }
        return "";
    }

    private void publish(String... arguments) {
        Peers.Result result = Peers.run(PATIENCE, command(Peers.MOSQUITTO_PUB, arguments));
        assertEquals(0, result.exitCode(), result.output());
    }

    private void publishFromStandardInput(String payload, String... arguments) {
        try {
            Process process = Peers.start(command(Peers.MOSQUITTO_PUB, arguments));
            process.getOutputStream().write(payload.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            assertEquals(0, Peers.finish(process, PATIENCE).exitCode());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Peers.Result subscribe(String... arguments) {
        try {
            Process process = Peers.start(command(Peers.MOSQUITTO_SUB, with(arguments, "-W", "25")));
            byte[] output = process.getInputStream().readAllBytes();
            return new Peers.Result(
                    Peers.finish(process, PATIENCE).exitCode(), new String(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String[] command(Path program, String... arguments) {
        return with(
                new String[] {program.toString(), "-h", "127.0.0.1", "-p", Integer.toString(broker.port())}, arguments);
    }

    private static String[] with(String[] first, String... more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}

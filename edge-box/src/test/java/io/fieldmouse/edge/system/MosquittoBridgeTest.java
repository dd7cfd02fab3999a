package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.Broker;
import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.message.Counters.Counter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Debian's mosquitto as a bridge to the broker, with every topic both ways. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MosquittoBridgeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory = Path.of("replaced by JUnit");

    private @Nullable Broker broker;
    private @Nullable Process mosquitto;
    private int port;
    private int bridgePort;

    @BeforeEach
    void start() throws Exception {
        Peers.need(Peers.MOSQUITTO, "mosquitto");
        Peers.need(Peers.MOSQUITTO_PUB, "mosquitto-clients");
        broker = Broker.start(BrokerConfig.defaults()
                .with("port", "0")
                .with("lanes", "4")
                .with("data", directory.resolve("data").toString()));
        port = broker.port();
        bridgePort = CommandProcess.freePort();
    }

    @AfterEach
    void stop() {
        if (mosquitto != null) {
            mosquitto.destroyForcibly();
        }
        if (broker != null) {
            broker.close();
        }
    }

    private void startBridge(String version) throws IOException {
        Path configuration = directory.resolve("mosquitto.conf");
        Files.writeString(
                configuration,
                String.join(
                        "\n",
                        "listener " + bridgePort + " 127.0.0.1",
                        "allow_anonymous true",
                        "connection to-fieldmouse",
                        "address 127.0.0.1:" + port,
                        "bridge_protocol_version " + version,
                        "notifications false",
                        "restart_timeout 1",
                        "topic # both 1",
                        ""));
        mosquitto = new ProcessBuilder(Peers.MOSQUITTO.toString(), "-v", "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
        // The bridge asks for everything; when that is granted it is up.
        awaitInLog("Received SUBACK from local.");
    }

    private Path log() {
        return directory.resolve("mosquitto.log");
    }

    private void awaitInLog(String words) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.readString(log(), StandardCharsets.UTF_8).contains(words)) {
            String soFar = Files.readString(log(), StandardCharsets.UTF_8);
            assertTrue(System.nanoTime() < deadline, () -> "no \"" + words + "\" in:\n" + soFar);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv50"})
    void messagesCrossOnceEachWayAndDoNotComeBack(String version) throws IOException {
        startBridge(version);
        try (RawMqtt here = watcher(port);
                RawMqtt there = watcher(bridgePort)) {
            there.publish("from/there", "1", 1, false, false, 1);
            expect(there, "from/there", "1");
            expect(here, "from/there", "1");
            // What came back from here would stand before this at the other side, and the other way round.
            here.publish("from/here", "2", 1, false, false, 1);
            expect(here, "from/here", "2");
            expect(there, "from/here", "2");
            there.publish("from/there", "3", 1, false, false, 2);
            expect(there, "from/there", "3");
            expect(here, "from/there", "3");
        }
        // It was taken for what it is at once, and did not have to try again without the bit.
        assertEquals(0, broker().count(Counter.CONNECTIONS_REFUSED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv50"})
    void retainedMessagesAreRetainedOnBothSides(String version) throws IOException {
        startBridge(version);
        try (RawMqtt here = watcher(port);
                RawMqtt there = watcher(bridgePort)) {
            there.publish("from/there", "1", 1, true, false, 1);
            expect(here, "from/there", "1");
            here.publish("from/here", "2", 1, true, false, 1);
            expect(there, "from/there", "1");
            expect(there, "from/here", "2");
        }
        for (int side : new int[] {port, bridgePort}) {
            try (RawMqtt late = new RawMqtt(side, (int) PATIENCE.toMillis())) {
                late.connect("late", true);
                late.subscribe(1, "from/#", 0);
                List<String> kept = new ArrayList<>(List.of(retained(late), retained(late)));
                kept.sort(null);
                assertEquals(List.of("from/here 2", "from/there 1"), kept);
            }
        }
    }

    private static RawMqtt watcher(int port) throws IOException {
        RawMqtt watcher = new RawMqtt(port, (int) PATIENCE.toMillis());
        watcher.connect("watcher", true);
        watcher.subscribe(1, "#", 0);
        assertEquals(9, watcher.read().type());
        return watcher;
    }

    private static void expect(RawMqtt watcher, String topic, String payload) throws IOException {
        RawMqtt.Packet message = nextMessage(watcher);
        assertEquals(topic + " " + payload, message.topic() + " " + message.payload());
    }

    private static String retained(RawMqtt client) throws IOException {
        RawMqtt.Packet message = nextMessage(client);
        assertEquals(1, message.flags() & 1, "the retain flag");
        return message.topic() + " " + message.payload();
    }

    private static RawMqtt.Packet nextMessage(RawMqtt client) throws IOException {
        RawMqtt.Packet packet = client.read();
        while (packet.type() != 3) {
            packet = client.read();
        }
        return packet;
    }

    private Broker broker() {
        return Objects.requireNonNull(broker);
    }
}

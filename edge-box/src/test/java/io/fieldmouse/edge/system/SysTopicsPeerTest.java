package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.Broker;
import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.edge.system.RawMqtt.Packet;
import io.fieldmouse.edge.system.RawMqtt.Tally;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code $SYS} beside mosquitto's: the same topics, and after the same traffic the same counts but for the differences
 * that {@code docs/sys-topics.md} gives reasons for.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SysTopicsPeerTest {
    private static final String ROOT = "$SYS/broker/";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What mosquitto 2.0.11 publishes of itself, all of it retained. */
    private static final int TOPICS_OF_MOSQUITTO = 53;

    /** The retained message, and those that wait. */
    private static final int KEPT = 1 + SysTraffic.QUEUE_MESSAGES;

    @TempDir
    private Path directory = Path.of("replaced by JUnit");

    private @Nullable Broker broker;
    private @Nullable Mosquitto mosquitto;

    /** What a broker has to say after {@link SysTraffic}, to a watcher who is its one client beside. */
    private record Count(String topic, long ours, long theirs) {
        static Count same(String topic, long value) {
            return new Count(topic, value, value);
        }
    }

    private static final List<Count> COUNTS = List.of(
            Count.same("clients/total", 6),
            Count.same("clients/active", 5),
            Count.same("clients/connected", 5),
            Count.same("clients/inactive", 1),
            Count.same("clients/disconnected", 1),
            Count.same("clients/expired", 1),
            Count.same("subscriptions/count", 6),
            Count.same("shared_subscriptions/count", 2),
            Count.same("publish/messages/dropped", 1),
            // It counts its own topics among what it keeps.
            new Count("retained messages/count", 1, 1 + TOPICS_OF_MOSQUITTO),
            new Count("messages/stored", KEPT, KEPT + TOPICS_OF_MOSQUITTO),
            new Count("store/messages/count", KEPT, KEPT + TOPICS_OF_MOSQUITTO),
            // It leaves out what is retained, and QoS 2.
            new Count("publish/messages/received", SysTraffic.PUBLISHES, SysTraffic.PLAIN_PUBLISHES));

    /** What goes on while the watcher looks: here the clients' own books say what is right. */
    private record Flow(String topic, ToLongFunction<Tally> ours, ToLongFunction<Tally> theirs) {
        static Flow same(String topic, ToLongFunction<Tally> value) {
            return new Flow(topic, value, value);
        }
    }

    private static final List<Flow> FLOWS = List.of(
            Flow.same("messages/received", tally -> tally.packetsSent),
            Flow.same("messages/sent", tally -> tally.packetsReceived),
            Flow.same("bytes/received", tally -> tally.bytesSent),
            Flow.same("bytes/sent", tally -> tally.bytesReceived),
            Flow.same("publish/bytes/received", tally -> SysTraffic.PAYLOAD_BYTES),
            Flow.same("publish/bytes/sent", tally -> tally.payloadBytesReceived),
            // It leaves out QoS 2.
            new Flow(
                    "publish/messages/sent",
                    tally -> tally.publishesReceived,
                    tally -> tally.publishesReceived - tally.publishesReceivedAtQos2));

    @BeforeEach
    void start() throws Exception {
        Peers.need(Peers.MOSQUITTO, "mosquitto");
        mosquitto = Mosquitto.start(
                Files.createDirectory(directory.resolve("mosquitto")),
                "sys_interval 1",
                "max_queued_messages " + SysTraffic.QUEUE_MESSAGES);
        broker = Broker.start(BrokerConfig.defaults()
                .with("port", "0")
                .with("lanes", "4")
                .with("sys_interval_seconds", "1")
                .with("queue_messages_max", Integer.toString(SysTraffic.QUEUE_MESSAGES))
                .with("queue_when_full", "drop_oldest")
                .with("data", directory.resolve("data").toString()));
    }

    @AfterEach
    void stop() {
        if (broker != null) {
            broker.close();
        }
        if (mosquitto != null) {
            mosquitto.close();
        }
    }

    private int ourPort() {
        return Objects.requireNonNull(broker).port();
    }

    private int theirPort() {
        return Objects.requireNonNull(mosquitto).port();
    }

    @Test
    void everyTopicOfMosquittoIsHereToo() throws IOException {
        Set<String> theirs = topics(theirPort());
        assertEquals(TOPICS_OF_MOSQUITTO, theirs.size(), theirs::toString);
        theirs.removeAll(topics(ourPort()));
        assertEquals(Set.of(), theirs, "missing here");
    }

    @Test
    void afterTheSameTrafficTheCountsAreThoseOfMosquitto() throws IOException {
        Map<String, Long> ours = new TreeMap<>();
        Map<String, Long> theirs = new TreeMap<>();
        for (Count count : COUNTS) {
            ours.put(count.topic, count.ours);
            theirs.put(count.topic, count.theirs);
        }
        expectAfterTraffic(theirPort(), theirs, Flow::theirs);
        expectAfterTraffic(ourPort(), ours, Flow::ours);
    }

    private static void expectAfterTraffic(
            int port, Map<String, Long> counts, Function<Flow, ToLongFunction<Tally>> flows) throws IOException {
        Tally tally = new Tally();
        try (SysTraffic traffic = new SysTraffic(port, tally);
                RawMqtt watcher = watcher(port, tally)) {
            traffic.run();
            expectCounts(watcher, counts);
            for (Flow flow : FLOWS) {
                expectFlow(watcher, tally, flow.topic, flows.apply(flow));
            }
        }
    }

    private static RawMqtt watcher(int port, Tally tally) throws IOException {
        RawMqtt watcher = new RawMqtt(RawMqtt.MQTT_3_1_1, port, (int) PATIENCE.toMillis(), tally);
        watcher.connect("watcher", true);
        return watcher;
    }

    /** All there are, when a client has been there for two updates. */
    private static Set<String> topics(int port) throws IOException {
        Set<String> topics = new TreeSet<>();
        try (RawMqtt client = watcher(port, new Tally())) {
            client.subscribe(1, "$SYS/#", 0);
            for (int live = 0; live < 2; ) {
                Packet packet = client.read();
                if (packet.type() == 3) {
                    topics.add(packet.topic());
                    live += packet.topic().endsWith("/uptime") && (packet.flags() & 1) == 0 ? 1 : 0;
                }
            }
        }
        return topics;
    }

    /** Waits for an update that says what there was before it; what else the watcher received would stand between them. */
    private static void expectFlow(RawMqtt watcher, Tally tally, String name, ToLongFunction<Tally> flow)
            throws IOException {
        String topic = ROOT + name;
        watcher.subscribe(1, topic, 0);
        String said = "nothing";
        String expected = "";
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!said.equals(expected) && System.nanoTime() < deadline) {
                expected = Long.toString(flow.applyAsLong(tally));
                Packet packet = watcher.read();
                said = packet.type() == 3 ? packet.payload() : said;
            }
        } catch (SocketTimeoutException e) {
            // It has settled, and says nothing more.
        }
        assertEquals(expected, said, topic);
        unsubscribe(watcher, topic);
    }

    private static void expectCounts(RawMqtt watcher, Map<String, Long> counts) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        watcher.subscribe(1, ROOT + "#", 0);
        Map<String, String> all = new HashMap<>();
        Map<String, Long> seen = new TreeMap<>();
        while (!seen.equals(counts)) {
            assertTrue(System.nanoTime() < deadline, () -> "expected " + counts + "\n but was " + all);
            Packet packet = watcher.read();
            if (packet.type() == 3) {
                String name = packet.topic().substring(ROOT.length());
                all.put(name, packet.payload());
                if (counts.containsKey(name)) {
                    seen.put(name, Long.valueOf(packet.payload()));
                }
            }
        }
        unsubscribe(watcher, ROOT + "#");
    }

    private static void unsubscribe(RawMqtt watcher, String filter) throws IOException {
        watcher.unsubscribe(3, filter);
        while (watcher.read().type() != 11) {
            // what was on its way
        }
    }
}

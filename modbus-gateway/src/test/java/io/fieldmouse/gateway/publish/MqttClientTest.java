package io.fieldmouse.gateway.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.publish.Subscription.RetainHandling;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The client against a broker that nobody here wrote. */
final class MqttClientTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1, 0", "MQTT_3_1, 1", "MQTT_3_1, 2",
        "MQTT_3_1_1, 0", "MQTT_3_1_1, 1", "MQTT_3_1_1, 2",
        "MQTT_5, 0", "MQTT_5, 1", "MQTT_5, 2"
    })
    void messagesOfEachQosComeOnceAndInOrder(ProtocolVersion version, int qos) throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory)) {
            Inbox inbox = new Inbox();
            try (MqttClient client = connect(broker, MqttOptions.clean(version, "both"), inbox)) {
                assertEquals(List.of(qos), get(client.subscribe(List.of(Subscription.of("a/#", qos)))));
                List<CompletableFuture<Void>> sent = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    sent.add(client.publish(text("a/b", Integer.toString(i), qos)));
                }
                for (int i = 0; i < 200; i++) {
                    ApplicationMessage message = inbox.next();
                    assertEquals(Integer.toString(i), new String(message.payload(), UTF_8));
                    assertEquals(qos, message.qos());
                }
                for (CompletableFuture<Void> one : sent) {
                    get(one);
                }
                inbox.holdsNothing();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void willIsPublishedWhenTheConnectionIsLostAndNotAfterGoodbye(ProtocolVersion version) throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory)) {
            Inbox inbox = new Inbox();
            try (MqttClient watcher = connect(broker, MqttOptions.clean(version, "watcher"), inbox)) {
                get(watcher.subscribe(List.of(Subscription.of("will/+", 1))));
                MqttOptions options = MqttOptions.clean(version, "polite").withWill(text("will/polite", "gone", 1));
                connect(broker, options, new Inbox()).close();

                Inbox first = new Inbox();
                MqttOptions rude = MqttOptions.clean(version, "rude").withWill(text("will/rude", "gone", 1));
                try (MqttClient lost = connect(broker, rude, first);
                        MqttClient takeOver = connect(broker, MqttOptions.clean(version, "rude"), new Inbox())) {
                    first.end();
                    assertFalse(lost.sessionPresent());
                    assertFalse(takeOver.sessionPresent());
                    assertEquals("will/rude", inbox.next().topic());
                }
                inbox.holdsNothing();
            }
        }
    }

    @Test
    void propertiesOfMqtt5GoThroughUnchanged() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory)) {
            Inbox inbox = new Inbox();
            try (MqttClient client = connect(broker, MqttOptions.clean(ProtocolVersion.MQTT_5, "p"), inbox)) {
                get(client.subscribe(List.of(Subscription.of("req", 2))));
                MessageProperties properties = new MessageProperties(
                        true,
                        3600L,
                        "application/json",
                        "answers/here",
                        new byte[] {0, 1, -1},
                        List.of(Map.entry("a", "1"), Map.entry("a", "2"), Map.entry("ü", "°C")));
                get(client.publish(new ApplicationMessage("req", "x".getBytes(UTF_8), 2, false, false, properties)));
                ApplicationMessage received = inbox.next();
                MessageProperties back = received.properties();
                assertTrue(back.utf8());
                assertEquals("application/json", back.contentType());
                assertEquals("answers/here", back.responseTopic());
                assertArrayEquals(new byte[] {0, 1, -1}, back.correlationData());
                assertEquals(properties.userProperties(), back.userProperties());
                assertTrue(back.expirySeconds() != null && back.expirySeconds() > 3000);
                assertEquals("x", new String(received.payload(), UTF_8));
            }
        }
    }

    @Test
    void subscriptionOptionsAreHonoured() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory)) {
            Inbox inbox = new Inbox();
            try (MqttClient client = connect(broker, MqttOptions.clean(ProtocolVersion.MQTT_5, "o"), inbox)) {
                get(client.publish(ApplicationMessage.of("kept/a", "old".getBytes(UTF_8), 1, true)));
                get(client.subscribe(List.of(
                        new Subscription("kept/a", 1, false, false, RetainHandling.DO_NOT_SEND),
                        new Subscription("own/a", 1, true, false, RetainHandling.SEND),
                        new Subscription("flag/a", 1, false, true, RetainHandling.SEND))));
                get(client.publish(text("own/a", "mine", 1)));
                get(client.publish(ApplicationMessage.of("flag/a", "f".getBytes(UTF_8), 1, true)));
                ApplicationMessage first = inbox.next();
                assertEquals("flag/a", first.topic());
                assertTrue(first.retain());
                get(client.subscribe(List.of(Subscription.of("kept/a", 1))));
                ApplicationMessage kept = inbox.next();
                assertEquals("old", new String(kept.payload(), UTF_8));
                assertTrue(kept.retain());
                get(client.unsubscribe(List.of("kept/a")));
                get(client.publish(text("kept/a", "unheard", 1)));
                get(client.publish(text("flag/a", "heard", 1)));
                assertEquals("heard", inbox.nextText());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void sessionGoesOnAfterAReconnect(ProtocolVersion version) throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory)) {
            MqttOptions lasting = MqttOptions.clean(version, "lasting").withSession(false, 3600);
            Inbox inbox = new Inbox();
            MqttSession session = new MqttSession(100, 100_000);
            try (MqttClient first = MqttClient.connect(broker.address(), lasting, session, inbox)) {
                assertEquals(version == ProtocolVersion.MQTT_3_1, first.sessionPresent());
                get(first.subscribe(List.of(Subscription.of("q", 2))));
            }
            try (MqttClient other = connect(broker, MqttOptions.clean(version, "other"), new Inbox())) {
                for (int i = 0; i < 50; i++) {
                    get(other.publish(text("q", Integer.toString(i), 2)));
                }
            }
            try (MqttClient second = MqttClient.connect(broker.address(), lasting, session, inbox)) {
                assertTrue(second.sessionPresent());
                for (int i = 0; i < 50; i++) {
                    assertEquals(Integer.toString(i), inbox.nextText());
                }
            }
            inbox.holdsNothing();
        }
    }

    @Test
    void stoppedBrokerIsNoticedByTheKeepAlive() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory)) {
            Inbox inbox = new Inbox();
            MqttOptions options = MqttOptions.clean(ProtocolVersion.MQTT_5, "k").withKeepAlive(1);
            try (MqttClient client = connect(broker, options, inbox)) {
                get(client.publish(text("a", "alive", 1)));
                broker.signal("STOP");
                String reason = inbox.end().getMessage();
                assertEquals("the broker did not answer a ping within 1000 ms", reason);
                ExecutionException refused =
                        assertThrows(ExecutionException.class, () -> get(client.publish(text("a", "too late", 1))));
                assertTrue(String.valueOf(refused.getMessage()).contains("not connected"), refused.getMessage());
            } finally {
                broker.signal("CONT");
            }
        }
    }

    @Test
    void silentConnectionIsKeptAliveLongerThanTheBrokerWouldWait() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory, "sys_interval 1")) {
            Inbox watched = new Inbox();
            Inbox inbox = new Inbox();
            MqttOptions options =
                    MqttOptions.clean(ProtocolVersion.MQTT_3_1_1, "quiet").withKeepAlive(3);
            try (MqttClient quiet = connect(broker, options, inbox);
                    MqttClient watcher = connect(broker, MqttOptions.clean(ProtocolVersion.MQTT_3_1_1, "w"), watched)) {
                get(quiet.subscribe(List.of(Subscription.of("late", 0))));
                // mosquitto gives up a client of keep-alive 3 s between 4.5 and 6 s of silence: eight ticks are enough.
                // With less than 3 s a machine that stands still for a second makes both sides give up, rightly.
                get(watcher.subscribe(List.of(Subscription.of("$SYS/broker/uptime", 0))));
                for (int tick = 0; tick < 8; tick++) {
                    watched.next();
                }
                get(watcher.publish(text("late", "still here", 0)));
                assertEquals("still here", inbox.nextText());
            }
        }
    }

    @Test
    void moreThanTheBrokersWindowIsHeldBackAndArrives() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory, "max_inflight_messages 2")) {
            Inbox inbox = new Inbox();
            try (MqttClient client = connect(broker, MqttOptions.clean(ProtocolVersion.MQTT_5, "w"), inbox)) {
                get(client.subscribe(List.of(Subscription.of("w", 2))));
                List<CompletableFuture<Void>> sent = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    sent.add(client.publish(text("w", Integer.toString(i), 2)));
                }
                for (int i = 0; i < 100; i++) {
                    get(sent.get(i));
                    assertEquals(Integer.toString(i), inbox.nextText());
                }
            }
        }
    }

    @Test
    void packetLargerThanTheBrokerTakesFailsAlone() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory, "max_packet_size 1000")) {
            try (MqttClient client = connect(broker, MqttOptions.clean(ProtocolVersion.MQTT_5, "large"), new Inbox())) {
                for (int qos = 0; qos <= 2; qos++) {
                    CompletableFuture<Void> large =
                            client.publish(ApplicationMessage.of("a", new byte[1_000], qos, false));
                    ExecutionException failure = assertThrows(ExecutionException.class, () -> get(large));
                    assertTrue(
                            String.valueOf(failure.getMessage()).contains("the broker takes 1000 at most"),
                            failure.getMessage());
                    get(client.publish(ApplicationMessage.of("a", new byte[900], qos, false)));
                }
            }
        }
    }

    @Test
    void boundOfTheSessionRefusesAtOnce() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory)) {
            MqttSession session = new MqttSession(10, 1_000);
            MqttOptions options = MqttOptions.clean(ProtocolVersion.MQTT_5, "bound");
            try (MqttClient client = MqttClient.connect(broker.address(), options, session, new Inbox())) {
                broker.signal("STOP");
                for (int i = 0; i < 10; i++) {
                    assertFalse(client.publish(text("a", "x", 1)).isCompletedExceptionally());
                }
                assertTrue(client.publish(text("a", "x", 1)).isCompletedExceptionally());
                broker.signal("CONT");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void wrongPasswordIsRefusedInWords(ProtocolVersion version) throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory, "allow_anonymous false")) {
            BrokerAddress address =
                    new BrokerAddress("127.0.0.1", broker.address().port(), "u", "p".getBytes(UTF_8));
            MqttException refused = assertThrows(
                    MqttException.class,
                    () -> MqttClient.connect(
                            address, MqttOptions.clean(version, "x"), new MqttSession(1, 1), new Inbox()));
            assertTrue(String.valueOf(refused.getMessage()).contains("not authorized [0x87]"), refused.getMessage());
        }
    }

    @Test
    void nobodyListeningIsSaidWithTheAddress() {
        MqttException refused = assertThrows(
                MqttException.class,
                () -> MqttClient.connect(
                        BrokerAddress.of("127.0.0.1", 1),
                        MqttOptions.clean(ProtocolVersion.MQTT_5, "x"),
                        new MqttSession(1, 1),
                        new Inbox()));
        assertTrue(String.valueOf(refused.getMessage()).startsWith("cannot connect to 127.0.0.1:1: "));
    }

    @Test
    void acceptedConnectionWithoutAnAnswerTimesOut() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            MqttOptions options =
                    MqttOptions.clean(ProtocolVersion.MQTT_5, "x").withConnectTimeout(Duration.ofMillis(300));
            MqttException late = assertThrows(
                    MqttException.class,
                    () -> MqttClient.connect(
                            BrokerAddress.of("127.0.0.1", silent.getLocalPort()),
                            options,
                            new MqttSession(1, 1),
                            new Inbox()));
            assertTrue(String.valueOf(late.getMessage()).endsWith("did not answer the CONNECT within 300 ms"));
        }
    }

    private static MqttClient connect(MosquittoBroker broker, MqttOptions options, Inbox inbox) throws Exception {
        return MqttClient.connect(broker.address(), options, new MqttSession(1_000, 1 << 20), inbox);
    }

    private static ApplicationMessage text(String topic, String payload, int qos) {
        return ApplicationMessage.of(topic, payload.getBytes(UTF_8), qos, false);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }
}

package io.fieldmouse.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.Broker;
import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.gateway.publish.ApplicationMessage;
import io.fieldmouse.gateway.publish.BrokerAddress;
import io.fieldmouse.gateway.publish.BrokerLink;
import io.fieldmouse.gateway.publish.LinkMessage;
import io.fieldmouse.gateway.publish.MessageProperties;
import io.fieldmouse.gateway.publish.MqttClient;
import io.fieldmouse.gateway.publish.MqttException;
import io.fieldmouse.gateway.publish.MqttOptions;
import io.fieldmouse.gateway.publish.MqttSession;
import io.fieldmouse.gateway.publish.ProtocolVersion;
import io.fieldmouse.gateway.publish.Subscription;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The link inside the process, seen from an MQTT client outside. */
final class EmbeddedLinkTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void readingsGoOutAndCommandsComeInAndTheWillIsLast() throws Exception {
        BrokerConfig config = BrokerConfig.defaults()
                .with("port", "0")
                .with("data", directory.resolve("s").toString());
        Outside outside = new Outside();
        Inside inside = new Inside();
        try (Broker broker = Broker.start(config);
                MqttClient client = MqttClient.connect(
                        BrokerAddress.of("127.0.0.1", broker.port()),
                        MqttOptions.clean(ProtocolVersion.MQTT_5, "outside"),
                        new MqttSession(10, 10_000),
                        outside)) {
            client.subscribe(List.of(Subscription.of("f/#", 1))).get(20, TimeUnit.SECONDS);
            EmbeddedLink link = new EmbeddedLink(broker);
            link.subscribe("c/+");
            assertFalse(link.publish(LinkMessage.of("f/a", bytes("early"), 1, true)));
            link.open(LinkMessage.of("f/gateway", bytes("offline"), 1, true), inside);
            assertTrue(inside.connected.await(20, TimeUnit.SECONDS));

            assertTrue(link.publish(LinkMessage.of("f/a", bytes("reading"), 1, true)));
            assertEquals("f/a reading", outside.next());

            MessageProperties properties =
                    new MessageProperties(false, null, null, "answers", bytes("7"), List.of(Map.entry("k", "v")));
            client.publish(new ApplicationMessage("c/set", bytes("40"), 1, false, false, properties))
                    .get(20, TimeUnit.SECONDS);
            LinkMessage command = inside.next();
            assertEquals("c/set", command.topic());
            assertEquals("answers", command.responseTopic());
            assertArrayEquals(bytes("7"), command.correlationData());
            assertEquals(List.of(Map.entry("k", "v")), command.userProperties());
            assertFalse(command.retain());

            link.close();
            assertEquals("f/gateway offline", outside.next());
            assertFalse(link.publish(LinkMessage.of("f/a", bytes("late"), 1, true)));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static final class Inside implements BrokerLink.Listener {
        private final CountDownLatch connected = new CountDownLatch(1);
        private final BlockingQueue<LinkMessage> messages = new LinkedBlockingQueue<>();

        @Override
        public void connected() {
            connected.countDown();
        }

        @Override
        public void disconnected(String reason) {
            throw new IllegalStateException("an embedded link has nothing to lose: " + reason);
        }

        @Override
        public void received(LinkMessage message) {
            messages.add(message);
        }

        LinkMessage next() throws InterruptedException {
            LinkMessage message = messages.poll(20, TimeUnit.SECONDS);
            assertNotNull(message, "nothing came in");
            return message;
        }
    }

    private static final class Outside implements MqttClient.Listener {
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

        @Override
        public void received(ApplicationMessage message) {
            messages.add(message.topic() + " " + new String(message.payload(), UTF_8));
        }

        @Override
        public void closed(MqttException reason) {
            messages.add("closed: " + reason.getMessage());
        }

        String next() throws InterruptedException {
            String message = messages.poll(20, TimeUnit.SECONDS);
            assertNotNull(message, "nothing went out");
            return message;
        }
    }
}

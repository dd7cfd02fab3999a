package io.fieldmouse.gateway.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The link against a broker that is killed, restarted and stopped. */
final class MqttLinkTest {

    private static final LinkMessage WILL = LinkMessage.of("f/gateway/availability", bytes("offline"), 1, true);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Test
    void publishesAndHearsItsSubscriptions() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory);
                MqttLink link = new MqttLink(broker.address(), "gw")) {
            Events events = new Events();
            link.subscribe("f/+/+/set");
            link.open(WILL, events);
            events.expect("connected");
            LinkMessage command = new LinkMessage(
                    "f/d/p/set", bytes("40"), 1, false, "answers", bytes("42"), List.of(Map.entry("k", "v")));
            assertTrue(link.publish(command));
            LinkMessage back = events.message();
            assertEquals("f/d/p/set", back.topic());
            assertEquals("answers", back.responseTopic());
            assertArrayEquals(bytes("42"), back.correlationData());
            assertEquals(command.userProperties(), back.userProperties());
            assertEquals("40", new String(back.payload(), UTF_8));
        }
    }

    @Test
    void aRetainedMessageShowsItsFlagTheFirstTimeToo() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory);
                MqttLink link = new MqttLink(broker.address(), "gw")) {
            Events events = new Events();
            link.subscribe("f/+/+/set");
            link.open(WILL, events);
            events.expect("connected");
            assertTrue(link.publish(LinkMessage.of("f/d/p/set", bytes("40"), 1, true)));
            assertTrue(link.publish(LinkMessage.of("f/d/p/set", bytes("41"), 1, false)));
            assertTrue(events.message().retain());
            assertFalse(events.message().retain());
        }
    }

    @Test
    void comesBackAfterTheBrokerWasKilledAndSubscribesAgain() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory);
                MqttLink link = new MqttLink(broker.address(), "gw")) {
            Events events = new Events();
            link.open(WILL, events);
            link.subscribe("f/#");
            events.expect("connected");
            broker.kill();
            events.expect("disconnected");
            assertFalse(link.publish(LinkMessage.of("f/a", bytes("lost"), 1, false)));
            broker.restart();
            events.expect("connected");
            assertTrue(link.publish(LinkMessage.of("f/a", bytes("again"), 1, false)));
            assertEquals("again", new String(events.message().payload(), UTF_8));
        }
    }

    @Test
    void waitsForABrokerThatStartsLater() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory)) {
            broker.kill();
            try (MqttLink link = new MqttLink(broker.address(), "gw")) {
                Events events = new Events();
                link.open(WILL, events);
                assertFalse(link.publish(LinkMessage.of("f/a", bytes("early"), 1, false)));
                broker.restart();
                events.expect("connected");
            }
        }
    }

    @Test
    void whatWasTakenIsSentBeforeTheLinkClosesAndTheWillIsNot() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory)) {
            Inbox inbox = new Inbox();
            try (MqttClient watcher = MqttClient.connect(
                    broker.address(),
                    MqttOptions.clean(ProtocolVersion.MQTT_5, "watcher"),
                    new MqttSession(1, 1),
                    inbox)) {
                watcher.subscribe(List.of(Subscription.of("f/#", 1))).get(20, TimeUnit.SECONDS);
                try (MqttLink link = new MqttLink(broker.address(), "gw")) {
                    Events events = new Events();
                    link.open(WILL, events);
                    events.expect("connected");
                    for (int i = 0; i < 100; i++) {
                        assertTrue(link.publish(LinkMessage.of("f/a", bytes(Integer.toString(i)), 1, false)));
                    }
                }
                for (int i = 0; i < 100; i++) {
                    assertEquals(Integer.toString(i), inbox.nextText());
                }
                inbox.holdsNothing();
            }
        }
    }

    @Test
    void stoppedBrokerMakesTheLinkRefuseAtItsBound() throws Exception {
        try (MosquittoBroker broker = MosquittoBroker.start(directory)) {
            MqttLink link = new MqttLink(broker.address(), "gw");
            Events events = new Events();
            link.open(WILL, events);
            events.expect("connected");
            broker.signal("STOP");
            int taken = 0;
            while (link.publish(LinkMessage.of("f/a", new byte[10_000], 1, false))) {
                taken++;
            }
            assertEquals(MqttLink.BYTES_MAX / (10_000 + "f/a".length()), taken);
            assertFalse(link.publish(LinkMessage.of("f/a", new byte[10_000], 0, false)));
            link.close();
            broker.signal("CONT");
        }
    }

    @Test
    void brokerWithoutMqtt5IsMetWithAnOlderVersion() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                MqttLink link = new MqttLink(broker.address(), "gw")) {
            Events events = new Events();
            link.subscribe("f");
            link.open(WILL, events);
            try (ScriptedBroker.Connection first = broker.accept()) {
                assertEquals(5, ScriptedBroker.protocolLevel(first.readPacket()));
                first.write("20 02 00 01");
            }
            try (ScriptedBroker.Connection second = broker.accept()) {
                assertEquals(4, ScriptedBroker.protocolLevel(second.readPacket()));
                second.write("20 02 00 00");
                events.expect("connected");
                // Of the options the QoS alone: the other bits are reserved before MQTT 5.
                byte[] subscribe = second.readPacket();
                assertEquals(1, subscribe[subscribe.length - 1]);
            }
        }
    }

    @Test
    void aMessageThatTheBrokerRefusesIsToldAsLostAndTheLinkStaysUp() throws Exception {
        try (ScriptedBroker broker = new ScriptedBroker();
                MqttLink link = new MqttLink(broker.address(), "gw")) {
            Events events = new Events();
            link.open(WILL, events);
            try (ScriptedBroker.Connection connection = broker.accept()) {
                connection.readPacket();
                connection.write("20 03 00 00 00");
                events.expect("connected");
                assertTrue(link.publish(LinkMessage.of("f/a", bytes("1"), 1, true)));
                connection.readPacket();
                // Not authorized, to the first packet id.
                connection.write("40 03 00 01 87");
                events.expect("lost f/a");
                assertTrue(link.publish(LinkMessage.of("f/b", bytes("2"), 1, true)));
            }
            events.expect("lost f/b");
            events.expect("disconnected");
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Keeps what the link said, for the test to wait on. */
    private static final class Events implements BrokerLink.Listener {

        private final BlockingQueue<String> changes = new LinkedBlockingQueue<>();
        private final BlockingQueue<LinkMessage> messages = new LinkedBlockingQueue<>();

        @Override
        public void connected() {
            changes.add("connected");
        }

        @Override
        public void disconnected(String reason) {
            changes.add("disconnected");
        }

        @Override
        public void received(LinkMessage message) {
            messages.add(message);
        }

        @Override
        public void lost(LinkMessage message) {
            changes.add("lost " + message.topic());
        }

        void expect(String change) throws InterruptedException {
            assertEquals(change, changes.poll(40, TimeUnit.SECONDS));
        }

        LinkMessage message() throws InterruptedException {
            LinkMessage message = messages.poll(20, TimeUnit.SECONDS);
            assertNotNull(message, "no message came");
            return message;
        }
    }
}

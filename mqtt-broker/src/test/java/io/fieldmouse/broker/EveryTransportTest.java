package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client can rely on is the same whatever carries its bytes. */
@ParameterizedClass(name = "{0} lanes, {1}")
@CsvSource({"1,TCP", "4,TCP", "1,TLS", "4,TLS", "1,WS", "4,WS", "1,WSS", "4,WSS", "1,UNIX", "4,UNIX"})
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
class EveryTransportTest extends BrokerTestBase {
    private static final int RACERS = 8;
    private static final int RACES = 25;

    @Parameter(1)
    Transport transport;

    BrokerConfig config() {
        return transport.addTo(TestBroker.config(directory.resolve("data"), lanes), directory);
    }

    @Override
    @BeforeEach
    void startBroker() {
        broker = TestBroker.start(config());
    }

    @Override
    RawClient open(int level) {
        return broker.keep(new RawClient(transport.line(broker.broker(), directory), level));
    }

    @Override
    RawClient client(int level, String clientId) {
        return open(level).connected(Connect.as(level, clientId));
    }

    @Override
    RawClient durable(int level, String clientId) {
        return open(level).connected(Connect.as(level, clientId).durable());
    }

    @Test
    void messagesOfEveryQosAreExchanged() {
        for (int level = 3; level <= 5; level++) {
            RawClient subscriber = client(level, "s" + level);
            RawClient publisher = client(level, "p" + level);
            for (int qos = 0; qos <= 2; qos++) {
                subscriber.subscribe("t/" + level + "/" + qos, 2);
                assertEquals(0, publisher.publish("t/" + level + "/" + qos, "x", qos));
                subscriber.acknowledge(subscriber.expectPublish("t/" + level + "/" + qos, "x", qos));
            }
            subscriber.expectSilence();
        }
    }

    @Test
    void sessionsAndRetainedMessagesAreFoundAgain() {
        RawClient first = durable(5, "c");
        first.subscribe("t", 1);
        first.reset();
        RawClient publisher = client(4, "p");
        assertEquals(0, publisher.publish(Publish.of("t", "kept").retain().qos(1, 1)));
        durable(5, "c").expectPublish("t", "kept", 1);
        RawClient late = client(4, "late");
        late.subscribe("t", 0);
        assertTrue(late.expectPublish("t", "kept").retain());
    }

    @Test
    void willIsSentWhenTheLineIsCut() {
        RawClient watcher = client(4, "watcher");
        watcher.subscribe("gone", 0);
        open(5).connected(Connect.as(5, "c").will("gone", "c", 0, false)).reset();
        watcher.expectPublish("gone", "c");
    }

    @Test
    void clientIsTakenOverAndToldSo() {
        RawClient first = client(5, "c");
        RawClient second = client(5, "c");
        first.expectDisconnect(0x8E);
        second.expectSilence();
    }

    @Test
    void largeMessagesGoBothWays() {
        RawClient client = client(5, "c");
        client.subscribe("t", 1);
        byte[] large = new byte[(1 << 20) - 100];
        Arrays.fill(large, (byte) 'x');
        for (int i = 1; i <= 3; i++) {
            client.send(Publish.of("t", large).qos(1, i));
            Packet packet = client.expect(PacketType.PUBLISH);
            assertTrue(Arrays.equals(large, packet.payload()));
            client.acknowledge(packet);
            client.expect(PacketType.PUBACK, i, 0);
        }
    }

    @Test
    void malformedPacketIsAnsweredThoughMoreIsOnItsWay() {
        RawClient client = client(5, "c");
        client.send(Wire.packet(Wire.PINGREQ, Wire.u8(1)), new byte[300_000]);
        assertEquals(0x81, client.expect(PacketType.DISCONNECT).reason());
        client.expectEnd();
    }

    @Test
    void refusedConnectIsAnswered() {
        RawClient client = open(5);
        client.send(Connect.as(6, "c").bytes());
        assertEquals(0x84, client.expect(PacketType.CONNACK).reason());
        client.expectEnd();
    }

    @Test
    void brokerThatStopsSaysSo() throws InterruptedException {
        RawClient client = client(5, "c");
        Thread closing = new Thread(() -> broker.broker().close());
        closing.start();
        client.expectDisconnect(0x8B);
        closing.join();
    }

    @Test
    void clientThatDoesNotReadIsNotHeldForEver() {
        RawClient deaf = broker.keep(new RawClient(transport.line(broker.broker(), directory, 4096), 4));
        deaf.connected(Connect.as(4, "deaf"));
        deaf.subscribe("flood", 0);
        RawClient publisher = broker.client(4, neighbourOf("deaf"));
        int sent = 0;
        while (broker.count(Counter.DROPPED_SLOW_READER) == 0) {
            publisher.send(Publish.of("flood", new byte[40_000]));
            publisher.expectSilence();
            sent++;
            assertTrue(sent < 1_000, "everything is kept for it");
        }
        deaf.ping();
        while (deaf.receive().type() != PacketType.PINGRESP) {
            // it reads again: everything that was not dropped, and then what it asked for
        }
    }

    @Test
    void clientThatSaysNothingIsClosed() {
        broker.close();
        broker = TestBroker.start(config().with("connect_timeout_seconds", "1"));
        RawClient silent = open(4);
        silent.expectClosed();
    }

    /** On its way from the lane that accepted it to its session's lane a connection loses and doubles nothing. */
    @Test
    void clientsThatSendWhileTheyAreMovedToTheirLaneLoseNothing() throws Exception {
        ExecutorService racers = Executors.newFixedThreadPool(RACERS);
        try {
            List<Future<?>> races = new ArrayList<>();
            for (int racer = 0; racer < RACERS; racer++) {
                String name = "racer" + racer + "-";
                races.add(racers.submit(() -> race(name)));
            }
            for (Future<?> race : races) {
                race.get();
            }
        } finally {
            racers.shutdownNow();
        }
    }

    private void race(String name) {
        for (int i = 0; i < RACES; i++) {
            String id = name + i;
            try (RawClient client = new RawClient(transport.line(broker.broker(), directory), 4)) {
                client.send(Connect.as(4, id).bytes());
                client.send(Wire.packet(Wire.SUBSCRIBE, Wire.u16(1), Wire.text(id), Wire.u8(0)));
                client.send(Publish.of(id, "1").qos(1, 2));
                client.expect(PacketType.CONNACK);
                client.send(Publish.of(id, "2").qos(1, 3));
                client.expect(PacketType.SUBACK);
                client.expectPublish(id, "1");
                client.expect(PacketType.PUBACK, 2, 0);
                client.expectPublish(id, "2");
                client.expect(PacketType.PUBACK, 3, 0);
                client.expectSilence();
            }
        }
    }
}

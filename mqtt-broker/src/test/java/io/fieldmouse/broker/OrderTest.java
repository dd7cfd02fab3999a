package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several publishers and durable subscribers on four lanes, with take-overs and restarts in between: each subscriber
 * sees the messages of each publisher, topic and QoS in the order in which they were sent.
 */
class OrderTest {
    private static final int ROUNDS = 3;
    private static final int BURSTS = 8;
    private static final int BURST = 10;
    private static final int PUBLISHERS = 3;
    private static final int SUBSCRIBERS = 3;
    private static final List<String> TOPICS = List.of("t/1", "t/2");
    private static final int MESSAGES = ROUNDS * BURSTS * BURST;

    @Test
    void orderSurvivesWindowsTakeOversAndRestarts(@TempDir Path directory) {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (TestBroker broker = TestBroker.start(
                directory, 4, "inflight_max", "7", "queue_messages_max", "10000", "durability", "os")) {
            List<Subscriber> subscribers = new ArrayList<>();
            for (int i = 0; i < SUBSCRIBERS; i++) {
                subscribers.add(new Subscriber("subscriber-" + i, i, broker::port));
            }
            List<CompletableFuture<Void>> reading = subscribers.stream()
                    .map(subscriber -> CompletableFuture.runAsync(subscriber::readAll, threads))
                    .toList();
            for (int round = 0; round < ROUNDS; round++) {
                int first = round * BURSTS * BURST + 1;
                List<CompletableFuture<Void>> publishing = new ArrayList<>();
                for (int i = 0; i < PUBLISHERS; i++) {
                    String name = "publisher-" + i;
                    publishing.add(CompletableFuture.runAsync(() -> publish(broker.port(), name, first), threads));
                }
                publishing.forEach(CompletableFuture::join);
                if (round < ROUNDS - 1) {
                    broker.restart();
                }
            }
            reading.forEach(CompletableFuture::join);
            int takeOvers = subscribers.stream().mapToInt(s -> s.takeOvers).sum();
            assertTrue(takeOvers > 0, "nobody was taken over");
        } finally {
            threads.shutdownNow();
        }
    }

    /** Sends bursts of every QoS to both topics without waiting, and completes each burst. */
    private static void publish(int port, String name, int first) {
        try (RawClient client = new RawClient(port, 5)) {
            client.connect(Connect.as(5, name));
            int number = first;
            for (int burst = 0; burst < BURSTS; burst++) {
                int packetId = 1;
                for (int i = 0; i < BURST; i++, number++) {
                    for (String topic : TOPICS) {
                        String text = name + " " + number;
                        client.send(Publish.of(topic, text));
                        client.send(Publish.of(topic, text).qos(1, packetId++));
                        client.send(Publish.of(topic, text).qos(2, packetId++));
                    }
                }
                complete(client, BURST * TOPICS.size());
            }
            client.disconnect();
        }
    }

    private static void complete(RawClient client, int ofEachQos) {
        for (int owed = 2 * ofEachQos; owed > 0; ) {
            Packet packet = client.receive();
            assertTrue(packet.reason() < 0x80, packet::toString);
            if (packet.type() == PacketType.PUBREC) {
                client.pubrel(packet.packetId());
            } else {
                owed--;
            }
        }
    }

    /** Reads until it has every message of QoS 1 and 2, and comes again now and then under its own name. */
    private static final class Subscriber {
        private final String name;
        private final Random random;
        private final IntSupplier port;
        private final Map<String, Integer> last = new HashMap<>();
        private final Set<Integer> unreleased = new HashSet<>();
        private RawClient client;
        private int complete;
        int takeOvers;

        Subscriber(String name, int seed, IntSupplier port) {
            this.name = name;
            this.random = new Random(seed);
            this.port = port;
            this.client = open();
            assertEquals(2, client.subscribe("t/+", 2));
        }

        private RawClient open() {
            RawClient opened = new RawClient(port.getAsInt(), 5);
            opened.send(Connect.as(5, name).durable().bytes());
            Packet answer = opened.receiveUnlessClosed();
            if (answer == null || answer.reason() != 0) {
                opened.close();
                throw new UncheckedIOException(new java.io.IOException("it is stopping"));
            }
            return opened;
        }

        void readAll() {
            while (complete < PUBLISHERS * TOPICS.size() * 2) {
                Packet packet = client.receiveUnlessClosed();
                if (packet == null) {
                    comeAgain();
                } else if (packet.type() == PacketType.PUBREL) {
                    unreleased.remove(packet.packetId());
                    client.pubcomp(packet.packetId());
                } else if (packet.type() == PacketType.PUBLISH) {
                    take(packet);
                }
            }
            client.close();
        }

        /** Without closing what there is: should it be open, it is taken over. */
        private void comeAgain() {
            RawClient old = client;
            BrokerTestBase.await(name + " is back", () -> {
                try {
                    client = open();
                    return true;
                } catch (UncheckedIOException e) {
                    return false; // the broker is about to start again
                }
            });
            old.close();
        }

        private void take(Packet packet) {
            boolean known = packet.qos() == 2 && !unreleased.add(packet.packetId());
            if (!known) {
                check(packet);
            }
            if (packet.qos() > 0 && random.nextInt(40) == 0) {
                takeOvers++;
                comeAgain(); // it owes an acknowledgement to the connection that is taken over
                return;
            }
            switch (packet.qos()) {
                case 1 -> client.puback(packet.packetId());
                case 2 -> client.pubrec(packet.packetId());
                default -> {}
            }
        }

        private void check(Packet packet) {
            String[] words = packet.payloadText().split(" ", -1);
            int number = Integer.parseInt(words[1]);
            String key = words[0] + " " + packet.topic() + " " + packet.qos();
            int before = last.getOrDefault(key, 0);
            boolean sentAgain = packet.qos() == 1 && packet.dup() && number <= before;
            boolean next = packet.qos() == 0 ? number > before : number == before + 1;
            assertTrue(next || sentAgain, () -> name + " after " + before + " of " + key + " received " + packet);
            if (next) {
                last.put(key, number);
                complete += packet.qos() > 0 && number == MESSAGES ? 1 : 0;
            }
        }
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.connection.EmbeddedClients;
import io.fieldmouse.broker.connection.LaneGroup;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Mutator;
import io.fieldmouse.broker.wire.PacketGrammar;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Throws conversations at a broker that a mutator has made bad. As many as the system property {@code fieldmouse.fuzz}
 * says, beginning with {@code fieldmouse.seed}: what failed says which seed to begin with to see it again at once.
 */
class FuzzTest {
    private static final long CASES = Long.getLong("fieldmouse.fuzz", 100_000);
    private static final long FIRST_SEED = Long.getLong("fieldmouse.seed", 1);

    /** Conversations that happen at the same time: they take each other's sessions over. */
    private static final int TOGETHER = 64;

    /** After so many the broker is replaced: sessions under mutated names fill it. */
    private static final int CASES_OF_A_BROKER = 500_000;

    private static final int BATCHES_BETWEEN_EXCHANGES = 25;

    private long seed = FIRST_SEED;
    private long cases;
    private long violations;
    private long published;
    private int exchanges;

    @Test
    void mutatedConversationsHarmNobodyElse(@TempDir Path directory) throws Exception {
        long began = System.nanoTime();
        try (ErrorLog log = new ErrorLog()) {
            for (int round = 0; cases < CASES; round++) {
                fuzzOneBroker(Files.createDirectory(directory.resolve("round-" + round)), log);
            }
        }
        System.out.printf(
                "cases=%d violations=%d published=%d exchanges=%d seconds=%d seeds=%d..%d%n",
                cases,
                violations,
                published,
                exchanges,
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began),
                FIRST_SEED,
                seed - 1);
    }

    private void fuzzOneBroker(Path directory, ErrorLog log) throws Exception {
        List<LaneGroup> lanes = new ArrayList<>();
        BrokerConfig config = TestBroker.config(directory, 1, "durability", "none", "connect_timeout_seconds", "1");
        try (Broker broker = Broker.start(config, InstantSource.system(), System::nanoTime, count -> {
                    LaneGroup group = LaneGroup.fastest(count);
                    lanes.add(group);
                    return group;
                });
                Neighbours neighbours = new Neighbours(broker.port())) {
            EmbeddedClients clients = new EmbeddedClients(lanes.get(0), broker.shared());
            long end = Math.min(CASES, cases + CASES_OF_A_BROKER);
            for (int batch = 0; cases < end; batch++, seed++) {
                CompletableFuture<Void> done = clients.converse(conversations());
                if (batch % BATCHES_BETWEEN_EXCHANGES == 0) {
                    neighbours.exchange();
                    exchanges++;
                }
                join(done);
                assertEquals(List.of(), log.errors(), "-Dfieldmouse.seed=" + seed);
                cases += TOGETHER;
            }
            neighbours.exchange();
            try (RawClient newcomer = new RawClient(broker.port(), 5)) {
                newcomer.connected(Connect.as(5, "newcomer"));
                newcomer.expectSilence();
            }
            BrokerTestBase.await("every connection is forgotten", () -> clients.remembered() == 0);
            violations += broker.count(Counter.VIOLATIONS);
            published += broker.count(Counter.PUBLISH_RECEIVED);
        }
        assertEquals(List.of(), log.errors(), "at the broker's end, -Dfieldmouse.seed=" + seed);
    }

    private List<byte[][]> conversations() {
        Random random = new Random(seed);
        PacketGrammar grammar = new PacketGrammar(random);
        Mutator mutator = new Mutator(random);
        List<byte[][]> conversations = new ArrayList<>();
        for (int i = 0; i < TOGETHER; i++) {
            conversations.add(mutator.pieces(mutator.mutated(grammar.conversation())));
        }
        return conversations;
    }

    private void join(CompletableFuture<Void> done) {
        try {
            done.get(RawClient.DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("-Dfieldmouse.seed=" + seed, e);
        }
    }

    /** Two clients who behave, on sockets. No wildcard reaches their topic, so that no full queue refuses it. */
    private static final class Neighbours implements AutoCloseable {
        private static final String TOPIC = "$neighbours/talk";

        private final RawClient publisher;
        private final RawClient subscriber;
        private int count;

        Neighbours(int port) {
            publisher = new RawClient(port, 5).connected(Connect.as(5, "publisher"));
            subscriber = new RawClient(port, 4).connected(Connect.as(4, "subscriber"));
            assertEquals(2, subscriber.subscribe(TOPIC, 2));
        }

        void exchange() {
            int qos = 1 + count % 2;
            String payload = "message " + count++;
            assertEquals(0, publisher.publish(Publish.of(TOPIC, payload).qos(qos, 1)));
            subscriber.acknowledge(subscriber.expectPublish(TOPIC, payload, qos));
            subscriber.ping();
            assertTrue(subscriber.receive().type() == PacketType.PINGRESP, "nothing comes twice");
        }

        @Override
        public void close() {
            publisher.close();
            subscriber.close();
        }
    }
}

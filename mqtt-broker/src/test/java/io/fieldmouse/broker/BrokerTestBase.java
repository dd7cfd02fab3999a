package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.lane.Lanes;
import io.fieldmouse.broker.lane.SteppedLane;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.store.CommitListener;
import io.fieldmouse.store.Durability;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** A fresh broker for each test, with as many lanes as the class is run with. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
abstract class BrokerTestBase {
    /** In so many turns of its lane the broker takes from a client whatever it is going to take. */
    private static final int TURNS = 20;

    @Parameter(0)
    int lanes;

    @TempDir
    Path directory;

    TestBroker broker;

    @BeforeEach
    void startBroker() {
        broker = TestBroker.start(directory, lanes, settings());
    }

    /** Settings of the broker every test of the class begins with. */
    String[] settings() {
        return new String[0];
    }

    /** Replaces the broker by one with other settings. */
    void restartWith(String... settings) {
        broker.close();
        broker = TestBroker.start(directory, lanes, settings);
    }

    @AfterEach
    void stopBroker() {
        broker.close();
    }

    RawClient client(int level, String clientId) {
        return broker.client(level, clientId);
    }

    RawClient durable(int level, String clientId) {
        return broker.durable(level, clientId);
    }

    /** A session with one subscription, whose client has gone. */
    void subscribedAndAway(String clientId, String filter, int qos) {
        RawClient away = durable(4, clientId);
        assertEquals(qos, away.subscribe(filter, qos));
        away.disconnect();
    }

    RawClient open(int level) {
        return broker.open(level);
    }

    /** A client id that lives on the same lane as the other one. */
    String neighbourOf(String clientId) {
        return idAtHome(clientId, true);
    }

    /** A client id that lives on another lane than the other one; there must be several. */
    String strangerTo(String clientId) {
        return idAtHome(clientId, false);
    }

    /** A client id that lives on another lane than the other one, if there are several. */
    String elsewhereThan(String clientId) {
        return lanes > 1 ? strangerTo(clientId) : neighbourOf(clientId);
    }

    private String idAtHome(String clientId, boolean together) {
        Lanes homes =
                new Lanes(IntStream.range(0, lanes).mapToObj(SteppedLane::new).toList());
        return IntStream.range(0, 1_000)
                .mapToObj(i -> clientId + "-" + i)
                .filter(id -> (homes.homeOf(id) == homes.homeOf(clientId)) == together)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Whether the broker comes to have taken so many messages, or stops before. The neighbour of the client that sends
     * them shows that its lane goes on, turn by turn, so that no clock is needed.
     */
    boolean isTaken(int messages, RawClient neighbour) {
        for (int turn = 0; turn < TURNS && broker.count(Counter.PUBLISH_RECEIVED) < messages; turn++) {
            neighbour.expectSilence();
        }
        return broker.count(Counter.PUBLISH_RECEIVED) >= messages;
    }

    /** What a broker of before has left, in a store that nobody has open. */
    void fillStore(StoreChange... changes) {
        withStore(store -> {
            store.load();
            store.commit(List.of(changes));
        });
    }

    /** The client ids of the sessions in a store that nobody has open. */
    List<String> storedSessions() {
        List<String> ids = new ArrayList<>();
        withStore(store -> store.load().sessions().forEach(session -> ids.add(session.clientId())));
        return ids;
    }

    private void withStore(Consumer<MessageStore> action) {
        CommitListener nobody = new CommitListener() {
            @Override
            public void durableUpTo(long position) {}

            @Override
            public void failing(StoreException cause) {
                throw new AssertionError(cause);
            }

            @Override
            public void recovered() {}
        };
        try (MessageStore store = MessageStore.open(new StoreConfig(directory, Durability.FORCE), nobody)) {
            action.accept(store);
        }
    }

    /** Connects and says whether there was a session. */
    boolean sessionPresent(Connect connect, int level) {
        try (RawClient client = new RawClient(broker.port(), level)) {
            boolean present = client.connect(connect).sessionPresent();
            client.disconnect();
            return present;
        }
    }

    /** Makes sure that the client has received everything that was published before, and nothing of it is left. */
    void expectNothingOnItsWayTo(RawClient subscriber) {
        // Sent from the lane of each: whatever another lane handed over before comes first.
        String topic = "sentinel/" + System.nanoTime();
        subscriber.subscribe(topic, 0);
        for (int i = 0; i < 8; i++) {
            RawClient publisher = client(4, "sentinel-" + i);
            publisher.publish(topic, Integer.toString(i), 0);
            subscriber.expectPublish(topic, Integer.toString(i));
            publisher.send(io.fieldmouse.broker.wire.Wire.packet(0xE0));
            publisher.expectClosed();
        }
        subscriber.unsubscribe(topic);
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + RawClient.DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not happen within " + RawClient.DEADLINE + ": " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(2).toNanos());
        }
    }

    static void expectPubrelThenComplete(RawClient client, int packetId) {
        client.expect(PacketType.PUBREL, packetId, 0);
        client.pubcomp(packetId);
    }
}

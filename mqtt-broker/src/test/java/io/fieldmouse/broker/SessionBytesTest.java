package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.store.recording.FileEvent;
import io.fieldmouse.store.recording.FileRecording;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What sessions make the broker hold although nothing flows: their wills, their subscriptions, and what those ask for. */
@OneLaneAndFour
class SessionBytesTest extends BrokerTestBase {

    @Override
    String[] settings() {
        return new String[] {"session_bytes_max", "65536"};
    }

    private static Connect withWill(int level, String clientId) {
        return Connect.as(level, clientId).will("will", "x".repeat(20_000), 0, false);
    }

    private static String longFilter(int i) {
        return i + "x".repeat(10_000);
    }

    @ParameterizedTest
    @CsvSource({"3, 3", "4, 3", "5, 0x97"})
    void willsOfAllClientsTogetherAreBounded(int level, String refused) {
        RawClient first = open(level).connected(withWill(level, "w0"));
        open(level).connected(withWill(level, "w1"));
        open(level).connected(withWill(level, "w2"));
        assertEquals(
                Integer.decode(refused),
                open(level).connect(withWill(level, "w3")).reason());
        RawClient plain = client(level, "plain");
        assertEquals(level < 5 ? 0 : 0x10, plain.publish("t", "messages go on", 1));
        open(level).connected(withWill(level, "w1")); // takes over, and its will takes the place of the other
        first.disconnect();
        open(level).connected(withWill(level, "w3"));
    }

    @Test
    void sentWillMakesRoomAndOneThatWaitsKeepsIt() {
        for (int i = 0; i < 3; i++) {
            open(5).connected(withWill(5, "w" + i).durable().willWith(Property.willDelay(i == 0 ? 0 : 3600)))
                    .reset();
        }
        await("the first will is sent", () -> open(5).connect(withWill(5, "w3")).reason() == 0);
        broker.restart();
        open(5).connected(withWill(5, "w3"));
        assertEquals(0x97, open(5).connect(withWill(5, "w4")).reason());
    }

    @ParameterizedTest
    @CsvSource({"3, 0x80", "4, 0x80", "5, 0x97"})
    void subscriptionsOfAllClientsTogetherAreBounded(int level, String refused) {
        RawClient greedy = durable(level, "greedy");
        for (int i = 0; i < 6; i++) {
            assertEquals(1, greedy.subscribe(longFilter(i), 1));
        }
        assertEquals(Integer.decode(refused), greedy.subscribe(longFilter(6), 1));
        assertEquals(Integer.decode(refused), client(level, "other").subscribe(longFilter(6), 1));
        assertEquals(2, broker.count(Counter.REFUSED_SUBSCRIPTION));
        assertEquals(0, greedy.subscribe(longFilter(5), 0)); // it is there already
        greedy.disconnect();
        broker.restart();
        RawClient again = durable(level, "greedy");
        assertEquals(Integer.decode(refused), again.subscribe(longFilter(6), 1));
        again.unsubscribe(longFilter(0));
        assertEquals(1, again.subscribe(longFilter(6), 1));
        client(level, "greedy").disconnect(); // discards them all
        RawClient other = client(level, "other");
        for (int i = 0; i < 6; i++) {
            assertEquals(1, other.subscribe(longFilter(i), 1));
        }
    }

    @Test
    void eachLevelOfAFilterWeighs() {
        RawClient client = client(5, "a");
        assertEquals(0, client.subscribe("a/".repeat(199), 0));
        assertEquals(0x97, client.subscribe("b/".repeat(199), 0));
    }

    @Test
    void subscribingStoresNoMessageAndIsRefusedWhenTooMuchWaitsForTheDisk() {
        broker.close();
        try (FileRecording files = FileRecording.named("backlog")) {
            broker = TestBroker.start(TestBroker.config(directory, lanes, "store_backlog_bytes_max", "65536")
                    .withStoreDisk(files::disk));
            RawClient publisher = client(5, "p");
            for (int i = 1; i <= 4; i++) {
                publisher.publish(
                        Publish.of("r/" + i, "x".repeat(10_000)).retain().qos(1, i));
            }
            RawClient client = open(5).connected(Connect.as(5, "a").durable().with(Property.receiveMaximum(1)));
            CountDownLatch diskAnswers = new CountDownLatch(1);
            files.before(event -> awaitForce(event, diskAnswers));
            for (int i = 1; i <= 50; i++) {
                client.sendSubscribe(i, "r/#", 1, new byte[0]);
            }
            for (int i = 51; i <= 60; i++) {
                client.sendSubscribe(i, i + "x".repeat(20_000), 1, new byte[0]);
            }
            client.ping();
            client.expect(PacketType.PINGRESP);
            diskAnswers.countDown();
            List<Integer> codes = new ArrayList<>();
            while (codes.size() < 60) {
                Packet packet = client.receive();
                if (packet.type() == PacketType.SUBACK) {
                    codes.addAll(packet.codes());
                }
            }
            assertEquals(Collections.nCopies(50, 1), codes.subList(0, 50));
            assertTrue(Collections.frequency(codes, 0x97) >= 6, codes::toString);
            broker.close();
        }
    }

    private static void awaitForce(FileEvent event, CountDownLatch diskAnswers) throws IOException {
        try {
            if (event.kind() == FileEvent.Kind.FORCE
                    && !diskAnswers.await(RawClient.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("the test forgot this disk");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}

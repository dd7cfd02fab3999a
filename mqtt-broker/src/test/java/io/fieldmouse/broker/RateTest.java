package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** How many may come in a second, by a clock that stands until it is moved. */
@OneLaneAndFour
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
class RateTest {
    @Parameter
    int lanes;

    @TempDir
    Path directory;

    private final SettableTime time = new SettableTime();

    @Test
    void connectionsBeyondTheRateAreClosedAtOnce() {
        try (TestBroker broker = TestBroker.start(directory, lanes, time, "connections_per_second_max", "3")) {
            IntStream.range(0, 3).forEach(i -> broker.client(5, "c" + i).expectSilence());
            broker.open(5).expectClosed();
            broker.open(4).expectClosed();
            assertEquals(2, broker.count(Counter.REFUSED_CONNECTION_RATE));
            assertEquals(3, broker.count(Counter.CONNECTIONS_ACCEPTED));
            time.pass(Duration.ofMillis(400)); // a third of a second is one
            broker.client(4, "later").expectSilence();
            broker.open(5).expectClosed();
            time.pass(Duration.ofHours(1));
            IntStream.range(0, 3).forEach(i -> broker.client(5, "d" + i).expectSilence());
            broker.open(5).expectClosed();
        }
    }

    @Test
    void publisherBeyondTheRateIsReadMoreSlowlyAndLosesNothing() {
        try (TestBroker broker = TestBroker.start(directory, lanes, time, "messages_per_second_max", "10")) {
            RawClient subscriber = broker.client(4, "s");
            subscriber.subscribe("t", 0);
            RawClient publisher = broker.open(5).connected(Connect.as(5, "p").keepAlive(1));
            for (int i = 0; i < 25; i++) {
                publisher.send(Publish.of("t", Integer.toString(i)).qos(1, i + 1));
            }
            expect(subscriber, publisher, 0, 10);
            assertEquals(1, broker.count(Counter.SLOWED_MESSAGE_RATE));
            broker.client(5, "other").publish("t", "others are not slowed", 0);
            subscriber.expectPublish("t", "others are not slowed");
            time.pass(Duration.ofMillis(500));
            expect(subscriber, publisher, 10, 15);
            time.pass(Duration.ofSeconds(1));
            expect(subscriber, publisher, 15, 25);
            // Longer than its keep alive it was not read from, by its own watch too.
            time.pass(Duration.ofSeconds(1));
            publisher.expectSilence();
        }
    }

    /** These arrive and no more, however often the neighbours are served meanwhile. */
    private static void expect(RawClient subscriber, RawClient publisher, int first, int end) {
        for (int i = first; i < end; i++) {
            subscriber.expectPublish("t", Integer.toString(i));
            publisher.expect(PacketType.PUBACK, i + 1, 0);
        }
        for (int turn = 0; turn < 20; turn++) {
            subscriber.expectSilence();
        }
    }
}

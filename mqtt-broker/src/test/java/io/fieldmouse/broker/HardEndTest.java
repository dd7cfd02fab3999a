package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a broker finds that was not closed: it starts on a copy of the other's files, taken in the middle of everything,
 * and all is as it was, but for the time that has passed.
 */
@OneLaneAndFour
@SuppressWarnings("NullAway.Init") // JUnit fills the field
class HardEndTest extends BrokerTestBase {
    private static final int NO_LOCAL_AND_RETAIN_AS_PUBLISHED = 0x04 | 0x08;

    @TempDir
    Path copy;

    private final SettableTime time = new SettableTime();

    @Override
    @BeforeEach
    void startBroker() {
        broker = TestBroker.start(directory, lanes, time);
    }

    @Override
    @AfterEach
    void stopBroker() {
        broker.close();
    }

    /** Ends it as a kill would, after so much time, or with its clock set back; what follows is of another broker. */
    private void end(Runnable meanwhile) throws IOException {
        for (int i = 0; i < lanes * 8; i++) {
            // From each lane: what it has handed to the store before is on disk when this is.
            client(5, "last-" + i).publish(Publish.of("last/" + i, "x").retain().qos(1, 1));
        }
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        broker.close();
        meanwhile.run();
        broker = TestBroker.start(copy, lanes, time);
    }

    private RawClient back(String clientId) {
        RawClient client = broker.open(5);
        assertTrue(client.connect(Connect.as(5, clientId).durable()).sessionPresent(), clientId);
        return client;
    }

    private RawClient subscriber(String clientId, String filter, int qos) {
        RawClient client = durable(5, clientId);
        assertEquals(qos, client.subscribe(filter, qos));
        return client;
    }

    @Test
    void windowsQueuesAndPacketIdsAreAsTheyWere() throws IOException {
        RawClient reader = subscriber("reader", "t/#", 2);
        RawClient publisher = durable(5, "publisher");
        publisher.publish("t/a", "not received", 2);
        publisher.publish("t/a", "to be released", 2);
        publisher.publish("t/b", "not acknowledged", 1);
        int notReceived = reader.expectPublish("t/a", "not received", 2).packetId();
        int toBeReleased = reader.expectPublish("t/a", "to be released", 2).packetId();
        int notAcknowledged = reader.expectPublish("t/b", "not acknowledged", 1).packetId();
        reader.pubrec(toBeReleased);
        reader.expect(PacketType.PUBREL, toBeReleased, 0);
        reader.reset();
        publisher.publish("t/c", "waits 1", 1);
        publisher.publish("t/c", "waits 2", 2);
        publisher.send(Publish.of("t/d", "half way").qos(2, 777));
        publisher.expect(PacketType.PUBREC, 777, 0);

        end(() -> time.pass(Duration.ofSeconds(30)));
        RawClient again = back("publisher");
        again.send(Publish.of("t/d", "half way").qos(2, 777).dup());
        again.expect(PacketType.PUBREC, 777, 0);
        again.pubrel(777);
        again.expect(PacketType.PUBCOMP, 777, 0);
        RawClient readerAgain = back("reader");
        Packet first = readerAgain.expectPublish("t/a", "not received", 2);
        assertEquals(notReceived, first.packetId());
        assertTrue(first.dup());
        readerAgain.expect(PacketType.PUBREL, toBeReleased, 0);
        Packet third = readerAgain.expectPublish("t/b", "not acknowledged", 1);
        assertEquals(notAcknowledged, third.packetId());
        assertTrue(third.dup());
        List<Packet> waiting = List.of(
                readerAgain.expectPublish("t/c", "waits 1", 1),
                readerAgain.expectPublish("t/c", "waits 2", 2),
                readerAgain.expectPublish("t/d", "half way", 2));
        readerAgain.acknowledge(first);
        readerAgain.pubcomp(toBeReleased);
        readerAgain.acknowledge(third);
        waiting.forEach(readerAgain::acknowledge);
        readerAgain.expectSilence();
    }

    @Test
    void subscriptionsRetainedMessagesAndTheirTimesAreAsTheyWere() throws IOException {
        RawClient options = durable(5, "options");
        options.subscribe("o/#", 1 | NO_LOCAL_AND_RETAIN_AS_PUBLISHED, Property.subscriptionId(268_435_455));
        options.subscribe("$share/g/s", 1);
        client(5, "p")
                .publish(Publish.of("r", "kept")
                        .retain()
                        .qos(2, 1)
                        .with(Property.messageExpiry(100))
                        .with(Property.user("k", "v"))
                        .with(Property.payloadFormat(1))
                        .with(Property.contentType("text"))
                        .with(Property.responseTopic("answer"))
                        .with(Property.correlationData(new byte[] {1, 2})));
        client(5, "p").publish(Publish.of("gone", "x").retain().qos(1, 1).with(Property.messageExpiry(60)));

        time.pass(Duration.ofSeconds(30));
        end(() -> time.pass(Duration.ofSeconds(40)));
        RawClient reader = client(5, "reader");
        reader.subscribe("gone", 0);
        reader.subscribe("r", 2);
        Packet retained = reader.expectPublish("r", "kept", 2);
        assertEquals(30, retained.number(Property.MESSAGE_EXPIRY));
        assertEquals(List.of("k=v"), retained.userProperties());
        assertEquals(1, retained.number(Property.PAYLOAD_FORMAT));
        assertEquals("text", retained.text(Property.CONTENT_TYPE));
        assertEquals("answer", retained.text(Property.RESPONSE_TOPIC));
        assertArrayEquals(new byte[] {1, 2}, retained.data(Property.CORRELATION_DATA));
        RawClient again = back("options");
        again.publish(Publish.of("o/own", "not to itself").qos(1, 1));
        again.expectSilence();
        RawClient other = client(5, "other");
        other.publish(Publish.of("o/x", "retained").retain().qos(2, 1));
        Packet live = again.expectPublish("o/x", "retained", 1);
        assertTrue(live.retain(), "retain as published");
        assertEquals(List.of(268_435_455L), live.numbers(Property.SUBSCRIPTION_ID));
        again.acknowledge(live);
        other.publish("s", "shared", 1);
        again.acknowledge(again.expectPublish("s", "shared", 1));
    }

    /** Of a client that was connected the delay begins with the end, which nobody saw, and so with the start. */
    @Test
    void willsAreSentWhenTheirDelayIsOver() throws IOException {
        subscriber("reader", "will/#", 1).disconnect();
        for (int delay : new int[] {60, 1000}) {
            open(5).connected(Connect.as(5, "left-" + delay)
                            .durable()
                            .will("will/left", Integer.toString(delay), 1, false)
                            .willWith(Property.willDelay(delay)))
                    .reset();
        }
        for (int delay : new int[] {0, 60}) {
            open(5).connected(Connect.as(5, "there-" + delay)
                    .durable()
                    .will("will/there", Integer.toString(delay), 1, false)
                    .willWith(Property.willDelay(delay)));
        }
        await("both have gone", () -> clientsConnected() == 2);
        time.pass(Duration.ofSeconds(40));
        end(() -> time.pass(Duration.ofSeconds(30)));
        RawClient reader = back("reader");
        List<String> sent = Stream.of(reader.expect(PacketType.PUBLISH), reader.expect(PacketType.PUBLISH))
                .map(packet -> packet.topic() + " " + packet.payloadText())
                .sorted()
                .toList();
        assertEquals(List.of("will/left 60", "will/there 0"), sent);
        reader.expectSilence();
    }

    private int clientsConnected() {
        return broker.broker().shared().registries().stream()
                .mapToInt(registry -> registry.context().population().census().connected())
                .max()
                .orElseThrow();
    }

    @Test
    void clockThatWasSetBackCountsAsNoTimePassed() throws IOException {
        RawClient reader = subscriber("reader", "t", 1);
        reader.disconnect();
        open(5).connected(Connect.as(5, "left")
                        .durable()
                        .will("will", "x", 1, true)
                        .willWith(Property.willDelay(60)))
                .reset();
        await("it has gone", () -> clientsConnected() == 0);
        client(5, "p").publish(Publish.of("t", "queued").retain().qos(1, 1).with(Property.messageExpiry(100)));
        end(() -> time.set(Instant.parse("2016-11-20T12:00:00Z")));
        Packet queued = back("reader").expectPublish("t", "queued", 1);
        assertEquals(100, queued.number(Property.MESSAGE_EXPIRY));
        RawClient late = client(5, "late");
        late.subscribe("will", 0);
        late.subscribe("t", 0);
        assertEquals(100, late.expectPublish("t", "queued").number(Property.MESSAGE_EXPIRY));
        time.pass(Duration.ofSeconds(101));
        late.subscribe("t", 0);
        late.expectSilence();
    }

    /** Nobody has left, so no session says when. */
    @Test
    void clockThatIsLostWithThePowerGoesOnFromTheLastThingThatWasStored() throws IOException {
        client(5, "p").publish(Publish.of("t", "x").retain().qos(1, 1).with(Property.messageExpiry(100)));
        time.pass(Duration.ofSeconds(60));
        end(() -> time.set(Instant.EPOCH));
        RawClient late = client(5, "late");
        late.subscribe("t", 0);
        assertEquals(40, late.expectPublish("t", "x").number(Property.MESSAGE_EXPIRY));
        time.pass(Duration.ofSeconds(41));
        late.subscribe("t", 0);
        late.expectSilence();
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.ForwardedProperties;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.store.recording.FileEvent;
import io.fieldmouse.store.recording.FileRecording;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole way down: a disk that fails under a running broker and works again, and nothing is restarted meanwhile. */
@OneLaneAndFour
class FailingDiskTest extends BrokerTestBase {
    private static final Duration FAILURE = Duration.ofSeconds(2);

    private final FileRecording files = FileRecording.named("failingdisk");
    private final List<String> acknowledged = new ArrayList<>();
    private int lastId;

    @Override
    @BeforeEach
    void startBroker() {
        broker = TestBroker.start(TestBroker.config(directory, lanes).withStoreDisk(files::disk));
    }

    @Override
    @AfterEach
    void stopBroker() {
        works();
        broker.close();
        files.close();
    }

    private void noForceReturns() {
        files.before(event -> {
            if (event.kind() == FileEvent.Kind.FORCE) {
                throw new IOException("Input/output error");
            }
        });
    }

    private void isFull() {
        files.before(event -> {
            throw new IOException("No space left on device");
        });
    }

    private void works() {
        files.before(event -> {});
    }

    /** Publishes the next number and says how that was answered. */
    private int publishNext(RawClient publisher, int qos) {
        lastId++;
        String payload = Integer.toString(lastId);
        int reason = publisher.publish(Publish.of("t", payload).qos(qos, lastId));
        if (reason < 0x80) {
            acknowledged.add(payload);
        }
        return reason;
    }

    private RawClient back(String clientId) {
        RawClient client = broker.open(5);
        assertTrue(client.connect(Connect.as(5, clientId).durable()).sessionPresent(), clientId);
        return client;
    }

    private List<String> receiveAll(RawClient client) {
        List<String> all = new ArrayList<>();
        client.ping();
        for (Packet packet = client.receive(); packet.type() == PacketType.PUBLISH; packet = client.receive()) {
            all.add(packet.payloadText());
            if (packet.qos() == 1) {
                client.puback(packet.packetId());
            } else {
                client.pubrec(packet.packetId());
            }
        }
        return all;
    }

    @Test
    void forceThatFailsForTwoSecondsCostsNothingThatWasAcknowledged() {
        subscribedAndAway("away", "t", 1);
        RawClient publisher = durable(5, "publisher");
        assertEquals(0, publishNext(publisher, 1));
        RawClient reader = client(5, "reader");
        reader.subscribe("t", 0);
        long end = System.nanoTime() + FAILURE.toNanos();
        noForceReturns();
        publisher.send(Publish.of("t", "under way").qos(2, 60_000));
        publisher.expectDisconnect(0x80);
        reader.expectPublish("t", "under way");
        RawClient again = back("publisher");
        do {
            assertEquals(0x83, publishNext(again, 1));
        } while (System.nanoTime() < end);
        reader.expectSilence();
        again.send(Publish.of("t", "under way").qos(2, 60_000).dup());
        again.expectSilence();

        works();
        again.expect(PacketType.PUBREC, 60_000, 0);
        again.pubrel(60_000);
        again.expect(PacketType.PUBCOMP, 60_000, 0);
        assertEquals(0, publishNext(again, 2));
        assertEquals(0, publishNext(again, 1));
        broker.restart();
        List<String> expected = new ArrayList<>(acknowledged);
        expected.add(1, "under way");
        assertEquals(expected, receiveAll(back("away")));
    }

    @Test
    void fullDiskRefusesPublishersAndTheBoxGoesOnByItselfWhenThereIsRoom() {
        subscribedAndAway("away", "t", 1);
        RawClient publisher = client(5, "publisher");
        assertEquals(0, publishNext(publisher, 1));
        RawClient reader = client(5, "reader");
        reader.subscribe("reading", 0);
        LocalClient gateway = broker.broker().localClient("gateway", (topic, payload, retain, properties) -> {});
        isFull();
        publisher.send(Publish.of("t", "not acknowledged").qos(1, 60_000));
        publisher.expectDisconnect(0x97);
        RawClient again = client(5, "publisher");
        assertEquals(0x97, publishNext(again, 1));
        assertEquals(
                0x88, broker.open(5).connect(Connect.as(5, "new").durable()).reason());
        for (int i = 0; i < 5; i++) {
            byte[] reading = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
            assertTrue(gateway.publish("reading", reading, Qos.AT_LEAST_ONCE, true, ForwardedProperties.NONE));
            reader.expectPublish("reading", Integer.toString(i));
        }

        works();
        await("publishers are served again", () -> publishNext(again, 1) == 0);
        durable(5, "new").disconnect();
        broker.restart();
        List<String> expected = new ArrayList<>(acknowledged);
        expected.add(1, "not acknowledged"); // and in the queue all the same, as QoS 1 allows
        assertEquals(expected, receiveAll(back("away")));
        RawClient late = client(5, "late");
        late.subscribe("reading", 0);
        late.expectPublish("reading", "4");
        back("new").ping();
    }
}

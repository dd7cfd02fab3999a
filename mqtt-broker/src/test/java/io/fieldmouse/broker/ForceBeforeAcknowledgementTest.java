package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import io.fieldmouse.store.recording.FileEvent;
import io.fieldmouse.store.recording.FileRecording;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/**
 * What is acknowledged has been forced to disk: while the disk's force does not return, no acknowledgement leaves; when
 * it returns, they do. Meanwhile the connections are served, which pings show.
 */
@OneLaneAndFour
@SuppressWarnings("NullAway.Init")
class ForceBeforeAcknowledgementTest {
    @Parameter
    int lanes;

    @TempDir
    Path directory;

    private FileRecording files;
    private TestBroker broker;
    private volatile Disk disk = new Disk();

    /** A disk that answers, or does not until told to. */
    private static final class Disk {
        final CountDownLatch forceBegun = new CountDownLatch(1);
        final CountDownLatch answer = new CountDownLatch(1);
        volatile boolean stands;

        void before(FileEvent event) throws IOException {
            if (event.kind() == FileEvent.Kind.FORCE && stands) {
                forceBegun.countDown();
                try {
                    if (!answer.await(60, TimeUnit.SECONDS)) {
                        throw new IOException("the test forgot this disk");
                    }
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        }
    }

    @BeforeEach
    void start() {
        files = FileRecording.named("acknowledgement");
        files.before(event -> disk.before(event));
        broker = TestBroker.start(TestBroker.config(directory, lanes).withStoreFileSystem(files.fileSystem()));
    }

    @AfterEach
    void stop() {
        disk.answer.countDown();
        broker.close();
        files.close();
    }

    private void standStill() {
        disk = new Disk();
        disk.stands = true;
    }

    private void awaitForce() throws InterruptedException {
        assertTrue(
                disk.forceBegun.await(RawClient.DEADLINE.toSeconds(), TimeUnit.SECONDS),
                "nothing was forced, so nothing can have been acknowledged rightly");
    }

    private void goOn() {
        disk.stands = false;
        disk.answer.countDown();
    }

    private RawClient awayWith(String filter, int qos) {
        RawClient away = broker.durable(4, "away");
        assertEquals(qos, away.subscribe(filter, qos));
        away.disconnect();
        return away;
    }

    @Test
    void pubackWaitsForTheForce() throws InterruptedException {
        awayWith("t", 1);
        RawClient publisher = broker.client(5, "p");
        standStill();
        publisher.send(Publish.of("t", "x").qos(1, 1));
        awaitForce();
        publisher.expectSilence();
        goOn();
        publisher.expect(PacketType.PUBACK, 1, 0);
    }

    @Test
    void pubackOfARetainedMessageWaitsForTheForce() throws InterruptedException {
        RawClient publisher = broker.client(4, "p");
        standStill();
        publisher.send(Publish.of("t", "x").retain().qos(1, 1));
        awaitForce();
        publisher.expectSilence();
        goOn();
        publisher.expect(PacketType.PUBACK, 1, 0);
    }

    @Test
    void pubackOfAMessageNobodyKeepsDoesNotWait() throws InterruptedException {
        awayWith("stored", 1);
        RawClient publisher = broker.client(5, "p");
        RawClient other = broker.client(5, "other");
        standStill();
        publisher.send(Publish.of("stored", "x").qos(1, 1));
        awaitForce();
        assertEquals(0x10, other.publish("nobody", "x", 1));
        publisher.send(Publish.of("nobody", "x").qos(1, 2));
        publisher.expectSilence(); // behind its elder [MQTT-4.6.0-2]
        goOn();
        publisher.expect(PacketType.PUBACK, 1, 0);
        publisher.expect(PacketType.PUBACK, 2, 0x10);
    }

    @Test
    void pubrecWaitsForTheForceOfItsPacketId() throws InterruptedException {
        RawClient publisher = broker.durable(4, "p");
        standStill();
        publisher.send(Publish.of("nobody", "x").qos(2, 1));
        awaitForce();
        publisher.expectSilence();
        publisher.send(Publish.of("nobody", "x").qos(2, 1).dup());
        publisher.expectSilence();
        goOn();
        publisher.expect(PacketType.PUBREC, 1, 0);
        publisher.expect(PacketType.PUBREC, 1, 0);
    }

    @Test
    void pubcompWaitsForTheForceOfTheRelease() throws InterruptedException {
        RawClient publisher = broker.durable(5, "p");
        publisher.send(Publish.of("nobody", "x").qos(2, 1));
        publisher.expect(PacketType.PUBREC, 1, 0x10);
        standStill();
        publisher.pubrel(1);
        awaitForce();
        publisher.expectSilence();
        goOn();
        publisher.expect(PacketType.PUBCOMP, 1, 0);
    }

    @Test
    void subackAndUnsubackWaitForTheForce() throws InterruptedException {
        RawClient client = broker.durable(4, "a");
        standStill();
        client.sendSubscribe(1, "t", 1, new byte[0]);
        awaitForce();
        client.expectSilence();
        goOn();
        client.expect(PacketType.SUBACK);
        standStill();
        client.send(Wire.packet(Wire.UNSUBSCRIBE, Wire.u16(2), Wire.text("t")));
        awaitForce();
        client.expectSilence();
        goOn();
        client.expect(PacketType.UNSUBACK);
    }

    @Test
    void connackOfANewSessionWaitsForTheForce() throws InterruptedException {
        standStill();
        RawClient client = broker.open(5);
        client.send(Connect.as(5, "new").durable().bytes());
        awaitForce();
        // It cannot be pinged before its CONNACK.
        client.expectNothingFor(Duration.ofMillis(200));
        RawClient transientClient = broker.client(4, "transient");
        transientClient.expectSilence();
        goOn();
        assertEquals(0, client.expect(PacketType.CONNACK).reason());
    }

    @Test
    void connackThatDiscardsASessionWaitsForTheForce() throws InterruptedException {
        awayWith("t", 1);
        standStill();
        RawClient client = broker.open(4);
        client.send(Connect.as(4, "away").bytes());
        awaitForce();
        client.expectNothingFor(Duration.ofMillis(200));
        goOn();
        assertEquals(0, client.expect(PacketType.CONNACK).reason());
    }

    @Test
    void qos2MessageLeavesAfterTheForceOfItsPacketId() throws InterruptedException {
        RawClient subscriber = broker.durable(4, "s");
        subscriber.subscribe("t", 2);
        RawClient publisher = broker.client(4, "p");
        standStill();
        publisher.send(Publish.of("t", "x").qos(2, 1));
        awaitForce();
        subscriber.expectSilence();
        publisher.expectSilence();
        goOn();
        subscriber.expectPublish("t", "x", 2);
        publisher.expect(PacketType.PUBREC, 1, 0);
    }

    @Test
    void pubrelLeavesAfterTheForceOfWhatItReleases() throws InterruptedException {
        RawClient subscriber = broker.durable(4, "s");
        subscriber.subscribe("t", 2);
        RawClient publisher = broker.client(4, "p");
        publisher.publish("t", "x", 2);
        Packet packet = subscriber.expectPublish("t", "x", 2);
        standStill();
        subscriber.pubrec(packet.packetId());
        awaitForce();
        subscriber.expectSilence();
        goOn();
        subscriber.expect(PacketType.PUBREL, packet.packetId(), 0);
    }

    @Test
    void qos1MessageMayLeaveBeforeTheForceButItsPubackNot() throws InterruptedException {
        RawClient subscriber = broker.durable(4, "s");
        subscriber.subscribe("t", 1);
        RawClient publisher = broker.client(4, "p");
        standStill();
        publisher.send(Publish.of("t", "x").qos(1, 1));
        awaitForce();
        subscriber.expectPublish("t", "x", 1);
        publisher.expectSilence();
        goOn();
        publisher.expect(PacketType.PUBACK, 1, 0);
    }

    @Test
    void storeThatFailsAcknowledgesNothingAnyMore() throws InterruptedException {
        awayWith("t", 1);
        RawClient publisher = broker.client(5, "p");
        RawClient watcher = broker.client(5, "w");
        watcher.subscribe("live", 0);
        files.before(event -> {
            if (event.kind() == FileEvent.Kind.FORCE) {
                throw new IOException("no space left on device");
            }
        });
        publisher.send(Publish.of("t", "x").qos(1, 1));
        publisher.expectDisconnect(0x80);
        RawClient next = broker.client(5, "next");
        assertEquals(0x80, next.publish("t", "y", 1));
        assertEquals(0x80, next.publish("t", "y", 2));
        next.publish("live", "still", 0);
        watcher.expectPublish("live", "still");
        RawClient old = broker.client(4, "old");
        old.send(Publish.of("t", "z").qos(1, 1));
        old.expectClosed();
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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

    private final StandingDisk disk = new StandingDisk("acknowledgement");
    private TestBroker broker;

    @BeforeEach
    void start() {
        broker = TestBroker.start(TestBroker.config(directory, lanes).withStoreDisk(disk::files));
    }

    @AfterEach
    void stop() {
        disk.goOn();
        broker.close();
        disk.close();
    }

    private RawClient awayWith(String filter, int qos) {
        RawClient away = broker.durable(4, "away");
        assertEquals(qos, away.subscribe(filter, qos));
        away.disconnect();
        return away;
    }

    @Test
    @Proves("MQTT-4.3.2-4")
    void pubackWaitsForTheForce() throws InterruptedException {
        awayWith("t", 1);
        RawClient publisher = broker.client(5, "p");
        disk.standStill();
        publisher.send(Publish.of("t", "x").qos(1, 1));
        disk.awaitForce();
        publisher.expectSilence();
        disk.goOn();
        publisher.expect(PacketType.PUBACK, 1, 0);
    }

    @Test
    void pubackOfARetainedMessageWaitsForTheForce() throws InterruptedException {
        RawClient publisher = broker.client(4, "p");
        disk.standStill();
        publisher.send(Publish.of("t", "x").retain().qos(1, 1));
        disk.awaitForce();
        publisher.expectSilence();
        disk.goOn();
        publisher.expect(PacketType.PUBACK, 1, 0);
    }

    @Test
    void pubackOfAMessageNobodyKeepsDoesNotWait() throws InterruptedException {
        awayWith("stored", 1);
        RawClient publisher = broker.client(5, "p");
        RawClient other = broker.client(5, "other");
        disk.standStill();
        publisher.send(Publish.of("stored", "x").qos(1, 1));
        disk.awaitForce();
        assertEquals(0x10, other.publish("nobody", "x", 1));
        publisher.send(Publish.of("nobody", "x").qos(1, 2));
        publisher.expectSilence(); // behind its elder [MQTT-4.6.0-2]
        disk.goOn();
        publisher.expect(PacketType.PUBACK, 1, 0);
        publisher.expect(PacketType.PUBACK, 2, 0x10);
    }

    @Test
    @Proves("MQTT-4.3.3-8")
    void pubrecWaitsForTheForceOfItsPacketId() throws InterruptedException {
        RawClient publisher = broker.durable(4, "p");
        disk.standStill();
        publisher.send(Publish.of("nobody", "x").qos(2, 1));
        disk.awaitForce();
        publisher.expectSilence();
        publisher.send(Publish.of("nobody", "x").qos(2, 1).dup());
        publisher.expectSilence();
        disk.goOn();
        publisher.expect(PacketType.PUBREC, 1, 0); // which answers the copy too
        publisher.expectSilence();
    }

    @Test
    void pubcompWaitsForTheForceOfTheRelease() throws InterruptedException {
        RawClient publisher = broker.durable(5, "p");
        publisher.send(Publish.of("nobody", "x").qos(2, 1));
        publisher.expect(PacketType.PUBREC, 1, 0x10);
        disk.standStill();
        publisher.pubrel(1);
        disk.awaitForce();
        publisher.expectSilence();
        disk.goOn();
        publisher.expect(PacketType.PUBCOMP, 1, 0);
    }

    @Test
    void subackAndUnsubackWaitForTheForce() throws InterruptedException {
        RawClient client = broker.durable(4, "a");
        disk.standStill();
        client.sendSubscribe(1, "t", 1, new byte[0]);
        disk.awaitForce();
        client.expectSilence();
        disk.goOn();
        client.expect(PacketType.SUBACK);
        disk.standStill();
        client.send(Wire.packet(Wire.UNSUBSCRIBE, Wire.u16(2), Wire.text("t")));
        disk.awaitForce();
        client.expectSilence();
        disk.goOn();
        client.expect(PacketType.UNSUBACK);
    }

    @Test
    void unsubackOfASubscriptionThatIsGoneOnlyInMemoryWaitsForTheForce() throws InterruptedException {
        RawClient first = broker.durable(5, "a");
        first.subscribe("t", 1);
        disk.standStill();
        byte[] unsubscribe = Wire.packet(Wire.UNSUBSCRIBE, Wire.u16(1), Wire.properties(), Wire.text("t"));
        first.send(unsubscribe);
        disk.awaitForce();
        RawClient second = broker.durable(5, "a");
        second.send(unsubscribe);
        second.expectSilence();
        disk.goOn();
        assertEquals(List.of(0x11), second.expect(PacketType.UNSUBACK).codes());
    }

    @Test
    void connackOfANewSessionWaitsForTheForce() throws InterruptedException {
        disk.standStill();
        RawClient client = broker.open(5);
        client.send(Connect.as(5, "new").durable().bytes());
        disk.awaitForce();
        // It cannot be pinged before its CONNACK.
        client.expectNothingFor(Duration.ofMillis(200));
        RawClient transientClient = broker.client(4, "transient");
        transientClient.expectSilence();
        disk.goOn();
        assertEquals(0, client.expect(PacketType.CONNACK).reason());
    }

    @Test
    void connackOfASessionThatIsNotYetOnDiskWaitsAlsoForItsSecondConnection() throws InterruptedException {
        disk.standStill();
        RawClient first = broker.open(5);
        first.send(Connect.as(5, "new").durable().bytes());
        disk.awaitForce();
        RawClient second = broker.open(5);
        second.send(Connect.as(5, "new").durable().bytes());
        second.expectNothingFor(Duration.ofMillis(200));
        disk.goOn();
        Packet answer = second.expect(PacketType.CONNACK);
        assertEquals(0, answer.reason());
        assertTrue(answer.sessionPresent());
    }

    @Test
    void connackThatDiscardsASessionWaitsForTheForce() throws InterruptedException {
        awayWith("t", 1);
        disk.standStill();
        RawClient client = broker.open(4);
        client.send(Connect.as(4, "away").bytes());
        disk.awaitForce();
        client.expectNothingFor(Duration.ofMillis(200));
        disk.goOn();
        assertEquals(0, client.expect(PacketType.CONNACK).reason());
    }

    @Test
    void qos2MessageLeavesAfterTheForceOfItsPacketId() throws InterruptedException {
        RawClient subscriber = broker.durable(4, "s");
        subscriber.subscribe("t", 2);
        RawClient publisher = broker.client(4, "p");
        disk.standStill();
        publisher.send(Publish.of("t", "x").qos(2, 1));
        disk.awaitForce();
        subscriber.expectSilence();
        publisher.expectSilence();
        disk.goOn();
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
        disk.standStill();
        subscriber.pubrec(packet.packetId());
        disk.awaitForce();
        subscriber.expectSilence();
        disk.goOn();
        subscriber.expect(PacketType.PUBREL, packet.packetId(), 0);
    }

    @Test
    void qos1MessageMayLeaveBeforeTheForceButItsPubackNot() throws InterruptedException {
        RawClient subscriber = broker.durable(4, "s");
        subscriber.subscribe("t", 1);
        RawClient publisher = broker.client(4, "p");
        disk.standStill();
        publisher.send(Publish.of("t", "x").qos(1, 1));
        disk.awaitForce();
        subscriber.expectPublish("t", "x", 1);
        publisher.expectSilence();
        disk.goOn();
        publisher.expect(PacketType.PUBACK, 1, 0);
    }

    @Test
    @Proves("MQTT-4.8.0-2 of 3.1.1")
    void storeThatFailsAcknowledgesNothingAnyMore() throws InterruptedException {
        awayWith("t", 1);
        RawClient publisher = broker.client(5, "p");
        RawClient watcher = broker.client(5, "w");
        watcher.subscribe("live", 0);
        disk.fail();
        publisher.send(Publish.of("t", "x").qos(1, 1));
        publisher.expectDisconnect(0x97);
        RawClient next = broker.client(5, "next");
        assertEquals(0x97, next.publish("t", "y", 1));
        assertEquals(0x97, next.publish("t", "y", 2));
        next.publish("live", "still", 0);
        watcher.expectPublish("live", "still");
        RawClient old = broker.client(4, "old");
        old.send(Publish.of("t", "z").qos(1, 1));
        old.expectClosed();
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PUBACK, PUBREC, PUBREL and PUBCOMP, both ways, on connections that last. */
@OneLaneAndFour
class AcknowledgementTest extends BrokerTestBase {

    @Test
    @Proves({"MQTT-3.4.2-1", "MQTT-3.5.2-1"})
    void messageWithoutReceiversIsAcknowledgedWithItsReason() {
        RawClient mqtt5 = client(5, "a");
        assertEquals(0x10, mqtt5.publish("nobody/listens", "x", 1));
        assertEquals(0x10, mqtt5.publish("nobody/listens", "x", 2));
        assertEquals(0, client(4, "b").publish("nobody/listens", "x", 2));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-4.3.3-10", "MQTT-4.3.3-11", "MQTT-4.3.3-12", "MQTT-4.3.3-2 of 3.1.1"})
    void copyOfAQos2MessageIsAcknowledgedEachTimeAndDeliveredOnce(int level) {
        RawClient subscriber = client(5, "s");
        subscriber.subscribe("t", 0);
        RawClient publisher = client(level, "p");
        publisher.send(Publish.of("t", "x").qos(2, 7));
        publisher.expect(PacketType.PUBREC, 7, 0);
        for (int i = 0; i < 3; i++) {
            publisher.send(Publish.of("t", "x").qos(2, 7).dup());
            publisher.expect(PacketType.PUBREC, 7, 0);
        }
        publisher.pubrel(7);
        publisher.expect(PacketType.PUBCOMP, 7, 0);
        subscriber.expectPublish("t", "x");
        expectNothingOnItsWayTo(subscriber);
        assertEquals(0, publisher.publish(Publish.of("t", "y").qos(2, 7)));
        subscriber.expectPublish("t", "y");
    }

    @Test
    void qos2MessageMarkedAsCopyButNeverSeenIsNew() {
        RawClient subscriber = client(4, "s");
        subscriber.subscribe("t", 0);
        RawClient publisher = client(5, "p");
        assertEquals(0, publisher.publish(Publish.of("t", "x").qos(2, 7).dup()));
        assertFalse(subscriber.expectPublish("t", "x").dup());
    }

    @Test
    @Proves({"MQTT-3.7.2-1", "MQTT-4.3.3-11"})
    void pubrelOfAnUnknownMessageIsAnswered() {
        RawClient mqtt5 = client(5, "a");
        mqtt5.pubrel(9);
        mqtt5.expect(PacketType.PUBCOMP, 9, 0x92);
        RawClient mqtt3 = client(4, "b");
        mqtt3.pubrel(9);
        mqtt3.expect(PacketType.PUBCOMP, 9, 0);
    }

    @Test
    @Proves("MQTT-3.6.2-1")
    void strayAcknowledgementsAreHarmless() {
        RawClient client = client(5, "a");
        client.puback(5);
        client.pubcomp(6);
        client.expectSilence();
        client.pubrec(7);
        client.expect(PacketType.PUBREL, 7, 0x92);
        client.subscribe("t", 1);
        client.publish(Publish.of("other", "x").qos(1, 1));
        client.expectSilence();
    }

    @Test
    @Proves("MQTT-4.4.0-1")
    void nothingIsSentAgainWhileTheConnectionLasts() {
        RawClient subscriber = client(4, "s");
        subscriber.subscribe("t", 2);
        RawClient publisher = client(4, "p");
        publisher.publish("t", "one", 1);
        publisher.publish("t", "two", 2);
        Packet one = subscriber.expectPublish("t", "one", 1);
        Packet two = subscriber.expectPublish("t", "two", 2);
        // Other traffic gives it occasion enough.
        for (int i = 0; i < 20; i++) {
            publisher.publish("t", "n" + i, 0);
            subscriber.expectPublish("t", "n" + i, 0);
        }
        subscriber.expectNothingFor(java.time.Duration.ofMillis(1500));
        subscriber.acknowledge(one);
        subscriber.acknowledge(two);
        subscriber.expectSilence();
    }

    @Test
    @Proves({"MQTT-4.3.3-4", "MQTT-4.4.0-2"})
    void pubrecWithAnErrorEndsTheExchangeAndFreesTheWindow() {
        RawClient subscriber = open(5).connected(Connect.as(5, "s").with(Property.receiveMaximum(1)));
        subscriber.subscribe("t", 2);
        RawClient publisher = client(5, "p");
        publisher.publish("t", "refused", 2);
        publisher.publish("t", "next", 2);
        Packet refused = subscriber.expectPublish("t", "refused", 2);
        subscriber.send(Wire.packet(Wire.PUBREC, Wire.u16(refused.packetId()), Wire.u8(0x97)));
        Packet next = subscriber.expectPublish("t", "next", 2); // and no PUBREL before it [MQTT-4.3.3-4]
        subscriber.acknowledge(next);
        subscriber.expectSilence();
    }

    @Test
    void repeatedPubrecIsAnsweredAgain() {
        RawClient subscriber = client(5, "s");
        subscriber.subscribe("t", 2);
        client(5, "p").publish("t", "x", 2);
        Packet packet = subscriber.expectPublish("t", "x", 2);
        subscriber.pubrec(packet.packetId());
        subscriber.expect(PacketType.PUBREL, packet.packetId(), 0);
        subscriber.pubrec(packet.packetId());
        subscriber.expect(PacketType.PUBREL, packet.packetId(), 0);
        subscriber.pubcomp(packet.packetId());
        subscriber.expectSilence();
    }

    @Test
    void acknowledgementOfTheWrongKindSettlesNothing() {
        RawClient subscriber = durable(5, "s");
        subscriber.subscribe("t", 2);
        RawClient publisher = client(5, "p");
        publisher.publish("t", "x", 2);
        Packet packet = subscriber.expectPublish("t", "x", 2);
        subscriber.puback(packet.packetId());
        subscriber.pubcomp(packet.packetId());
        subscriber.expectSilence();
        subscriber.reset();
        RawClient again = durable(5, "s");
        assertTrue(again.expectPublish("t", "x", 2).dup());
    }

    @Test
    @Proves({"MQTT-4.3.2-4", "MQTT-4.3.3-8"})
    void acknowledgementsComeInTheOrderOfTheMessages() {
        RawClient subscriber = durable(5, "s");
        subscriber.subscribe("stored", 2);
        RawClient publisher = client(5, "p");
        for (int i = 1; i <= 60; i += 3) {
            publisher.send(
                    Publish.of("stored", "x").qos(1, i).bytes(5),
                    Publish.of("not/stored", "x").qos(1, i + 1).bytes(5),
                    Publish.of("stored", "x").qos(2, i + 2).bytes(5));
        }
        for (int i = 1; i <= 60; i += 3) {
            publisher.expect(PacketType.PUBACK, i, 0);
            publisher.expect(PacketType.PUBACK, i + 1, 0x10);
            publisher.expect(PacketType.PUBREC, i + 2, 0);
        }
    }
}

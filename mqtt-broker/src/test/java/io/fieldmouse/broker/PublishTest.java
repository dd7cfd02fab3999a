package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PUBLISH and its acknowledgements, both ways, on connections that last. */
@OneLaneAndFour
class PublishTest extends BrokerTestBase {

    @ParameterizedTest
    @CsvSource({"3,3", "3,5", "4,4", "4,5", "5,3", "5,4", "5,5"})
    @Proves({
        "MQTT-2.2.1-2",
        "MQTT-2.2.1-5",
        "MQTT-2.2.2-1",
        "MQTT-3.2.2-10",
        "MQTT-3.3.1-2",
        "MQTT-3.3.4-1",
        "MQTT-3.8.4-8",
        "MQTT-4.3.1-1",
        "MQTT-4.3.2-2",
        "MQTT-4.3.3-2",
        "MQTT-2.3.1-5 of 3.1.1",
        "MQTT-2.3.1-6 of 3.1.1",
        "MQTT-3.3.1-2 of 3.1.1",
        "MQTT-3.3.4-1 of 3.1.1",
        "MQTT-3.8.4-6 of 3.1.1",
        "MQTT-4.3.1-1 of 3.1.1"
    })
    void messagesArriveAtTheLowerQos(int from, int to) {
        RawClient publisher = client(from, "p");
        RawClient subscriber = client(to, "s");
        for (int granted = 0; granted <= 2; granted++) {
            assertEquals(granted, subscriber.subscribe("t", granted));
            for (int qos = 0; qos <= 2; qos++) {
                publisher.publish("t", "q" + qos, qos);
                Packet packet = subscriber.expectPublish("t", "q" + qos, Math.min(qos, granted));
                assertFalse(packet.dup());
                assertFalse(packet.retain());
                subscriber.acknowledge(packet);
            }
        }
        subscriber.expectSilence();
    }

    @Test
    void emptyAndLargePayloadsArriveWhole() {
        RawClient subscriber = client(5, "s");
        RawClient old = client(3, "old");
        subscriber.subscribe("t", 1);
        old.subscribe("t", 2);
        RawClient publisher = client(5, "p");
        for (int size : new int[] {0, 1, 127, 128, 4095, 4096, 4097, 16_383, 70_000, 1_000_000}) {
            byte[] payload = new byte[size];
            for (int i = 0; i < size; i++) {
                payload[i] = (byte) (i * 31 + size);
            }
            publisher.publish(Publish.of("t", payload).qos(1, publisher.nextPacketId()));
            for (RawClient receiver : List.of(subscriber, old)) {
                Packet packet = receiver.expect(PacketType.PUBLISH);
                assertArrayEquals(payload, packet.payload());
                receiver.acknowledge(packet);
            }
        }
    }

    @Test
    @Proves({"MQTT-3.3.2-4", "MQTT-3.3.2-15", "MQTT-3.3.2-16", "MQTT-3.3.2-17", "MQTT-3.3.2-18", "MQTT-3.3.2-20"})
    void propertiesAreForwardedUnalteredAndInOrder() {
        RawClient subscriber = client(5, "s");
        subscriber.subscribe("t", 1);
        RawClient publisher = client(5, "p");
        publisher.publish(Publish.of("t", "x")
                .qos(1, 1)
                .with(Property.user("b", "1"))
                .with(Property.contentType("text/plain"))
                .with(Property.user("a", "2"))
                .with(Property.responseTopic("answers/here"))
                .with(Property.correlationData(new byte[] {0, -1, 7}))
                .with(Property.user("b", "3"))
                .with(Property.payloadFormat(1)));
        Packet packet = subscriber.expectPublish("t", "x", 1);
        assertEquals(List.of("b=1", "a=2", "b=3"), packet.userProperties()); // [MQTT-3.3.2-18]
        assertEquals("text/plain", packet.text(Property.CONTENT_TYPE));
        assertEquals("answers/here", packet.text(Property.RESPONSE_TOPIC));
        assertArrayEquals(new byte[] {0, -1, 7}, packet.data(Property.CORRELATION_DATA));
        assertEquals(1, packet.number(Property.PAYLOAD_FORMAT));
        assertFalse(packet.has(Property.MESSAGE_EXPIRY));
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 118, 119, 120, 121, 122, 130, 250, 16_000, 17_000})
    void longPropertiesDoNotSpillIntoThePayload(int valueLength) {
        RawClient subscriber = client(5, "s");
        subscriber.subscribe("t", 0);
        String value = "v".repeat(valueLength);
        client(5, "p")
                .send(Publish.of("t", "payload").with(Property.user("k", value)).with(Property.payloadFormat(1)));
        Packet packet = subscriber.expectPublish("t", "payload");
        assertEquals(List.of("k=" + value), packet.userProperties());
        assertEquals(1, packet.number(Property.PAYLOAD_FORMAT));
    }

    @Test
    void propertiesOfAMqtt5MessageAreLeftOutForOlderClients() {
        RawClient subscriber = client(4, "s");
        subscriber.subscribe("t", 0);
        client(5, "p").send(Publish.of("t", "x").with(Property.contentType("a")).with(Property.messageExpiry(9)));
        subscriber.expectPublish("t", "x");
    }

    @Test
    void expiryIsForwardedAsWhatRemains() {
        RawClient subscriber = client(5, "s");
        subscriber.subscribe("t", 0);
        client(5, "p").send(Publish.of("t", "x").with(Property.messageExpiry(100)));
        long remaining = subscriber.expectPublish("t", "x").number(Property.MESSAGE_EXPIRY);
        assertTrue(remaining > 60 && remaining <= 100, "remaining " + remaining);
    }

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
    @Proves({"MQTT-3.3.1-3", "MQTT-3.3.1-3 of 3.1.1"})
    void copyMarkOfQos1IsNotForwarded() {
        RawClient subscriber = client(4, "s");
        subscriber.subscribe("t", 1);
        RawClient publisher = client(4, "p");
        publisher.publish(Publish.of("t", "x").qos(1, 1).dup());
        assertFalse(subscriber.expectPublish("t", "x").dup()); // [MQTT-3.3.1-3]
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

    @Test
    @Proves({"MQTT-4.5.0-1", "MQTT-4.5.0-1 of 3.1.1"})
    void oneMessageReachesManySubscribersOnce() {
        RawClient[] subscribers = new RawClient[60];
        for (int i = 0; i < subscribers.length; i++) {
            subscribers[i] = client(3 + i % 3, "s" + i);
            subscribers[i].subscribe(i % 2 == 0 ? "t/+" : "t/#", i % 3);
        }
        RawClient publisher = client(5, "p");
        for (int qos = 0; qos <= 2; qos++) {
            publisher.publish("t/x", "m" + qos, qos);
            for (int i = 0; i < subscribers.length; i++) {
                subscribers[i].acknowledge(subscribers[i].expectPublish("t/x", "m" + qos, Math.min(qos, i % 3)));
            }
        }
        for (RawClient subscriber : subscribers) {
            subscriber.expectSilence();
        }
    }

    @Test
    @Proves({"MQTT-4.6.0-5", "MQTT-4.6.0-6", "MQTT-4.6.0-5 of 3.1.1", "MQTT-4.6.0-6 of 3.1.1"})
    void orderHoldsForEachPublisherTopicAndQosUnderLoad() throws InterruptedException {
        restartWith("durability", "none", "queue_messages_max", "1000000");
        int publishers = 6;
        int each = 900;
        RawClient subscriber = client(5, "s");
        subscriber.subscribe("load/#", 2);
        Thread[] threads = new Thread[publishers];
        for (int p = 0; p < publishers; p++) {
            RawClient publisher = client(4, "p" + p);
            int number = p;
            threads[p] = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    publisher.send(Publish.of("load/" + number + "/" + i % 2, Integer.toString(i))
                            .qos(i % 3, i % 3 == 0 ? 0 : i + 1));
                    if (i % 3 == 2) {
                        publisher.send(Wire.packet(Wire.PUBREL, Wire.u16(i + 1)));
                    }
                }
            });
            threads[p].start();
        }
        Map<String, Integer> last = new HashMap<>();
        int received = 0;
        while (received < publishers * each) {
            Packet packet = subscriber.receive();
            switch (packet.type()) {
                case PUBLISH -> {
                    received++;
                    String lane = packet.topic() + " at QoS " + packet.qos();
                    int now = Integer.parseInt(packet.payloadText());
                    int before = last.getOrDefault(lane, -1);
                    assertTrue(now > before, () -> lane + ": " + now + " came after " + before);
                    last.put(lane, now);
                    if (packet.qos() == 1) {
                        subscriber.puback(packet.packetId());
                    } else if (packet.qos() == 2) {
                        subscriber.pubrec(packet.packetId());
                    }
                }
                case PUBREL -> subscriber.pubcomp(packet.packetId());
                default -> throw new AssertionError(packet.toString());
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, broker.count(Counter.REFUSED_QUEUE_FULL));
        assertEquals(publishers * 6, last.size());
    }

    @Test
    @Proves("MQTT-3.2.2-15")
    void tooLargePacketIsRefusedByItsLengthAlone() {
        restartWith("packet_bytes_max", "1000");
        RawClient mqtt5 = client(5, "a");
        mqtt5.send(Wire.hex("30 ff ff ff 7f"));
        mqtt5.expectDisconnect(0x95);
        RawClient mqtt3 = client(4, "b");
        mqtt3.send(Wire.hex("30 e7 07"));
        mqtt3.expectClosed();
        RawClient fits = client(4, "c");
        fits.subscribe("t", 0);
        fits.send(Publish.of("t", new byte[1000 - 6]));
        assertEquals(994, fits.expect(PacketType.PUBLISH).payload().length);
    }

    @Test
    @Proves({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    void packetTooLargeForItsReceiverIsDroppedAndTheNextComes() {
        RawClient small = open(5).connected(Connect.as(5, "s").with(Property.maximumPacketSize(50)));
        small.subscribe("t", 2);
        RawClient publisher = client(5, "p");
        // 2 fixed header + 3 topic + 2 packet id + 1 property length
        for (int qos = 0; qos <= 2; qos++) {
            int overhead = qos == 0 ? 6 : 8;
            publisher.publish("t", "x".repeat(51 - overhead), qos);
            publisher.publish("t", "y".repeat(50 - overhead), qos);
            Packet packet = small.expectPublish("t", "y".repeat(50 - overhead), qos);
            assertEquals(50, packet.size());
            small.acknowledge(packet);
        }
        assertEquals(3, broker.count(Counter.DROPPED_TOO_LARGE_FOR_RECEIVER));
        small.expectSilence();
    }

    @Test
    @Proves("MQTT-3.3.4-7")
    void publisherWithoutLimitsCannotExceedReceiveMaximum() {
        restartWith("receive_maximum", "3");
        RawClient publisher = client(5, "p");
        for (int i = 1; i <= 3; i++) {
            publisher.send(Publish.of("t", "x").qos(2, i));
            publisher.expect(PacketType.PUBREC, i, 0x10);
        }
        publisher.send(Publish.of("t", "x").qos(0, 0));
        publisher.expectSilence();
        publisher.send(Publish.of("t", "x").qos(2, 4));
        publisher.expectDisconnect(0x93);
    }

    @Test
    void completedExchangesFreeTheReceiveMaximum() {
        restartWith("receive_maximum", "2");
        RawClient publisher = client(5, "p");
        for (int i = 1; i <= 50; i++) {
            publisher.publish("t", "x", 2);
            publisher.publish("t", "x", 1);
        }
        publisher.expectSilence();
    }

    @Test
    @Proves({"MQTT-3.3.4-9", "MQTT-3.3.4-10", "MQTT-4.9.0-1", "MQTT-4.9.0-2", "MQTT-4.9.0-3"})
    void receiveMaximumOfTheClientIsRespected() {
        RawClient subscriber = open(5).connected(Connect.as(5, "s").with(Property.receiveMaximum(2)));
        subscriber.subscribe("t", 2);
        RawClient publisher = client(4, "p");
        for (int i = 0; i < 6; i++) {
            publisher.publish("t", "m" + i, 1 + i % 2);
        }
        publisher.publish("t", "unlimited", 0);
        Packet first = subscriber.expectPublish("t", "m0", 1);
        Packet second = subscriber.expectPublish("t", "m1", 2);
        subscriber.expectPublish("t", "unlimited", 0);
        subscriber.expectSilence();
        subscriber.puback(99);
        subscriber.expectSilence();
        subscriber.acknowledge(first);
        Packet third = subscriber.expectPublish("t", "m2", 1);
        subscriber.pubrec(second.packetId());
        subscriber.expect(PacketType.PUBREL, second.packetId(), 0);
        subscriber.expectSilence(); // PUBREC alone frees nothing [MQTT-4.9.0-2]
        subscriber.pubcomp(second.packetId());
        Packet fourth = subscriber.expectPublish("t", "m3", 2);
        subscriber.acknowledge(third);
        Packet fifth = subscriber.expectPublish("t", "m4", 1);
        subscriber.acknowledge(fourth);
        Packet sixth = subscriber.expectPublish("t", "m5", 2);
        subscriber.acknowledge(fifth);
        subscriber.acknowledge(sixth);
        subscriber.expectSilence();
    }

    @Test
    void inflightLimitHoldsForOldClientsToo() {
        restartWith("inflight_max", "2");
        RawClient subscriber = client(4, "s");
        subscriber.subscribe("t", 1);
        RawClient publisher = client(4, "p");
        for (int i = 0; i < 3; i++) {
            publisher.publish("t", "m" + i, 1);
        }
        Packet first = subscriber.expectPublish("t", "m0", 1);
        subscriber.expectPublish("t", "m1", 1);
        subscriber.expectSilence();
        subscriber.acknowledge(first);
        subscriber.expectPublish("t", "m2", 1);
    }
}

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

/** PUBLISH from one client to others: what arrives, where, in which order, and what is too large. */
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
    @Proves({"MQTT-3.3.1-3", "MQTT-3.3.1-3 of 3.1.1"})
    void copyMarkOfQos1IsNotForwarded() {
        RawClient subscriber = client(4, "s");
        subscriber.subscribe("t", 1);
        RawClient publisher = client(4, "p");
        publisher.publish(Publish.of("t", "x").qos(1, 1).dup());
        assertFalse(subscriber.expectPublish("t", "x").dup()); // [MQTT-3.3.1-3]
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
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Corners of windows and sizes that brokers were seen to get wrong; docs/corners.md lists them all. */
@OneLaneAndFour
class WindowCornersTest extends BrokerTestBase {

    private RawClient subscriberWithRoomFor(int messages) {
        RawClient subscriber = open(5).connected(Connect.as(5, "s").with(Property.receiveMaximum(messages)));
        assertEquals(2, subscriber.subscribe("t", 2));
        return subscriber;
    }

    @Test
    @Proves("MQTT-4.9.0-2")
    void acknowledgementsOfNothingMakeNoRoomInTheWindow() {
        RawClient subscriber = subscriberWithRoomFor(1);
        RawClient publisher = client(5, "p");
        publisher.publish("t", "one", 1);
        Packet one = subscriber.expectPublish("t", "one", 1);
        publisher.publish("t", "two", 1);
        for (int i = 1; i <= 5; i++) {
            int stray = one.packetId() + i;
            subscriber.puback(stray);
            subscriber.pubcomp(stray);
            subscriber.pubrec(stray);
            subscriber.expect(PacketType.PUBREL, stray, 0x92);
        }
        subscriber.expectSilence();
        subscriber.puback(one.packetId());
        Packet two = subscriber.expectPublish("t", "two", 1);
        subscriber.puback(one.packetId()); // a second time
        publisher.publish("t", "three", 1);
        subscriber.expectSilence();
        subscriber.puback(two.packetId());
        subscriber.expectPublish("t", "three", 1);
    }

    @Test
    @Proves({"MQTT-3.3.4-10", "MQTT-4.9.0-3"})
    void fullWindowDelaysNothingButPublish() {
        RawClient subscriber = subscriberWithRoomFor(1);
        RawClient publisher = client(5, "p");
        publisher.publish("t", "one", 2);
        Packet one = subscriber.expectPublish("t", "one", 2);
        publisher.publish("t", "waits", 1);
        subscriber.expectSilence();
        assertEquals(0x10, subscriber.publish("nobody", "x", 1));
        assertEquals(0x10, subscriber.publish("nobody", "x", 2));
        assertEquals(1, subscriber.subscribe("other", 1));
        subscriber.pubrec(one.packetId());
        subscriber.expect(PacketType.PUBREL, one.packetId(), 0);
        subscriber.expectSilence();
        subscriber.pubcomp(one.packetId());
        subscriber.expectPublish("t", "waits", 1);
    }

    @Test
    void receiveMaximumOfTheServerIsItsOwn() {
        restartWith("receive_maximum", "30", "inflight_max", "7");
        Packet answer = open(5).connect(Connect.as(5, "a").with(Property.receiveMaximum(3)));
        assertEquals(30, answer.number(Property.RECEIVE_MAXIMUM));
    }

    @Test
    @Proves({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    void maximumPacketSizeCountsTheWholePacket() {
        RawClient publisher = client(5, "p");
        Map<Integer, Integer> sizes = new HashMap<>();
        RawClient measure = client(5, "measure");
        measure.subscribe("t", 1);
        for (int payload : new int[] {50, 110, 118, 119, 120, 121, 200}) {
            publisher.publish(Publish.of("t", new byte[payload]).qos(1, 1));
            Packet packet = measure.expect(PacketType.PUBLISH);
            measure.acknowledge(packet);
            sizes.put(payload, packet.size());
        }
        measure.disconnect();
        sizes.forEach((payload, size) -> {
            RawClient exact = open(5).connected(Connect.as(5, "exact").with(Property.maximumPacketSize(size)));
            RawClient short1 = open(5).connected(Connect.as(5, "short").with(Property.maximumPacketSize(size - 1)));
            exact.subscribe("t", 1);
            short1.subscribe("t", 1);
            publisher.publish(Publish.of("t", new byte[payload]).qos(1, 1));
            assertEquals(size, exact.expect(PacketType.PUBLISH).size());
            publisher.publish(Publish.of("t", "next").qos(1, 1));
            short1.expectPublish("t", "next");
            exact.close();
            short1.close();
        });
    }

    @Test
    @Proves({"MQTT-3.3.4-3", "MQTT-3.3.4-4"})
    void largestSubscriptionIdentifierIsKeptLiveQueuedAndRetained() {
        int largest = 268_435_455;
        RawClient publisher = client(5, "p");
        publisher.publish(Publish.of("t", "retained").retain().qos(1, 1));
        RawClient subscriber = durable(5, "s");
        subscriber.sendSubscribe(1, "t", 1, Property.subscriptionId(largest));
        subscriber.expect(PacketType.SUBACK);
        expectIdentified(subscriber, "retained", largest);
        publisher.publish("t", "live", 1);
        expectIdentified(subscriber, "live", largest);
        subscriber.disconnect();
        publisher.publish("t", "queued", 1);
        expectIdentified(durable(5, "s"), "queued", largest);
    }

    private static void expectIdentified(RawClient subscriber, String payload, long id) {
        Packet packet = subscriber.expectPublish("t", payload, 1);
        assertEquals(java.util.List.of(id), packet.numbers(Property.SUBSCRIPTION_ID));
        subscriber.acknowledge(packet);
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a delivery when its subscription goes, when it is refused, and when its packet id comes again. */
@OneLaneAndFour
class DeliveryTest extends BrokerTestBase {

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.10.4-3", "MQTT-3.10.4-3 of 3.1.1"})
    void deliveriesBegunBeforeUnsubscribeAreCompleted(int level) {
        RawClient client = durable(level, "a");
        client.subscribe("t", 2);
        RawClient publisher = client(4, "p");
        publisher.publish("t", "one", 1);
        publisher.publish("t", "two", 2);
        Packet one = client.expectPublish("t", "one", 1);
        Packet two = client.expectPublish("t", "two", 2);
        client.unsubscribe("t");
        client.reset();
        RawClient again = durable(level, "a");
        assertEquals(one.packetId(), again.expectPublish("t", "one", 1).packetId());
        assertEquals(two.packetId(), again.expectPublish("t", "two", 2).packetId());
        again.acknowledge(one);
        again.acknowledge(two);
        expectNothingOnItsWayTo(again);
    }

    @Test
    @Proves("MQTT-4.4.0-2")
    void refusedDeliveriesAreNotSentAgain() {
        RawClient client = durable(5, "a");
        client.subscribe("t", 2);
        RawClient publisher = client(5, "p");
        publisher.publish("t", "one", 1);
        publisher.publish("t", "two", 2);
        Packet one = client.expectPublish("t", "one", 1);
        Packet two = client.expectPublish("t", "two", 2);
        client.send(Wire.packet(Wire.PUBACK, Wire.u16(one.packetId()), Wire.u8(0x80)));
        client.send(Wire.packet(Wire.PUBREC, Wire.u16(two.packetId()), Wire.u8(0x83)));
        client.expectSilence();
        client.reset();
        RawClient again = durable(5, "a");
        expectNothingOnItsWayTo(again);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-4.3.2-5", "MQTT-4.3.2-2 of 3.1.1"})
    void packetIdThatWasAcknowledgedBelongsToANewMessage(int level) {
        RawClient subscriber = client(4, "s");
        subscriber.subscribe("t", 0);
        RawClient publisher = client(level, "p");
        publisher.publish(Publish.of("t", "x").qos(1, 7));
        publisher.publish(Publish.of("t", "x").qos(1, 7));
        publisher.publish(Publish.of("t", "x").qos(1, 7).dup());
        for (int i = 0; i < 3; i++) {
            subscriber.expectPublish("t", "x");
        }
        expectNothingOnItsWayTo(subscriber);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    @Proves({
        "MQTT-3.8.4-1 of 3.1.1",
        "MQTT-3.8.4-2 of 3.1.1",
        "MQTT-3.8.4-4 of 3.1.1",
        "MQTT-3.8.4-5 of 3.1.1",
        "MQTT-3.9.3-1 of 3.1.1",
        "MQTT-2.3.1-7 of 3.1.1"
    })
    void olderClientGetsItsCodesInOrder(int level) {
        restartWith("subscriptions_max", "3");
        RawClient client = client(level, "a");
        client.send(Wire.packet(
                Wire.SUBSCRIBE,
                Wire.u16(513),
                Wire.text("a"),
                Wire.u8(2),
                Wire.text("b"),
                Wire.u8(0),
                Wire.text("c/#"),
                Wire.u8(1),
                Wire.text("d"),
                Wire.u8(1)));
        Packet answer = client.expect(PacketType.SUBACK);
        assertEquals(513, answer.packetId());
        assertEquals(List.of(2, 0, 1, 0x80), answer.codes());
        RawClient publisher = client(4, "p");
        publisher.publish("d", "x", 2);
        publisher.publish("a", "x", 2);
        client.acknowledge(client.expectPublish("a", "x", 2));
        publisher.publish("b", "x", 2);
        client.acknowledge(client.expectPublish("b", "x", 0));
        publisher.publish("c/x", "x", 2);
        client.acknowledge(client.expectPublish("c/x", "x", 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    @Proves({"MQTT-3.10.4-6 of 3.1.1", "MQTT-3.10.4-4 of 3.1.1"})
    void olderClientLeavesManyFiltersAtOnce(int level) {
        RawClient client = client(level, "a");
        for (String filter : List.of("a", "b", "c")) {
            client.subscribe(filter, 0);
        }
        client.unsubscribe("a", "never", "c");
        RawClient publisher = client(4, "p");
        for (String topic : List.of("a", "c", "b")) {
            publisher.publish(topic, "x", 1);
        }
        client.expectPublish("b", "x");
        expectNothingOnItsWayTo(client);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    @Proves("MQTT-3.8.4-3 of 3.1.1")
    void olderClientReplacesItsSubscription(int level) {
        RawClient publisher = client(4, "p");
        publisher.publish(Publish.of("t/x", "kept").retain().qos(1, 1));
        RawClient client = client(level, "a");
        client.subscribe("t/+", 2);
        client.acknowledge(client.expectPublish("t/x", "kept", 1));
        client.subscribe("t/+", 0);
        assertTrue(client.expectPublish("t/x", "kept", 0).retain());
        publisher.publish("t/x", "live", 2);
        client.expectPublish("t/x", "live", 0);
        expectNothingOnItsWayTo(client);
    }
}

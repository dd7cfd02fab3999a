package io.fieldmouse.broker;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import org.junit.jupiter.api.Test;

/** How many messages may be on their way at once: the broker's limit, the client's, and ours for clients that have none. */
@OneLaneAndFour
class ReceiveMaximumTest extends BrokerTestBase {

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

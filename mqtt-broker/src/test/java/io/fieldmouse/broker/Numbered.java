package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.RawClient;

/** Messages to one topic, published at one QoS, whose payloads are their numbers. */
record Numbered(String topic, int qos) {

    /** All are accepted. */
    void publish(RawClient publisher, int from, int to) {
        for (int i = from; i < to; i++) {
            assertEquals(0, publisher.publish(topic, Integer.toString(i), qos));
        }
    }

    /** They come next, in order, none of them sent to this client before; acknowledges them. */
    void expect(RawClient receiver, int from, int to) {
        for (int i = from; i < to; i++) {
            Packet packet = receiver.expectPublish(topic, Integer.toString(i), qos);
            assertFalse(packet.dup(), () -> "sent before: " + packet);
            receiver.acknowledge(packet);
        }
    }
}

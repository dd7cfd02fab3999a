package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.lane.Traffic.Flow;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every packet and every byte is counted once, on whichever lane and however it leaves. */
@OneLaneAndFour
class TrafficTest extends BrokerTestBase {
    private final List<RawClient> all = new ArrayList<>();

    private RawClient keep(RawClient client) {
        all.add(client);
        return client;
    }

    private RawClient opened(int level) {
        return keep(open(level));
    }

    private void expect(Flow flow, long count) {
        await(
                flow + " is " + count + ", not " + broker.broker().traffic(flow),
                () -> broker.broker().traffic(flow) == count);
    }

    /** What the clients have sent and received, and nothing else. */
    private void expectBytesAsTheClientsSay() {
        expect(Flow.BYTES_SENT, all.stream().mapToLong(RawClient::bytesReceived).sum());
        expect(
                Flow.PACKETS_SENT,
                all.stream().mapToLong(RawClient::packetsReceived).sum());
        expect(Flow.BYTES_RECEIVED, all.stream().mapToLong(RawClient::bytesSent).sum());
    }

    @Test
    void eachPublishIsCountedWithItsPayload() {
        String large = "x".repeat(10_000); // beyond what is copied into the batch
        RawClient subscriber = keep(client(5, "s"));
        subscriber.subscribe("t", 2);
        RawClient publisher = keep(client(4, "p"));
        publisher.publish("t", "zero", 0);
        publisher.publish("t", "first", 1);
        publisher.publish("t", large, 2);
        publisher.publish("nobody", "", 1);
        subscriber.expectPublish("t", "zero");
        subscriber.acknowledge(subscriber.expectPublish("t", "first"));
        subscriber.acknowledge(subscriber.expectPublish("t", large));
        subscriber.unsubscribe("t");
        publisher.expectSilence();
        expect(Flow.PUBLISHES_RECEIVED, 4);
        expect(Flow.PUBLISHES_SENT, 3);
        expect(Flow.PAYLOAD_BYTES_RECEIVED, 10_009);
        expect(Flow.PAYLOAD_BYTES_SENT, 10_009);
        // CONNECT, SUBSCRIBE, PUBACK, PUBREC, PUBCOMP, UNSUBSCRIBE; CONNECT, 4 PUBLISH, PUBREL, PINGREQ
        expect(Flow.PACKETS_RECEIVED, 6 + 7);
        expect(Flow.CONNECTS_RECEIVED, 2);
        expect(Flow.SOCKETS_OPENED, 2);
        expectBytesAsTheClientsSay();
    }

    @Test
    void connectionThatIsTakenOverCountsWhatItSentAndNoMore() {
        RawClient first = keep(durable(5, "c"));
        first.subscribe("t", 1);
        keep(client(4, "p")).publish("t", "x", 1);
        Packet unacknowledged = first.expectPublish("t", "x");
        RawClient second = keep(durable(5, "c"));
        first.expect(PacketType.DISCONNECT);
        second.puback(second.expectPublish("t", "x").packetId());
        second.expectSilence();
        assertEquals(1, unacknowledged.qos());
        expect(Flow.PUBLISHES_SENT, 2);
        expect(Flow.PACKETS_RECEIVED, 3 + 1 + 1 + 1 + 1); // CONNECTs, SUBSCRIBE, PUBLISH, PUBACK, PINGREQ
        expectBytesAsTheClientsSay();
    }

    @Test
    void refusalsAreCountedAsWhatTheyAre() {
        RawClient nameless = opened(4);
        nameless.send(Connect.as(4, "").resume().bytes());
        assertEquals(2, nameless.expect(PacketType.CONNACK).reason());
        nameless.expectClosed();
        RawClient wrong = opened(5);
        wrong.connect(Connect.as(5, "w"));
        wrong.send(Publish.of("a/#", "x").bytes(5));
        assertEquals(0x81, wrong.expect(PacketType.DISCONNECT).reason());
        wrong.expectClosed();
        RawClient other = opened(4);
        other.send(Wire.packet(Wire.PINGREQ)); // not understood as a packet of anyone who may speak
        other.expectClosed();
        expect(Flow.SOCKETS_OPENED, 3);
        expect(Flow.CONNECTS_RECEIVED, 2);
        expect(Flow.PACKETS_RECEIVED, 3);
        expect(Flow.PACKETS_SENT, 3);
        expect(Flow.PUBLISHES_RECEIVED, 0);
    }
}

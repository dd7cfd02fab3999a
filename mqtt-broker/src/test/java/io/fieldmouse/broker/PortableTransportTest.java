package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The broker where the system has no transport of its own: a connection's whole life, and the broker's. */
@OneLaneAndFour
class PortableTransportTest extends BrokerTestBase {

    @Override
    @BeforeEach
    void startBroker() {
        broker = TestBroker.startPortable(TestBroker.config(directory, lanes));
    }

    @Test
    void messagesAreExchangedKeptAndFoundAfterARestart() {
        for (int i = 0; i < 8; i++) { // on every lane, whichever accepts them
            RawClient subscriber = durable(3 + i % 3, "s" + i);
            assertEquals(1, subscriber.subscribe("t/" + i, 1));
            RawClient publisher = client(5, "p" + i);
            assertEquals(0, publisher.publish("t/" + i, "live", 1));
            subscriber.acknowledge(subscriber.expectPublish("t/" + i, "live", 1));
            subscriber.disconnect();
            assertEquals(
                    0, publisher.publish(Publish.of("t/" + i, "kept").retain().qos(1, 2)));
            publisher.reset();
        }
        broker.restart();
        for (int i = 0; i < 8; i++) {
            durable(3 + i % 3, "s" + i).expectPublish("t/" + i, "kept", 1);
        }
        RawClient late = client(4, "late");
        late.subscribe("t/5", 0);
        assertTrue(late.expectPublish("t/5", "kept").retain());
    }

    @Test
    void largeMessagesArriveInPiecesAndWhole() {
        RawClient subscriber = client(5, "s");
        subscriber.subscribe("t", 1);
        RawClient publisher = client(4, "p");
        String large = "x".repeat(1_000_000);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, publisher.publish("t", large, 1));
            subscriber.acknowledge(subscriber.expectPublish("t", large, 1));
        }
    }

    @Test
    void clientsAreTakenOverAndToldOfTheEnd() throws InterruptedException {
        RawClient first = client(5, "c");
        RawClient second = client(5, "c");
        first.expectDisconnect(0x8E);
        second.ping();
        second.expect(PacketType.PINGRESP);
        Thread closing = new Thread(() -> broker.broker().close());
        closing.start();
        second.expectDisconnect(0x8B);
        closing.join();
    }
}

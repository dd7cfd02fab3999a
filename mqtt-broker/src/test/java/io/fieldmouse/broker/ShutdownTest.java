package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.RawClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The end of a broker. */
@OneLaneAndFour
class ShutdownTest extends BrokerTestBase {

    @Test
    @Proves("MQTT-3.14.4-2")
    void clientsAreToldWhyTheConnectionEnds() throws InterruptedException {
        RawClient[] clients = new RawClient[20];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = client(3 + i % 3, "c" + i);
        }
        Thread closing = new Thread(() -> broker.broker().close());
        closing.start();
        for (RawClient client : clients) {
            client.expectDisconnect(0x8B);
        }
        closing.join();
    }

    @Test
    void stopTakesLittleTimeAndMayBeRepeated() {
        for (int i = 0; i < 10; i++) {
            durable(5, "c" + i).subscribe("t", 1);
        }
        long start = System.nanoTime();
        broker.broker().close();
        broker.broker().close();
        assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 5);
    }

    @Test
    void whatWasPublishedBeforeTheEndIsThereAfterIt() {
        RawClient away = durable(4, "away");
        away.subscribe("t", 2);
        away.disconnect();
        RawClient publisher = client(5, "p");
        for (int i = 1; i <= 200; i++) {
            assertEquals(0, publisher.publish("t", Integer.toString(i), 2));
        }
        broker.restart();
        RawClient again = durable(4, "away");
        for (int i = 1; i <= 200; i++) {
            Packet packet = again.receive();
            while (packet.type() == PacketType.PUBREL) {
                again.pubcomp(packet.packetId());
                packet = again.receive();
            }
            assertEquals(Integer.toString(i), packet.payloadText());
            again.pubrec(packet.packetId());
        }
    }
}

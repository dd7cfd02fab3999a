package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who subscribes while a retained value changes: sees every value from the first on, once, in order. */
@OneLaneAndFour
class RetainedWhileSubscribingTest extends BrokerTestBase {
    private static final int SUBSCRIBERS = 100;

    @Override
    String[] settings() {
        return new String[] {"durability", "none"};
    }

    /** Counts up, as fast as it can without leaving the broker behind. */
    private static void count(RawClient publisher, AtomicBoolean enough) {
        for (int i = 1; !enough.get(); i++) {
            publisher.send(Publish.of("t", Integer.toString(i)).retain());
            if (i % 10 == 0) {
                publisher.expectSilence();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"t", "+", "t/#"})
    void newSubscriberSeesNoValueTwiceAndMissesNone(String filter) throws InterruptedException {
        RawClient publisher = client(4, "counter");
        AtomicBoolean enough = new AtomicBoolean();
        Thread counting = new Thread(() -> count(publisher, enough));
        counting.start();
        try {
            for (int i = 0; i < SUBSCRIBERS; i++) {
                RawClient subscriber = client(4, "s" + i);
                subscriber.sendSubscribe(1, filter, i % 2, new byte[0]);
                subscriber.expect(PacketType.SUBACK);
                int last =
                        Integer.parseInt(subscriber.expect(PacketType.PUBLISH).payloadText());
                for (int more = 0; more < 5; more++) {
                    Packet packet = subscriber.expect(PacketType.PUBLISH);
                    assertEquals(Integer.toString(++last), packet.payloadText(), packet::toString);
                }
                subscriber.close();
            }
        } finally {
            enough.set(true);
            counting.join();
        }
    }

    @Test
    @Proves("MQTT-3.8.4-4")
    void replacedSubscriptionMissesNothing() throws InterruptedException {
        RawClient publisher = client(4, "counter");
        AtomicBoolean enough = new AtomicBoolean();
        Thread counting = new Thread(() -> count(publisher, enough));
        RawClient subscriber = client(5, "s");
        subscriber.subscribe("t", 0x20);
        counting.start();
        try {
            int last = 0;
            for (int i = 0; i < 5 * SUBSCRIBERS; i++) {
                subscriber.sendSubscribe(1, "t", 0x20, new byte[0]); // without the retained message
                Packet packet = subscriber.receive();
                while (packet.type() == PacketType.PUBLISH) {
                    assertEquals(Integer.toString(++last), packet.payloadText()); // [MQTT-3.8.4-3]
                    packet = subscriber.receive();
                }
                assertEquals(PacketType.SUBACK, packet.type());
            }
        } finally {
            enough.set(true);
            counting.join();
        }
    }
}

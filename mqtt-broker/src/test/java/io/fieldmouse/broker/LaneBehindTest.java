package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.ForwardedProperties;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** One lane does not keep up with what the others hand over to it: it is spared what may be left out. */
@ParameterizedClass(name = "{0} lanes")
@ValueSource(ints = 4)
class LaneBehindTest extends BrokerTestBase {
    /** What may be on its way to one lane before anything is left out, and the one that goes beyond. */
    private static final int TAKEN = 20_001;

    private static final int LEFT_OUT = 500;
    private static final LocalClient.Listener NOBODY = (topic, payload, retain, properties) -> {};

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final CountDownLatch standing = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        goOn.countDown();
    }

    /** A client in the process that stands on its lane, and so the lane with it, when it is told to stop. */
    private LocalClient stoppable(String clientId) {
        return broker.broker().localClient(clientId, (topic, payload, retain, properties) -> {
            received.add(new String(payload, StandardCharsets.UTF_8));
            if (topic.equals("lane/stop")) {
                standing.countDown();
                try {
                    assertTrue(goOn.await(60, TimeUnit.SECONDS), "the test forgot this lane");
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
    }

    private void expectReceived(String payload) throws InterruptedException {
        assertEquals(payload, received.poll(RawClient.DEADLINE.toSeconds(), TimeUnit.SECONDS));
    }

    @Test
    void laneThatIsBehindIsSparedQos0AndGetsAllThatWasPromised() throws InterruptedException {
        LocalClient slow = stoppable("slow");
        slow.subscribe("lane/#");
        String publisherId = strangerTo("slow");
        RawClient publisher = client(5, publisherId);
        RawClient elsewhere = client(4, neighbourOf(neighbourOf(publisherId)));
        elsewhere.subscribe("elsewhere", 0);
        await("the subscription is known", () -> publisher.publish("lane/go", "begin", 1) == 0);
        expectReceived("begin");
        publisher.send(Publish.of("lane/stop", "stop"));
        expectReceived("stop");
        assertTrue(standing.await(RawClient.DEADLINE.toSeconds(), TimeUnit.SECONDS));

        long before = broker.count(Counter.PUBLISH_RECEIVED);
        try (LocalClient fast = broker.broker().localClient(neighbourOf(publisherId), NOBODY)) {
            for (int i = 0; i < TAKEN + LEFT_OUT; i++) {
                byte[] payload = Wire.bytes(Integer.toString(i));
                await(
                        "it may publish",
                        () -> fast.publish("lane/go", payload, Qos.AT_MOST_ONCE, false, ForwardedProperties.NONE));
            }
        }
        await("all is routed", () -> broker.count(Counter.PUBLISH_RECEIVED) == before + TAKEN + LEFT_OUT);
        assertEquals(0, publisher.publish("lane/go", "promised", 1));
        assertEquals(LEFT_OUT, broker.count(Counter.DROPPED_LANE_BEHIND));
        publisher.publish("elsewhere", "as ever", 0);
        elsewhere.expectPublish("elsewhere", "as ever");

        goOn.countDown();
        for (int i = 0; i < TAKEN; i++) {
            expectReceived(Integer.toString(i));
        }
        expectReceived("promised");
        publisher.publish("lane/go", "caught up", 0);
        expectReceived("caught up");
        assertEquals(LEFT_OUT, broker.count(Counter.DROPPED_LANE_BEHIND));
    }
}

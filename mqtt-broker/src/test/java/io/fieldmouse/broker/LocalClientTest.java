package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.ForwardedProperties;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import io.fieldmouse.store.recording.FileRecording;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The client in the broker's own process, which the gateway is. */
@OneLaneAndFour
class LocalClientTest extends BrokerTestBase {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    private LocalClient local(String clientId) {
        return broker.broker()
                .localClient(
                        clientId,
                        (topic, payload, retain, properties) ->
                                received.add(topic + " " + new String(payload, java.nio.charset.StandardCharsets.UTF_8)
                                        + (retain ? " retained" : "")));
    }

    private void expectReceived(String message) throws InterruptedException {
        assertEquals(message, received.poll(RawClient.DEADLINE.toSeconds(), TimeUnit.SECONDS));
    }

    private static boolean publish(LocalClient client, String topic, String payload, boolean retain) {
        return client.publish(topic, Wire.bytes(payload), Qos.AT_LEAST_ONCE, retain, ForwardedProperties.NONE);
    }

    @Test
    void messagesGoBothWaysInOrder() throws InterruptedException {
        RawClient subscriber = client(5, "s");
        subscriber.subscribe("up/#", 1);
        LocalClient local = local("local");
        local.subscribe("down/#");
        for (int i = 0; i < 50; i++) {
            assertTrue(publish(local, "up/x", "u" + i, false));
            subscriber.acknowledge(subscriber.expectPublish("up/x", "u" + i, 1));
            subscriber.send(Publish.of("down/x", "d" + i));
            expectReceived("down/x d" + i);
        }
        local.close();
    }

    @Test
    void retainedReadingsAreSeenAtOnceAndSurviveTheEnd() {
        LocalClient local = local("local");
        publish(local, "r", "1", true);
        publish(local, "r", "2", true);
        await("both are there", () -> broker.broker().retainedCount() == 1);
        local.close();
        broker.restart();
        RawClient subscriber = client(4, "s");
        subscriber.subscribe("r", 0);
        assertTrue(subscriber.expectPublish("r", "2").retain());
    }

    @Test
    void aSessionThatIsFullKeepsReadingsFromNobodyElse() {
        restartWith("queue_messages_max", "3");
        RawClient away = durable(4, "away");
        away.subscribe("plant/#", 1);
        away.disconnect();
        RawClient dashboard = client(4, "dashboard");
        dashboard.subscribe("plant/#", 0);
        LocalClient local = local("local");
        for (int i = 0; i < 10; i++) {
            assertTrue(publish(local, "plant/speed", "v" + i, true));
            dashboard.expectPublish("plant/speed", "v" + i);
        }
        assertEquals(7, broker.count(Counter.DROPPED_QUEUE_FULL));
        RawClient late = client(4, "late");
        late.subscribe("plant/#", 0);
        late.expectPublish("plant/speed", "v9");
    }

    @Test
    void closedClientTakesNothing() {
        LocalClient local = local("local");
        local.close();
        local.close();
        assertFalse(publish(local, "t", "x", false));
    }

    @Test
    void faultOfAListenerIsNotThePublishersFault() throws InterruptedException {
        LocalClient faulty = broker.broker().localClient("faulty", (topic, payload, retain, properties) -> {
            received.add(topic);
            throw new IllegalStateException("a fault of the listener");
        });
        faulty.subscribe("t");
        RawClient publisher = client(5, "p");
        await("the subscription works", () -> publisher.publish("t", "x", 1) == 0);
        expectReceived("t");
        publisher.expectSilence();
        assertEquals(0, publisher.publish("t", "y", 1));
    }

    @Test
    void boundsThatRefuseOthersDoNotRefuseIt() throws InterruptedException {
        restartWith("sessions_max", "1", "retained_messages_max", "1", "subscriptions_max", "1");
        RawClient dashboard = client(4, "dashboard");
        dashboard.subscribe("up/#", 0);
        assertEquals(0x97, open(5).connect(Connect.as(5, "one too many")).reason());
        LocalClient local = local("local");
        local.subscribe("down/a");
        local.subscribe("down/b");
        for (String topic : List.of("up/a", "up/b")) {
            assertTrue(publish(local, topic, "x", true));
            dashboard.expectPublish(topic, "x");
        }
        assertEquals(1, broker.broker().retainedCount());
        assertEquals(1, broker.count(Counter.REFUSED_RETAINED_FULL));
        dashboard.publish("down/b", "y", 0);
        expectReceived("down/b y");
    }

    @Test
    void readingsGoOnWhenTheStoreHasFailed() {
        broker.close();
        try (FileRecording files = FileRecording.named("readings")) {
            broker = TestBroker.start(TestBroker.config(directory, lanes).withStoreDisk(files::disk));
            RawClient away = durable(4, "away");
            away.subscribe("up", 1);
            away.disconnect();
            RawClient dashboard = client(5, "dashboard");
            dashboard.subscribe("up", 0);
            // What that lane has left to store is on disk when this is.
            client(5, neighbourOf("away"))
                    .publish(Publish.of("quiet", "x").retain().qos(1, 1));
            files.before(event -> {
                throw new IOException("no space left on device");
            });
            RawClient publisher = client(5, "p");
            publisher.send(Publish.of("up", "not acknowledged").qos(1, 1));
            publisher.expectDisconnect(0x97);
            dashboard.expectPublish("up", "not acknowledged");
            LocalClient local = local("local");
            for (int i = 0; i < 10; i++) {
                assertTrue(publish(local, "up", "r" + i, true));
                dashboard.expectPublish("up", "r" + i);
            }
            RawClient late = client(4, "late");
            late.subscribe("up", 0);
            late.expectPublish("up", "r9");
            broker.close();
        }
    }

    @Test
    void whatIsPublishedAsRetainedIsMarkedSoAlsoLive() throws InterruptedException {
        LocalClient local = local("local");
        local.subscribe("down/#");
        RawClient publisher = client(5, "p");
        assertEquals(0, publisher.publish(Publish.of("down/x", "1").retain().qos(1, 1)));
        expectReceived("down/x 1 retained");
        assertEquals(0, publisher.publish(Publish.of("down/x", "2").qos(1, 2)));
        expectReceived("down/x 2");
    }
}

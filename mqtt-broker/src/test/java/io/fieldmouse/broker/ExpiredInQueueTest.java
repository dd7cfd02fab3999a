package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Messages that expire while they wait make room for those that did not. */
@OneLaneAndFour
class ExpiredInQueueTest extends BrokerTestBase {

    @Test
    void expiredMessagesGiveTheirPlacesInAFullQueueToNewOnes() {
        SettableTime time = new SettableTime();
        broker.close();
        broker = TestBroker.start(directory, lanes, time, "queue_messages_max", "3");
        RawClient away = durable(4, "away");
        away.subscribe("t", 2);
        away.disconnect();
        RawClient publisher = client(5, "p");
        publisher.publish(Publish.of("t", "short").qos(1, 1).with(Property.messageExpiry(10)));
        publisher.publish(Publish.of("t", "long").qos(1, 2).with(Property.messageExpiry(1000)));
        publisher.publish(Publish.of("t", "short too").qos(2, 3).with(Property.messageExpiry(10)));
        assertEquals(0x97, publisher.publish("t", "early", 1));
        time.pass(Duration.ofSeconds(10));
        // Who finds the queue full is refused still; what has expired leaves it then.
        await("there is room", () -> publisher.publish("t", "new", 1) == 0);
        assertEquals(0, publisher.publish("t", "new too", 2));
        assertEquals(0x97, publisher.publish("t", "late", 1));
        assertEquals(2, broker.count(Counter.EXPIRED));
        broker.restart();
        RawClient again = durable(4, "away");
        again.acknowledge(again.expectPublish("t", "long", 1));
        again.acknowledge(again.expectPublish("t", "new", 1));
        again.acknowledge(again.expectPublish("t", "new too", 2));
        again.expectSilence();
    }
}

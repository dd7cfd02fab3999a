package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Another broker's bridge, which says what it is with a bit of the protocol level. */
@OneLaneAndFour
class BridgeTest extends BrokerTestBase {

    private RawClient bridge(int level, String clientId) {
        return open(level).connected(Connect.as(level, clientId).bridge());
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void whatABridgePublishedDoesNotComeBackToIt(int level) {
        RawClient bridge = bridge(level, "bridge");
        RawClient other = client(4, "other");
        assertEquals(1, bridge.subscribe("#", 1));
        assertEquals(1, other.subscribe("#", 1));
        bridge.publish("plant/a", "from the bridge", 1);
        other.acknowledge(other.expectPublish("plant/a", "from the bridge", 1));
        bridge.expectSilence();
        other.publish("plant/a", "from here", 0);
        bridge.expectPublish("plant/a", "from here", 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void bridgeSeesRetainedMessagesAsTheyWerePublished(int level) {
        RawClient bridge = bridge(level, "bridge");
        RawClient publisher = client(4, "publisher");
        bridge.subscribe("plant/#", 0);
        publisher.publish(Publish.of("plant/a", "kept").retain());
        assertTrue(bridge.expectPublish("plant/a", "kept").retain());
        publisher.publish("plant/a", "passing", 0);
        assertFalse(bridge.expectPublish("plant/a", "passing").retain());
    }

    @ParameterizedTest
    @CsvSource({"3,false", "3,true", "4,false", "4,true"})
    void resumedSubscriptionsOfABridgeAreStillItsOwn(int level, boolean restart) {
        Connect connect = Connect.as(level, "bridge").bridge().durable();
        RawClient before = open(level).connected(connect);
        before.subscribe("plant/#", 1);
        before.disconnect();
        if (restart) {
            broker.restart();
        }
        RawClient bridge = open(level).connected(connect);
        bridge.publish("plant/a", "from the bridge", 1);
        RawClient publisher = client(4, "publisher");
        publisher.publish(Publish.of("plant/a", "kept").retain().qos(1, 1));
        assertTrue(bridge.expectPublish("plant/a", "kept", 1).retain());
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6})
    void bitMeansNothingInOtherVersions(int level) {
        RawClient client = open(5);
        assertEquals(0x84, client.connect(Connect.as(level, "bridge").bridge()).reason());
        client.expectClosed();
    }
}

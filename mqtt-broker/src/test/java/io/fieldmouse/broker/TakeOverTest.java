package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.RawClient;
import org.junit.jupiter.api.Test;

/** A second connection with a client id that is in use takes the session from the first [MQTT-3.1.4-3]. */
@OneLaneAndFour
class TakeOverTest extends BrokerTestBase {

    @Test
    @Proves({"MQTT-3.1.4-3", "MQTT-3.14.4-1", "MQTT-3.14.4-2", "MQTT-3.1.4-2 of 3.1.1"})
    void newConnectionTakesTheSessionOver() {
        for (int level = 3; level <= 5; level++) {
            RawClient old = client(level, "a");
            RawClient taker = client(4, "a");
            old.expectDisconnect(0x8E);
            taker.expectSilence();
        }
    }

    @Test
    void takeOverKeepsTheSession() {
        RawClient old = durable(5, "a");
        old.subscribe("t", 1);
        RawClient taker = open(5);
        assertTrue(taker.connect(Connect.as(5, "a").durable()).sessionPresent());
        old.expectDisconnect(0x8E);
        client(4, "p").publish("t", "x", 1);
        taker.expectPublish("t", "x", 1);
    }

    @Test
    void manyTakeOversLeaveOneConnection() {
        RawClient[] all = new RawClient[30];
        for (int i = 0; i < all.length; i++) {
            all[i] = durable(5, "a");
        }
        for (int i = 0; i < all.length - 1; i++) {
            all[i].expectDisconnect(0x8E);
        }
        all[all.length - 1].expectSilence();
    }

    @Test
    @Proves({"MQTT-3.2.0-1", "MQTT-3.3.1-1", "MQTT-4.4.0-1"})
    void takenOverClientReceivesWhatTheOldConnectionDidNotAcknowledge() {
        RawClient old = durable(5, "a");
        old.subscribe("t", 1);
        client(4, "p").publish("t", "x", 1);
        Packet sent = old.expectPublish("t", "x", 1);
        RawClient taker = durable(5, "a");
        Packet again = taker.expectPublish("t", "x", 1);
        assertTrue(again.dup(), () -> "[MQTT-3.3.1-1]: " + again);
        assertEquals(sent.packetId(), again.packetId(), "[MQTT-4.4.0-1]");
        old.expectDisconnect(0x8E);
    }
}

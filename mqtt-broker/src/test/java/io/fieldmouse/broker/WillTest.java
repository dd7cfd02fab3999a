package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wills, and keep alive, which makes many of them due. */
@OneLaneAndFour
class WillTest extends BrokerTestBase {
    @SuppressWarnings("NullAway.Init")
    private RawClient watcher;

    @BeforeEach
    void watch() {
        watcher = client(5, "watcher");
        watcher.subscribe("will/#", 2);
    }

    private static Connect dying(int level) {
        return Connect.as(level, "dying").will("will/x", "gone", 1, false);
    }

    private void expectWill() {
        watcher.acknowledge(watcher.expectPublish("will/x", "gone", 1));
        expectNothingOnItsWayTo(watcher);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.1.2-7", "MQTT-3.1.2-8", "MQTT-3.1.2-8 of 3.1.1"})
    void lostConnectionBringsTheWill(int level) {
        open(level).connected(dying(level)).reset();
        expectWill();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.1.2-8", "MQTT-3.1.2-8 of 3.1.1"})
    void closedConnectionBringsTheWill(int level) {
        open(level).connected(dying(level)).close();
        expectWill();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.1.2-8", "MQTT-3.1.2-10", "MQTT-3.14.4-3", "MQTT-3.1.2-10 of 3.1.1", "MQTT-3.14.4-3 of 3.1.1"})
    void disconnectDropsTheWill(int level) {
        open(level).connected(dying(level)).disconnect();
        expectNothingOnItsWayTo(watcher);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x04, 0x80, 0x81})
    @Proves({"MQTT-3.1.2-8", "MQTT-3.14.4-3"})
    void disconnectWithAnotherReasonBringsTheWill(int reason) {
        open(5).connected(dying(5)).disconnect(reason);
        expectWill();
    }

    @Test
    @Proves("MQTT-3.1.2-8 of 3.1.1")
    void violationBringsTheWill() {
        RawClient client = open(4).connected(dying(4));
        client.send(Wire.hex("f0 00"));
        client.expectClosed();
        expectWill();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void takeOverBringsTheWill(int level) {
        open(level).connected(dying(level));
        client(level, "dying");
        expectWill();
    }

    @Test
    @Proves({"MQTT-3.1.2-22", "MQTT-3.2.2-22", "MQTT-3.1.2-24 of 3.1.1"})
    void silenceBeyondKeepAliveBringsTheWill() {
        RawClient quiet = open(4).connected(dying(4).keepAlive(1));
        long start = System.nanoTime();
        expectWill();
        assertTrue(System.nanoTime() - start > 1_000_000_000L);
        quiet.expectClosed();
        RawClient mqtt5 = open(5).connected(dying(5).keepAlive(1));
        mqtt5.expectDisconnect(0x8D);
        expectWill();
    }

    @Test
    @Proves("MQTT-3.1.2-24 of 3.1.1")
    void anyPacketKeepsTheConnectionAlive() {
        RawClient client = open(4).connected(dying(4).keepAlive(2));
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (System.nanoTime() < end) {
            client.expectNothingFor(Duration.ofMillis(500));
            client.publish("other", "x", 0);
        }
        client.expectSilence();
        expectNothingOnItsWayTo(watcher);
        client.disconnect();
    }

    @Test
    void withoutKeepAliveNobodyIsTimed() {
        RawClient client = client(4, "a");
        client.expectNothingFor(Duration.ofMillis(2500));
        client.expectSilence();
    }

    @Test
    @Proves("MQTT-3.1.3-10")
    void willKeepsItsPropertiesButNotItsDelay() {
        open(5).connected(Connect.as(5, "dying")
                        .will("will/x", "gone", 2, false)
                        .willWith(Property.user("b", "1"))
                        .willWith(Property.user("a", "2"))
                        .willWith(Property.user("b", "0"))
                        .willWith(Property.contentType("text"))
                        .willWith(Property.messageExpiry(50))
                        .willWith(Property.willDelay(0)))
                .reset();
        Packet will = watcher.expectPublish("will/x", "gone", 2);
        assertEquals(List.of("b=1", "a=2", "b=0"), will.userProperties());
        assertEquals("text", will.text(Property.CONTENT_TYPE));
        assertEquals(50, will.number(Property.MESSAGE_EXPIRY));
        assertFalse(will.has(Property.WILL_DELAY));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.1.2-10", "MQTT-3.1.2-10 of 3.1.1", "MQTT-3.1.2-12 of 3.1.1"})
    void willIsPublishedOnceAndNotForTheNextConnection(int level) {
        open(level).connected(dying(level).durable()).reset();
        expectWill();
        durable(level, "dying").reset();
        expectNothingOnItsWayTo(watcher);
        broker.restart();
        watcher = client(5, "watcher");
        watcher.subscribe("will/#", 2);
        durable(level, "dying").reset();
        expectNothingOnItsWayTo(watcher);
    }

    @Test
    void emptyWillIsAWill() {
        open(4).connected(Connect.as(4, "dying").will("will/empty", "", 0, false))
                .reset();
        watcher.expectPublish("will/empty", "", 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.1.2-15", "MQTT-3.1.2-17 of 3.1.1"})
    void retainedWillIsRetained(int level) {
        open(level)
                .connected(Connect.as(level, "dying").will("will/r", "gone", 1, true))
                .reset();
        assertFalse(watcher.expectPublish("will/r", "gone").retain());
        RawClient later = client(4, "later");
        later.subscribe("will/r", 0);
        assertTrue(later.expectPublish("will/r", "gone").retain());
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.1.2-14", "MQTT-3.1.2-16 of 3.1.1"})
    void willThatIsNotRetainedIsNot(int level) {
        open(level).connected(dying(level)).reset();
        expectWill();
        RawClient later = client(4, "later");
        later.subscribe("will/#", 0);
        later.expectSilence();
    }

    @Test
    @Proves("MQTT-3.1.2-8")
    void delayedWillComesAfterItsDelay() {
        Connect connect = dying(5).durable().willWith(Property.willDelay(1));
        open(5).connected(connect).reset();
        long start = System.nanoTime();
        expectWill();
        assertTrue(System.nanoTime() - start > 500_000_000L, "it came at once");
    }

    @Test
    @Proves("MQTT-3.1.2-8")
    void delayedWillComesWhenTheSessionEndsBeforeItsDelay() {
        open(5).connected(dying(5).with(Property.sessionExpiry(1)).willWith(Property.willDelay(10_000)))
                .reset();
        expectWill();
        open(5).connected(dying(5).willWith(Property.willDelay(10_000))).reset();
        expectWill();
    }

    @Test
    @Proves({"MQTT-3.1.2-8", "MQTT-3.1.3-9"})
    void reconnectCancelsADelayedWill() {
        open(5).connected(dying(5).durable().willWith(Property.willDelay(1))).reset();
        RawClient again = durable(5, "dying"); // [MQTT-3.1.3-9]
        watcher.expectNothingFor(Duration.ofMillis(1700));
        again.reset();
        expectNothingOnItsWayTo(watcher);
    }

    @Test
    @Proves("MQTT-3.1.3-9")
    void takeOverCancelsADelayedWill() {
        RawClient old = open(5).connected(dying(5).durable().willWith(Property.willDelay(1)));
        durable(5, "dying");
        old.expectDisconnect(0x8E);
        watcher.expectNothingFor(Duration.ofMillis(1700));
    }

    @Test
    void cleanStartMakesADelayedWillDueAtOnce() {
        open(5).connected(dying(5).durable().willWith(Property.willDelay(10_000)))
                .reset();
        client(5, "dying");
        expectWill();
    }

    @Test
    void willOfTheNewConnectionCounts() {
        open(5).connected(dying(5).durable().willWith(Property.willDelay(1))).reset();
        open(5).connected(Connect.as(5, "dying").durable().will("will/new", "newer", 0, false))
                .reset();
        watcher.expectPublish("will/new", "newer");
        watcher.expectNothingFor(Duration.ofMillis(1700));
    }

    @Test
    @Proves("MQTT-3.1.2-7")
    void willSurvivesAnUncleanEndOfTheBroker() {
        SettableTime time = new SettableTime();
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        RawClient listening = durable(4, "listening");
        listening.subscribe("will/#", 1);
        listening.disconnect();
        open(5).connected(dying(5).durable().willWith(Property.willDelay(100))).reset();
        await(
                "the store has noted the loss",
                () -> sessionPresent(Connect.as(5, "listening").durable(), 5));
        broker.stop();
        time.pass(Duration.ofSeconds(101));
        broker.restart();
        durable(4, "listening").expectPublish("will/x", "gone", 1);
    }

    @Test
    void willOfMqtt311IsSentWhenTheBrokerStops() {
        RawClient listening = durable(4, "listening");
        listening.subscribe("will/#", 1);
        listening.disconnect();
        open(4).connected(dying(4));
        broker.restart();
        RawClient again = durable(4, "listening");
        again.acknowledge(again.expectPublish("will/x", "gone", 1));
        again.expectSilence();
    }
}

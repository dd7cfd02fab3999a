package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a session is there: when it begins, what ends it, how long it waits for its client. */
@OneLaneAndFour
class SessionTest extends BrokerTestBase {

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({
        "MQTT-3.1.2-6",
        "MQTT-3.2.2-3",
        "MQTT-3.1.2-4 of 3.1.1",
        "MQTT-3.1.2-6 of 3.1.1",
        "MQTT-3.2.2-2 of 3.1.1",
        "MQTT-3.2.2-3 of 3.1.1"
    })
    void cleanSessionEndsWithItsConnection(int level) {
        RawClient client = client(level, "a");
        client.subscribe("t", 1);
        client.disconnect();
        assertFalse(sessionPresent(Connect.as(level, "a").durable(), level));
        assertTrue(sessionPresent(Connect.as(level, "a").durable(), level));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({
        "MQTT-3.1.2-4",
        "MQTT-3.1.4-4",
        "MQTT-3.2.2-2",
        "MQTT-3.1.2-6 of 3.1.1",
        "MQTT-3.1.4-3 of 3.1.1",
        "MQTT-3.2.2-1 of 3.1.1"
    })
    void cleanStartDiscardsTheSession(int level) {
        RawClient client = durable(level, "a");
        client.subscribe("t", 1);
        client.disconnect();
        client(4, "p").publish("t", "x", 1);
        assertFalse(sessionPresent(Connect.as(level, "a"), level));
        assertFalse(sessionPresent(Connect.as(level, "a").durable(), level));
        RawClient again = durable(level, "a");
        assertEquals(level == 5 ? List.of(0x11) : List.of(), again.unsubscribe("t"));
        again.expectSilence();
    }

    @Test
    @Proves({"MQTT-3.1.3-2", "MQTT-3.1.3-2 of 3.1.1"})
    void sessionIsPresentForEveryVersionOfTheProtocol() {
        durable(4, "a").disconnect();
        assertTrue(sessionPresent(Connect.as(5, "a").durable(), 5));
        assertTrue(sessionPresent(Connect.as(4, "a").durable(), 4));
    }

    @Test
    void sessionOfMqtt5WithoutExpiryEndsWithItsConnection() {
        RawClient client = open(5).connected(Connect.as(5, "a").resume());
        client.disconnect();
        assertFalse(sessionPresent(Connect.as(5, "a").resume(), 5));
    }

    @Test
    @Proves("MQTT-4.1.0-2")
    void sessionExpiresAfterItsTime() {
        RawClient client = open(5).connected(Connect.as(5, "a").with(Property.sessionExpiry(1)));
        client.subscribe("t", 1);
        client.disconnect();
        RawClient publisher = client(5, "p");
        await("the session expires", () -> publisher.publish("t", "x", 1) == 0x10);
        assertFalse(sessionPresent(Connect.as(5, "a").resume(), 5));
    }

    @Test
    @Proves("MQTT-4.1.0-1")
    void resumedSessionDoesNotExpireWhileConnected() {
        open(5).connected(Connect.as(5, "a").with(Property.sessionExpiry(1))).disconnect();
        RawClient client = open(5);
        assertTrue(client.connect(Connect.as(5, "a").resume().with(Property.sessionExpiry(1)))
                .sessionPresent());
        client.subscribe("t", 1);
        client.expectNothingFor(java.time.Duration.ofMillis(1500));
        client(5, "p").publish("t", "x", 1);
        client.expectPublish("t", "x", 1);
    }

    @Test
    void disconnectMayShortenTheExpiry() {
        RawClient client = durable(5, "a");
        client.subscribe("t", 1);
        client.disconnect(0, Property.sessionExpiry(0));
        assertFalse(sessionPresent(Connect.as(5, "a").durable(), 5));
        RawClient again = durable(5, "a");
        assertEquals(List.of(0x11), again.unsubscribe("t"));
    }

    @Test
    void sessionEndedByDisconnectDoesNotComeBackWithTheBroker() {
        RawClient client = durable(5, "a");
        client.subscribe("t", 1);
        client.disconnect(0, Property.sessionExpiry(0));
        broker.restart();
        assertFalse(sessionPresent(Connect.as(5, "a").resume(), 5));
    }

    @Test
    void sessionResumedWithoutExpiryLeavesNothingToItsSuccessor() {
        RawClient first = durable(5, "a");
        first.subscribe("old", 1);
        first.disconnect();
        client(4, "p").publish("old", "stale", 1);
        RawClient second = open(5);
        assertTrue(second.connect(Connect.as(5, "a").resume()).sessionPresent());
        second.expectPublish("old", "stale", 1);
        second.disconnect();
        RawClient third = open(5);
        assertFalse(third.connect(Connect.as(5, "a").durable()).sessionPresent());
        third.disconnect();
        broker.restart();
        RawClient fourth = open(5);
        assertTrue(fourth.connect(Connect.as(5, "a").durable()).sessionPresent());
        fourth.expectSilence();
        assertEquals(List.of(0x11), fourth.unsubscribe("old"));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void cleanStartWithoutExpiryLeavesNoSessionInTheStore(int level) {
        RawClient first = durable(level, "a");
        first.subscribe("t", 1);
        first.disconnect();
        client(level, "a").disconnect();
        broker.close();
        assertEquals(List.of(), storedSessions());
        broker = TestBroker.start(directory, lanes);
    }

    @Test
    void disconnectMayNotGiveASessionThatWasNotToLast() {
        RawClient client = client(5, "a");
        client.send(io.fieldmouse.broker.wire.Wire.packet(
                0xE0,
                io.fieldmouse.broker.wire.Wire.u8(0),
                io.fieldmouse.broker.wire.Wire.properties(Property.sessionExpiry(10))));
        client.expectDisconnect(0x82);
    }

    @Test
    @Proves("MQTT-3.1.2-23")
    void neverExpiringSessionSurvivesRestart() {
        open(5).connected(Connect.as(5, "a").with(Property.sessionExpiry(0xFFFF_FFFFL)))
                .disconnect();
        broker.restart();
        assertTrue(sessionPresent(Connect.as(5, "a").durable(), 5));
    }

    @Test
    @Proves({"MQTT-3.1.2-23", "MQTT-4.1.0-2"})
    void expiryRunsOnWhileTheBrokerIsOff() {
        SettableTime time = new SettableTime();
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        open(5).connected(Connect.as(5, "short").with(Property.sessionExpiry(100)))
                .disconnect();
        open(5).connected(Connect.as(5, "long").with(Property.sessionExpiry(10_000)))
                .disconnect();
        RawClient connected = open(5).connected(Connect.as(5, "connected").with(Property.sessionExpiry(100)));
        connected.expectSilence();
        broker.stop();
        time.pass(Duration.ofSeconds(200));
        broker.restart();
        assertFalse(sessionPresent(Connect.as(5, "short").resume(), 5));
        assertTrue(sessionPresent(Connect.as(5, "long").resume(), 5));
    }

    @Test
    @Proves("MQTT-4.1.0-2")
    void sessionWhoseTimeIsUpIsNotResumedEvenIfItsTimerHasNotFired() {
        SettableTime time = new SettableTime();
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        open(5).connected(Connect.as(5, "a").with(Property.sessionExpiry(3600))).disconnect();
        time.pass(Duration.ofSeconds(3601));
        assertFalse(sessionPresent(Connect.as(5, "a").resume(), 5)); // [MQTT-4.1.0-2]
    }

    @Test
    void clockSetBackCountsAsNoTimePassed() {
        SettableTime time = new SettableTime();
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        leave("a");
        broker.stop();
        time.set(Instant.parse("2016-11-20T12:00:00Z"));
        broker.restart();
        assertTrue(isThere("a"));
    }

    @Test
    void clockSetForwardCountsAsNoTimePassed() {
        SettableTime time = new SettableTime();
        Instant truth = time.instant();
        time.set(Instant.EPOCH);
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        leave("a");
        time.set(truth);
        assertTrue(isThere("a"));
        time.pass(Duration.ofSeconds(3601));
        assertFalse(isThere("a"));
    }

    /** A box without a battery clock begins in 1970 after each loss of power, and its time is set minutes later. */
    @Test
    void boxThatBeginsIn1970KeepsTheSessionsOfTheRunBefore() {
        SettableTime time = new SettableTime();
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        leave("a");
        broker.stop();
        time.pass(Duration.ofMinutes(2));
        Instant truth = time.instant();
        time.set(Instant.EPOCH);
        broker.restart();
        time.set(truth);
        assertTrue(isThere("a"));
    }

    @Test
    void sessionOfARunThatBeganIn1970IsAsOldAsItIsInTheNext() {
        SettableTime time = new SettableTime();
        Instant truth = time.instant();
        time.set(Instant.EPOCH);
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        time.set(truth);
        leave("short", 60);
        leave("a");
        broker.stop();
        time.pass(Duration.ofMinutes(2));
        broker.restart();
        assertTrue(isThere("a"));
        assertFalse(isThere("short"));
    }

    @Test
    void messageOfARunThatBeganIn1970LastsAsLongAsItIsMeantToInTheNext() {
        SettableTime time = new SettableTime();
        Instant truth = time.instant();
        time.set(Instant.EPOCH);
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        subscribedAndAway("away", "a", 1);
        time.set(truth);
        RawClient publisher = client(5, "publisher");
        publisher.publish(Publish.of("a", "short").qos(1, 1).with(Property.messageExpiry(60)));
        publisher.publish(Publish.of("a", "long").qos(1, 2).with(Property.messageExpiry(3600)));
        broker.stop();
        time.pass(Duration.ofMinutes(2));
        broker.restart();
        durable(4, "away").expectPublish("a", "long", 1);
    }

    /** It began at the last instant the store knows of, or the message would last for another 56 years. */
    @Test
    void messageOfTheRunBeforeExpiresInARunThatBeginsIn1970() {
        SettableTime time = new SettableTime();
        broker.close();
        broker = TestBroker.start(directory, lanes, time);
        subscribedAndAway("away", "a", 1);
        client(5, "publisher").publish(Publish.of("a", "short").qos(1, 1).with(Property.messageExpiry(60)));
        broker.stop();
        time.set(Instant.EPOCH);
        broker.restart();
        time.pass(Duration.ofSeconds(61));
        durable(4, "away").expectSilence();
    }

    /** Leaves a session with an hour to live. */
    private void leave(String clientId) {
        leave(clientId, 3600);
    }

    private void leave(String clientId, long expirySeconds) {
        open(5).connected(Connect.as(5, clientId).with(Property.sessionExpiry(expirySeconds)))
                .disconnect();
    }

    private boolean isThere(String clientId) {
        return sessionPresent(
                Connect.as(5, clientId).with(Property.sessionExpiry(3600)).resume(), 5);
    }
}

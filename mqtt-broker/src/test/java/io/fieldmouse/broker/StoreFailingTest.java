package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.ForwardedProperties;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A store that cannot write for a while: publishers are refused, readers go on, and nobody restarts anything. */
@OneLaneAndFour
class StoreFailingTest extends BrokerTestBase {
    private static final String FULL = "No space left on device";
    private static final String BROKEN = "Input/output error";

    private final FailingStore store = new FailingStore();

    @Override
    @BeforeEach
    void startBroker() {
        broker = TestBroker.start(TestBroker.config(directory, lanes), store::open);
    }

    @Override
    @AfterEach
    void stopBroker() {
        store.recover();
        broker.close();
    }

    private RawClient durableAgain(int level, String clientId) {
        RawClient client = broker.open(level);
        assertTrue(client.connect(Connect.as(level, clientId).durable()).sessionPresent());
        return client;
    }

    // ---- publishers

    @ParameterizedTest
    @CsvSource({FULL + ", 0x97", BROKEN + ", 0x83"})
    void whatWouldHaveToBeStoredIsRefusedAndTheRestFlows(String words, String code) {
        int reason = Integer.decode(code);
        RawClient reader = client(4, "reader");
        reader.subscribe("#", 0);
        RawClient publisher = client(5, "p");
        store.fail(words);
        assertEquals(reason, publisher.publish(Publish.of("t", "1").qos(1, 1)));
        publisher.send(Publish.of("t", "2").qos(2, 2));
        publisher.expect(PacketType.PUBREC, 2, reason);
        publisher.send(Publish.of("t", "retained").retain());
        publisher.send(Publish.of("t", "flows"));
        reader.expectPublish("t", "flows");
        RawClient older = client(4, "older");
        older.send(Publish.of("t", "3").qos(1, 1));
        older.expectClosed();
        assertEquals(4, broker.count(Counter.REFUSED_STORE_FAILED));
        assertEquals(0, broker.broker().retainedCount());

        store.recover();
        assertEquals(0, publisher.publish(Publish.of("t", "4").qos(1, 1)));
        reader.expectPublish("t", "4");
        publisher.publish("t", "5", 2);
        reader.expectPublish("t", "5");
        reader.expectSilence();
        assertEquals(4, broker.count(Counter.REFUSED_STORE_FAILED));
    }

    @ParameterizedTest
    @CsvSource({FULL + ", 0x97", BROKEN + ", 0x80"})
    void whoWaitsForAnAcknowledgementIsToldAndItIsTakenWhenTheStoreIsOverIt(String words, String code) {
        subscribedAndAway("away", "t", 1);
        RawClient publisher = durable(5, "p");
        RawClient older = durable(4, "older");
        RawClient other = client(5, "reads only");
        store.standStill();
        publisher.send(Publish.of("t", "5.0").qos(1, 1));
        older.send(Publish.of("t", "3.1.1").qos(1, 1));
        await("both are taken", () -> broker.count(Counter.PUBLISH_RECEIVED) == 2);
        store.fail(words);
        publisher.expectDisconnect(Integer.decode(code));
        older.expectClosed();
        other.expectSilence();

        RawClient again = durableAgain(5, "p");
        RawClient olderAgain = durableAgain(4, "older");
        store.recover();
        assertEquals(0, again.publish(Publish.of("t", "5.0").qos(1, 1).dup()));
        assertEquals(0, olderAgain.publish(Publish.of("t", "3.1.1").qos(1, 1).dup()));
        RawClient away = durableAgain(4, "away");
        for (int i = 0; i < 4; i++) { // once and once again, in whichever order
            away.acknowledge(away.expect(PacketType.PUBLISH));
        }
        away.expectSilence();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void messageOfQos2ThatWasUnderWayIsAcknowledgedInTheEndAndDeliveredOnce(int level) {
        subscribedAndAway("away", "t", 2);
        RawClient publisher = durable(level, "p");
        store.standStill();
        publisher.send(Publish.of("t", "once").qos(2, 7));
        await("it is taken", () -> broker.count(Counter.PUBLISH_RECEIVED) == 1);
        store.fail(BROKEN);
        publisher.expectDisconnect(0x80);
        RawClient again = durableAgain(level, "p");
        again.send(Publish.of("t", "once").qos(2, 7).dup());
        again.expectSilence();
        store.recover();
        again.expect(PacketType.PUBREC, 7, 0);
        again.pubrel(7);
        again.expect(PacketType.PUBCOMP, 7, 0);
        RawClient away = durableAgain(level, "away");
        away.acknowledge(away.expectPublish("t", "once", 2));
        away.expectSilence();
    }

    @Test
    void pubcompWaitsUntilTheReleaseIsOnDiskAlsoWhenItIsAskedForTwice() {
        RawClient publisher = durable(5, "p");
        publisher.send(Publish.of("t", "x").qos(2, 7));
        publisher.expect(PacketType.PUBREC, 7, 0x10);
        store.standStill();
        publisher.pubrel(7);
        publisher.expectSilence();
        store.fail(FULL);
        publisher.expectDisconnect(0x97);
        RawClient again = durableAgain(5, "p");
        again.pubrel(7);
        again.expectSilence();
        store.recover();
        again.expect(PacketType.PUBCOMP, 7, 0x92);
    }

    // ---- who connects

    @Test
    void sessionsThatWouldHaveToBeStoredAreRefusedAndOthersAreNot() {
        durable(5, "lasting").disconnect();
        durable(4, "lasting too").disconnect();
        store.fail(FULL);
        assertEquals(0x88, reasonOf(Connect.as(5, "new").durable()));
        assertEquals(3, reasonOf(Connect.as(4, "new").durable()));
        assertEquals(0x88, reasonOf(Connect.as(5, "lasting").resume().with(Property.sessionExpiry(7))));
        assertEquals(0x88, reasonOf(Connect.as(5, "lasting")));
        assertEquals(3, reasonOf(Connect.as(4, "lasting too")));
        assertEquals(5, broker.count(Counter.REFUSED_STORE_FAILED));
        assertEquals(0, reasonOf(Connect.as(5, "clean").will("w", "x", 0, false)));
        durableAgain(5, "lasting").ping();
        durableAgain(4, "lasting too").ping();

        store.recover();
        assertFalse(sessionPresent(Connect.as(5, "new").durable(), 5));
        assertFalse(sessionPresent(Connect.as(5, "lasting"), 5));
    }

    private int reasonOf(Connect connect) {
        return broker.open(connect.level()).connect(connect).reason();
    }

    @ParameterizedTest
    @CsvSource({"5, 0x88", "4, 0x03"})
    void connackThatWaitsIsARefusalAndLeavesNoSession(int level, String code) {
        store.standStill();
        RawClient waiting = broker.open(level);
        waiting.send(Connect.as(level, "new").durable().bytes());
        client(4, neighbourOf("new")).expectSilence();
        store.fail(BROKEN);
        assertEquals(Integer.decode(code), waiting.expect(PacketType.CONNACK).reason());
        waiting.expectClosed();
        store.recover();
        assertFalse(sessionPresent(Connect.as(level, "new").durable(), level));
    }

    // ---- who subscribes

    @ParameterizedTest
    @CsvSource({FULL + ", 0x97", BROKEN + ", 0x83"})
    void subscriptionsOfDurableSessionsAreRefusedButForThoseOnDisk(String words, String code) {
        RawClient lasting = durable(5, "lasting");
        lasting.subscribe("there", 1);
        RawClient older = durable(4, "older");
        store.fail(words);
        assertEquals(Integer.decode(code), lasting.subscribe("new", 1));
        assertEquals(Integer.decode(code), lasting.subscribe("there", 2));
        assertEquals(1, lasting.subscribe("there", 1));
        assertEquals(0x80, older.subscribe("new", 1));
        assertEquals(3, broker.count(Counter.REFUSED_STORE_FAILED));
        assertEquals(1, client(5, "clean").subscribe("new", 1));

        store.recover();
        assertEquals(1, lasting.subscribe("new", 1));
        assertEquals(1, older.subscribe("new", 1));
    }

    @Test
    void subscriptionThatIsNotOnDiskYetIsNotGrantedAgain() {
        RawClient lasting = durable(5, "lasting");
        store.standStill();
        lasting.sendSubscribe(1, "t", 1, new byte[0]);
        lasting.expectSilence();
        store.fail(BROKEN);
        lasting.expectDisconnect(0x80);
        assertEquals(0x83, durableAgain(5, "lasting").subscribe("t", 1));
        store.recover();
        assertEquals(1, durableAgain(5, "lasting").subscribe("t", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {FULL, BROKEN})
    void unsubscribingFromWhatIsStoredIsRefusedAndChangesNothing(String words) {
        RawClient lasting = durable(5, "lasting");
        lasting.subscribe("t", 0);
        RawClient older = durable(4, "older");
        older.subscribe("t", 0);
        RawClient clean = client(5, "clean");
        clean.subscribe("t", 0);
        store.fail(words);
        assertEquals(List.of(0x83, 0x11), lasting.unsubscribe("t", "not there"));
        assertEquals(List.of(0), clean.unsubscribe("t"));
        older.unsubscribe("not there");
        older.send(Wire.packet(Wire.UNSUBSCRIBE, Wire.u16(9), Wire.text("t")));
        older.expectClosed();
        client(4, "p").publish("t", "still", 0);
        lasting.expectPublish("t", "still");

        store.recover();
        assertEquals(List.of(0), lasting.unsubscribe("t"));
    }

    // ---- readers

    @Test
    void readersNoticeNothingButThatANewMessageOfQos2Waits() {
        RawClient reader = durable(5, "reader");
        reader.subscribe("t", 2);
        LocalClient gateway = broker.broker().localClient("gateway", (topic, payload, retain, properties) -> {});
        store.standStill();
        publish(gateway, "2 before", Qos.EXACTLY_ONCE);
        publish(gateway, "1 before", Qos.AT_LEAST_ONCE);
        reader.acknowledge(reader.expectPublish("t", "1 before", 1));
        store.fail(FULL);
        publish(gateway, "1 later", Qos.AT_LEAST_ONCE);
        reader.acknowledge(reader.expectPublish("t", "1 later", 1));
        publish(gateway, "2 later", Qos.EXACTLY_ONCE);
        publish(gateway, "0", Qos.AT_MOST_ONCE);
        reader.expectPublish("t", "0", 0);
        reader.expectSilence();
        store.recover();
        Packet first = reader.expectPublish("t", "2 before", 2);
        Packet second = reader.expectPublish("t", "2 later", 2);
        reader.acknowledge(first);
        reader.acknowledge(second);
        reader.expectSilence();
        gateway.close();
    }

    private static void publish(LocalClient gateway, String payload, Qos qos) {
        assertTrue(
                gateway.publish("t", payload.getBytes(StandardCharsets.UTF_8), qos, false, ForwardedProperties.NONE));
    }

    @Test
    void willOfAClientThatGoesMeanwhileIsSentAndKept() {
        RawClient reader = client(5, "reader");
        reader.subscribe("gone", 1);
        RawClient mortal = broker.open(5).connected(Connect.as(5, "mortal").will("gone", "x", 1, true));
        store.fail(BROKEN);
        mortal.reset();
        reader.acknowledge(reader.expectPublish("gone", "x", 1));
        store.recover();
        broker.restart();
        RawClient later = client(5, "later");
        later.subscribe("gone", 0);
        later.expectPublish("gone", "x");
        later.expectSilence();
    }

    // ---- what the operator sees

    @Test
    void logSaysWhenItBeginsAndWhenItIsOverAndHowMuchWasRefused() {
        try (LogLines log = new LogLines()) {
            store.fail(FULL);
            RawClient publisher = client(5, "p");
            for (int i = 0; i < 3; i++) {
                publisher.publish("t", "x", 1);
            }
            store.fail(FULL);
            store.recover();
            store.recover();
            List<String> begun = log.with("the store fails");
            assertEquals(1, begun.size(), begun::toString);
            assertTrue(begun.get(0).contains("the broker's disk is full"), begun.get(0));
            List<String> over = log.with("the store is over its failure");
            assertEquals(1, over.size(), over::toString);
            assertTrue(over.get(0).contains("refused=3"), over.get(0));
        }
    }

    @Test
    void sysTopicsSayThatItFailsAndWhatWasRefused() {
        broker.close();
        broker = TestBroker.start(TestBroker.config(directory, lanes, "sys_interval_seconds", "1"), store::open);
        SysWatcher watcher = new SysWatcher(client(5, "watcher"), "#");
        watcher.await("store/failing", "0");
        store.fail(FULL);
        client(5, "p").publish("t", "x", 1);
        watcher.await("store/failing", "1");
        watcher.await("refused/store_failed", "1");
        store.recover();
        watcher.await("store/failing", "0");
    }
}

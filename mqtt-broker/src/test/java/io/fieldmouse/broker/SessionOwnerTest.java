package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.store.StoreChange.SessionOpened;
import io.fieldmouse.store.StoreChange.SubscriptionAdded;
import io.fieldmouse.store.StoredSession;
import io.fieldmouse.store.StoredSubscription;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A session is its user's: nobody else gets it, ends it or disturbs it, as long as that user could come back. */
@OneLaneAndFour
class SessionOwnerTest extends BrokerTestBase {
    private static final int[] LEVELS = {3, 4, 5};

    private AccessFiles files() {
        return new AccessFiles(directory);
    }

    @Override
    String[] settings() {
        files().users(AccessFiles.ALICE, AccessFiles.BOB);
        return new String[] {"password_file", files().passwords(), "anonymous", "loopback"};
    }

    private static Connect as(String user, int level, String clientId) {
        return Connect.as(level, clientId).login(user, "secret");
    }

    /** Alice's session with one message in it, whose client is away. */
    private void aliceLeaves(String clientId) {
        RawClient alice = open(4).connected(as("alice", 4, clientId).durable());
        assertEquals(1, alice.subscribe("t/" + clientId, 1));
        alice.disconnect();
        assertEquals(0, client(5, "publisher").publish("t/" + clientId, "for alice", 1));
    }

    private void expectAliceFindsItAsItWas(String clientId) {
        RawClient alice = open(4);
        assertTrue(alice.connect(as("alice", 4, clientId).durable()).sessionPresent(), "session present");
        alice.acknowledge(alice.expectPublish("t/" + clientId, "for alice", 1));
        alice.expectSilence();
    }

    private void expectRefused(int level, Connect connect) {
        long before = broker.count(Counter.REFUSED_ANOTHERS_ID);
        RawClient other = open(level);
        assertEquals(level == 5 ? 0x87 : 5, other.connect(connect).reason());
        other.expectClosed();
        assertEquals(before + 1, broker.count(Counter.REFUSED_ANOTHERS_ID));
    }

    private boolean isNewFor(Connect connect, int level) {
        RawClient client = open(level);
        Packet answer = client.connect(connect);
        assertEquals(0, answer.reason());
        client.expectSilence();
        client.disconnect();
        return !answer.sessionPresent();
    }

    // ---- who is refused

    @Test
    @Proves("MQTT-3.1.4-2")
    void anotherUserIsRefusedAndTheSessionIsAsItWas() {
        aliceLeaves("id");
        for (int level : LEVELS) {
            expectRefused(level, as("bob", level, "id"));
            expectRefused(level, as("bob", level, "id").durable());
            expectRefused(level, Connect.as(level, "id"));
            expectRefused(level, Connect.as(level, "id").durable());
        }
        expectAliceFindsItAsItWas("id");
    }

    @Test
    void whoseItIsIsNotTold() {
        aliceLeaves("id");
        Packet answer = open(5).connect(as("bob", 5, "id"));
        assertEquals("the client id is another user's", answer.text(Property.REASON_STRING));
    }

    @Test
    void namelessClientsAreOneUser() {
        durable(4, "id").disconnect();
        expectRefused(5, as("alice", 5, "id"));
        assertFalse(isNewFor(Connect.as(4, "id").durable(), 4));
    }

    @Test
    void aConnectionIsNotTakenOverAndItsWillWaits() {
        RawClient watcher = client(5, "watcher");
        watcher.subscribe("will", 1);
        RawClient alice = open(5).connected(as("alice", 5, "id").will("will", "of alice", 1, false));

        expectRefused(5, as("bob", 5, "id").will("will", "of bob", 1, false));
        expectRefused(4, Connect.as(4, "id"));

        alice.expectSilence();
        watcher.expectSilence();
        alice.reset();
        watcher.acknowledge(watcher.expectPublish("will", "of alice"));
        watcher.expectSilence();
        open(5).connected(as("bob", 5, "id")); // hers ended with its connection
    }

    @Test
    void theSameUserTakesOverAndBeginsAnewAsBefore() {
        RawClient first = open(5).connected(as("alice", 5, "id").durable());
        RawClient second = open(4).connected(as("alice", 4, "id").durable());
        first.expectDisconnect(0x8E);
        second.disconnect();
        assertTrue(isNewFor(as("alice", 5, "id"), 5), "clean start");
    }

    @Test
    void afterItsExpiryASessionIsNobodys() {
        broker.close();
        SettableTime time = new SettableTime();
        broker = TestBroker.start(directory, lanes, time, settings());
        open(5).connected(as("alice", 5, "id").with(Property.sessionExpiry(60)).resume())
                .disconnect();
        time.pass(Duration.ofSeconds(59));
        expectRefused(5, as("bob", 5, "id"));
        time.pass(Duration.ofSeconds(1));
        assertTrue(isNewFor(as("bob", 5, "id").durable(), 5));
    }

    @Test
    void theBoxsOwnClientIsNobodysAndTakesWhatItNeeds() {
        aliceLeaves("box");
        try (LocalClient local = broker.broker().localClient("box", (topic, payload, retain, properties) -> {})) {
            local.subscribe("down");
            await("it is there", () -> client(5, "p").publish("down", "x", 1) == 0);
            expectRefused(5, as("alice", 5, "box"));
            expectRefused(5, Connect.as(5, "box"));
        }
        assertTrue(isNewFor(as("alice", 4, "box").durable(), 4));
    }

    // ---- after a restart

    @Test
    void theOwnerIsKnownAfterARestart() {
        aliceLeaves("id");
        durable(4, "nameless").disconnect();
        broker.restart();
        expectRefused(5, as("bob", 5, "id"));
        expectRefused(4, Connect.as(4, "id"));
        expectRefused(5, as("bob", 5, "nameless"));
        expectAliceFindsItAsItWas("id");
        assertFalse(isNewFor(Connect.as(4, "nameless").durable(), 4));
    }

    @Test
    void aSessionOfAnOlderStoreIsWhosesoeverComesFirst() {
        sessionOfAnOlderStore("id");
        broker = TestBroker.start(directory, lanes, settings());
        assertEquals(0, client(5, "p").publish("t", "before", 1));

        RawClient bob = open(5);
        assertTrue(bob.connect(as("bob", 5, "id").durable()).sessionPresent());
        bob.acknowledge(bob.expectPublish("t", "before"));
        expectRefused(5, as("alice", 5, "id"));
        broker.restart();
        expectRefused(5, as("alice", 5, "id"));
        assertFalse(isNewFor(as("bob", 5, "id").durable(), 5));
    }

    private void sessionOfAnOlderStore(String clientId) {
        broker.close();
        fillStore(
                new SessionOpened(clientId, StoredSession.NEVER_EXPIRES, null),
                new SubscriptionAdded(clientId, new StoredSubscription("t", 1, 0)));
    }

    @Test
    void whoBecomesItsUserHearsItWhenThatIsOnDisk() throws InterruptedException {
        sessionOfAnOlderStore("id");
        StandingDisk disk = new StandingDisk("owner");
        broker =
                TestBroker.start(TestBroker.config(directory, lanes, settings()).withStoreDisk(disk::files));
        try {
            open(4).connected(as("bob", 4, "other")).disconnect(); // his password is known from then on
            disk.standStill();
            RawClient bob = open(4);
            bob.send(as("bob", 4, "id").durable().bytes());
            disk.awaitForce();
            bob.expectNothingFor(Duration.ofMillis(100));
            disk.goOn();
            assertTrue(bob.expect(PacketType.CONNACK).sessionPresent());
        } finally {
            disk.goOn();
            broker.close();
            disk.close();
        }
    }

    // ---- the way out

    @Test
    void whoIsGoneFromThePasswordFileHoldsNothing() {
        aliceLeaves("id");
        RawClient alice = open(5).connected(as("alice", 5, "live").durable());
        files().users(AccessFiles.BOB);
        alice.expectDisconnect(0x87);

        assertTrue(isNewFor(as("bob", 4, "id").durable(), 4));
        assertFalse(isNewFor(as("bob", 4, "id").durable(), 4), "it is bob's now");
        assertTrue(isNewFor(as("bob", 5, "live").durable(), 5));
    }

    @Test
    void whoIsGoneWhileTheBrokerWasOffHoldsNothing() {
        aliceLeaves("id");
        broker.stop();
        files().users(AccessFiles.BOB);
        broker.restart();
        assertTrue(isNewFor(as("bob", 4, "id").durable(), 4));
    }

    @Test
    void anotherPasswordMakesNoOtherUser() {
        aliceLeaves("id");
        broker.stop();
        files().users(AccessFiles.ALICE.replace("NoWO", "AAAA"), AccessFiles.BOB);
        broker.restart();
        expectRefused(4, as("bob", 4, "id"));
    }

    @Test
    void nobodyHoldsNothingWhereNobodyIsLetInWithoutAName() {
        durable(4, "id").disconnect();
        restartWith("password_file", files().passwords()); // anonymous: auto
        assertTrue(isNewFor(as("bob", 4, "id").durable(), 4));
    }

    @Test
    void withoutPasswordsNobodyHasAName() {
        aliceLeaves("id");
        restartWith();
        assertTrue(isNewFor(Connect.as(4, "id").durable(), 4));
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.RawClient;
import org.junit.jupiter.api.Test;

/** The files change while the broker runs. */
@OneLaneAndFour
class AccessReloadTest extends AccessTestBase {
    private static final String OPEN = "pattern readwrite #";

    @Override
    String[] rules() {
        return new String[] {OPEN};
    }

    @Test
    void newRulesAreTrueForThoseWhoAreConnected() {
        RawClient bob = as("bob", 5, "b");
        bob.subscribe("a/#", 1);
        RawClient alice = as("alice", 5, "a");
        assertEquals(0, alice.publish("a/1", "before", 1));
        bob.acknowledge(bob.expectPublish("a/1", "before"));
        assertEquals(0x10, bob.publish("c/1", "before", 1));

        files().rules("user alice", "topic #", "user bob", "topic read a/2");

        awaitAnswer(bob, "c/1", 0x87);
        assertEquals(0x10, alice.publish("a/1", "hidden", 1));
        assertEquals(0, alice.publish("a/2", "shown", 1));
        bob.acknowledge(bob.expectPublish("a/2", "shown"));
        bob.expectSilence();

        files().rules(OPEN);
        awaitAnswer(bob, "c/1", 0x10);
        assertEquals(0, alice.publish("a/1", "again", 1));
        bob.expectPublish("a/1", "again");
    }

    @Test
    void whatIsQueuedIsJudgedByTheRulesOfTheDayItIsSent() {
        RawClient bob = durableAs("bob", 4, "b");
        bob.subscribe("a/#", 1);
        bob.disconnect();
        RawClient alice = as("alice", 5, "a");
        alice.publish("a/1", "hidden by now", 1);
        alice.publish("a/2", "shown", 1);

        files().rules("user alice", "topic #", "topic deny probe", "user bob", "topic read a/2");
        awaitAnswer(alice, "probe", 0x87);

        RawClient again = durableAs("bob", 4, "b");
        again.acknowledge(again.expectPublish("a/2", "shown"));
        again.expectSilence();
    }

    @Test
    void aWillIsJudgedAgainWhenItIsDue() {
        RawClient watcher = as("alice", 4, "w");
        watcher.subscribe("state/#", 1);
        RawClient dying = as("bob", Connect.as(5, "d").will("state/d", "gone", 1, false));
        RawClient other = as("alice", Connect.as(5, "o").will("state/o", "gone", 1, false));

        files().rules("user alice", "topic #", "user bob", "topic read #");
        awaitAnswer(dying, "x", 0x87);
        long refused = broker.count(Counter.REFUSED_WRITE);
        dying.reset();
        await("the will is refused", () -> broker.count(Counter.REFUSED_WRITE) > refused);
        other.reset();

        watcher.expectPublish("state/o", "gone");
        watcher.expectSilence();
    }

    @Test
    void usersThatAreGoneOrHaveAnotherPasswordAreDisconnected() {
        RawClient alice = as("alice", 5, "a");
        RawClient bob = as("bob", 5, "b");
        RawClient older = as("bob", 4, "c");
        RawClient nameless = client(5, "n");

        files().users("# bob has left", AccessFiles.ALICE);

        bob.expectDisconnect(0x87);
        older.expectDisconnect(0x87);
        alice.expectSilence();
        nameless.expectSilence();
        RawClient refused = open(5);
        assertEquals(
                0x86, refused.connect(Connect.as(5, "b").login("bob", "secret")).reason());

        files().users(AccessFiles.ALICE.replace("NoWO", "AAAA"));

        alice.expectDisconnect(0x87);
        nameless.expectSilence();
        RawClient changed = open(5);
        assertEquals(
                0x86,
                changed.connect(Connect.as(5, "a").login("alice", "secret")).reason());
    }

    @Test
    void aFileThatIsBrokenChangesNothing() {
        RawClient bob = as("bob", 5, "b");
        RawClient alice = as("alice", 5, "a");

        files().users("nonsense");
        // Written later and in force: so the other one has been looked at.
        files().rules("user alice", "topic #", "user bob", "topic deny #");
        awaitAnswer(bob, "x", 0x87);
        alice.expectSilence();
        bob.expectSilence();
        as("alice", 5, "again").expectSilence();

        files().rules("nonsense");
        files().users(AccessFiles.ALICE);
        bob.expectDisconnect(0x87);
        assertEquals(0x10, alice.publish("x", "1", 1));
    }

    @Test
    void aSubscriberOfMqtt31ReadsWhatItMayFromTheMomentItMay() {
        files().rules("user alice", "topic #", "user bob", "topic write b");
        RawClient alice = as("alice", 5, "a");
        RawClient bob = as("bob", 5, "bb");
        awaitAnswer(bob, "c", 0x87);
        RawClient old = as("bob", 3, "b");
        assertEquals(1, old.subscribe("news", 1));
        assertEquals(0x10, alice.publish("news", "1", 1));

        files().rules("user alice", "topic #", "user bob", "topic read news");
        await("it may", () -> alice.publish("news", "2", 1) == 0);

        assertEquals("2", old.expect(PacketType.PUBLISH).payloadText());
    }
}

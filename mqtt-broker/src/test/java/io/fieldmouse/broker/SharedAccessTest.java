package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.RawClient;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a member's messages when it may no longer read their topic. */
@OneLaneAndFour
class SharedAccessTest extends AccessTestBase {
    private static final String SHARE = "$share/g/t/#";
    private static final Numbered MESSAGES = new Numbered("t/x", 1);

    /** For {@link #expectNothingOnItsWayTo} and {@link SysWatcher}. */
    private static final String[] FOR_ALL = {"pattern readwrite sentinel/#", "pattern read $SYS/#"};

    private static final String[] ALICE_ALONE = {"user alice", "topic t/#", "user bob", "topic else"};
    private static final String[] NOBODY_X = {"user alice", "topic t/#", "topic deny t/x", "user bob", "topic else"};

    private RawClient publisher;

    @Override
    String[] rules() {
        return new String[] {"pattern readwrite #", "pattern read $SYS/#"};
    }

    @BeforeEach
    void publisherComes() {
        publisher = as("alice", 5, "publisher");
    }

    /** Returns when they are in force. */
    private void changeRules(String... rules) {
        files().rules(Stream.concat(Stream.of(rules), Stream.of(FOR_ALL)).toArray(String[]::new));
        awaitAnswer(publisher, "probe", 0x87);
    }

    /** A durable member of bob's to which one message is sent, and for which the others wait. */
    private RawClient busyMember(int qos, int messages) {
        RawClient member = as("bob", Connect.as(5, "losing").durable().with(Property.receiveMaximum(1)));
        assertEquals(qos, member.subscribe(SHARE, qos));
        new Numbered("t/x", qos).publish(publisher, 0, messages);
        return member;
    }

    /** Another member, of alice's, on another lane where there is one. */
    private RawClient heir(int qos) {
        RawClient heir = as("alice", Connect.as(5, elsewhereThan("losing")).with(Property.receiveMaximum(1)));
        assertEquals(qos, heir.subscribe(SHARE, qos));
        return heir;
    }

    @Test
    void whatWaitsGoesToAMemberThatMayReadIt() {
        RawClient losing = busyMember(1, 5);
        RawClient heir = heir(1);
        changeRules(ALICE_ALONE);

        losing.acknowledge(losing.expectPublish("t/x", "0", 1));

        MESSAGES.expect(heir, 1, 5);
        expectNothingOnItsWayTo(losing);
        expectNothingOnItsWayTo(heir);
        assertEquals(0, broker.count(Counter.WITHHELD_FROM_READER));
        assertEquals(0, broker.count(Counter.DROPPED_NO_MEMBER_LEFT));
        files().rules(rules());
        broker.restart();
        expectNothingOnItsWayTo(durableAs("bob", 5, "losing"));
    }

    @Test
    void whatWasSentStaysWithTheMemberThatHasReadIt() {
        RawClient losing = busyMember(1, 1);
        losing.expectPublish("t/x", "0", 1);
        RawClient heir = heir(1);
        changeRules(ALICE_ALONE);
        losing.reset();

        RawClient again = durableAs("bob", 5, "losing");

        Packet packet = again.expectPublish("t/x", "0", 1);
        assertTrue(packet.dup());
        again.acknowledge(packet);
        expectNothingOnItsWayTo(again);
        expectNothingOnItsWayTo(heir);
    }

    @Test
    @Proves("MQTT-4.8.2-5")
    void whatWasBegunAtQos2StaysAndWhatWasNotMoves() {
        RawClient losing = busyMember(2, 3);
        Packet begun = losing.expectPublish("t/x", "0", 2);
        RawClient heir = heir(2);
        changeRules(ALICE_ALONE);

        losing.pubrec(begun.packetId());
        losing.expect(PacketType.PUBREL, begun.packetId(), 0);
        losing.pubcomp(begun.packetId());

        new Numbered("t/x", 2).expect(heir, 1, 3);
        expectNothingOnItsWayTo(losing);
        expectNothingOnItsWayTo(heir);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void memberThatWasAwayIsJudgedWhenItIsBack(boolean afterARestart) {
        busyMember(1, 3).reset();
        changeRules(ALICE_ALONE);
        if (afterARestart) {
            broker.restart(); // until it is back nobody knows whose session it is
        }
        RawClient heir = heir(1);
        expectNothingOnItsWayTo(heir);

        RawClient again = durableAs("bob", 4, "losing");

        again.acknowledge(again.expectPublish("t/x", "0", 1)); // it had been sent
        MESSAGES.expect(heir, 1, 3);
        expectNothingOnItsWayTo(again);
        expectNothingOnItsWayTo(heir);
    }

    @Test
    void whatNobodyMayReadIsDroppedAndCounted() {
        RawClient losing = busyMember(1, 5);
        RawClient other = heir(1);
        changeRules(NOBODY_X);

        losing.acknowledge(losing.expectPublish("t/x", "0", 1));

        await("all dropped", () -> broker.count(Counter.DROPPED_NO_MEMBER_LEFT) == 4);
        expectNothingOnItsWayTo(losing);
        expectNothingOnItsWayTo(other);
        files().rules(rules());
        broker.restart();
        expectNothingOnItsWayTo(durableAs("bob", 5, "losing"));
    }

    @Test
    void movedMessagesWaitForAFullMemberAndLeaveTheirRoomBehind() {
        restartWith(withFilesAndAlso("queue_messages_max", "4"));
        publisher = as("alice", 5, "publisher");
        RawClient losing = busyMember(1, 4);
        RawClient heir = heir(1);
        changeRules(ALICE_ALONE);
        MESSAGES.publish(publisher, 4, 8);
        assertEquals(0x97, publisher.publish("t/x", "full", 1));

        losing.acknowledge(losing.expectPublish("t/x", "0", 1));

        MESSAGES.expect(heir, 4, 8);
        MESSAGES.expect(heir, 1, 4);
        heir.unsubscribe(SHARE);
        files().rules(rules());
        await("bob may read again", () -> publisher.publish("t/x", "8", 1) == 0);
        MESSAGES.publish(publisher, 9, 12);
        MESSAGES.expect(losing, 8, 12);
    }

    @Test
    void whatHasMovedIsCountedOnce() {
        restartWith(withFilesAndAlso("sys_interval_seconds", "1"));
        publisher = as("alice", 5, "publisher");
        SysWatcher sys = new SysWatcher(as("alice", 5, "watcher"), "store/messages/count");
        RawClient losing = busyMember(1, 3);
        RawClient heir = heir(1);
        sys.await("store/messages/count", "3");
        changeRules(ALICE_ALONE);

        losing.acknowledge(losing.expectPublish("t/x", "0", 1));

        sys.await("store/messages/count", "2");
        MESSAGES.expect(heir, 1, 3);
        sys.await("store/messages/count", "0");
    }

    @Test
    void memberThatMayReadNothingAnyMoreIsPassedOver() {
        RawClient losing = as("bob", 5, "losing");
        losing.subscribe(SHARE, 1);
        RawClient heir = heir(1);
        changeRules(ALICE_ALONE);
        assertEquals(0x87, losing.subscribe(SHARE, 1));

        MESSAGES.publish(publisher, 0, 4);

        MESSAGES.expect(heir, 0, 4);
        expectNothingOnItsWayTo(losing);
        heir.unsubscribe(SHARE);
        assertEquals(0, broker.count(Counter.WITHHELD_FROM_READER));
        assertEquals(0x10, publisher.publish("t/x", "nobody may", 1));
        publisher.publish("t/x", "nobody may", 0);
        publisher.expectSilence(); // it has been heard
        assertEquals(2, broker.count(Counter.WITHHELD_FROM_READER));
    }
}

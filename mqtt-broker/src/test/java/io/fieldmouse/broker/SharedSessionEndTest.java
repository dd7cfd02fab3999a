package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.MessageQueued;
import io.fieldmouse.store.StoreChange.Receiver;
import io.fieldmouse.store.StoreChange.SessionEnded;
import io.fieldmouse.store.StoreChange.SessionOpened;
import io.fieldmouse.store.StoreChange.SubscriptionAdded;
import io.fieldmouse.store.StoredMessage;
import io.fieldmouse.store.StoredSubscription;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a member's messages when it goes: away, or for good (MQTT 5 section 4.8.2). */
@OneLaneAndFour
class SharedSessionEndTest extends BrokerTestBase {
    private static final String SHARE = "$share/g/t";

    /** A durable member of which two messages are on the wire and others wait. */
    private RawClient busyMember(int qos, int messages) {
        RawClient member = open(5).connected(Connect.as(5, "leaving").durable().with(Property.receiveMaximum(2)));
        assertEquals(qos, member.subscribe(SHARE, qos));
        new Numbered("t", qos).publish(client(5, "publisher"), 0, messages);
        return member;
    }

    private RawClient heir(int qos) {
        RawClient heir =
                open(5).connected(Connect.as(5, elsewhereThan("leaving")).with(Property.receiveMaximum(1)));
        assertEquals(qos, heir.subscribe(SHARE, qos));
        return heir;
    }

    /** For so many seconds; leaves unread what is on its way. */
    private static void leave(RawClient member, int expirySeconds) {
        member.send(Wire.packet(Wire.DISCONNECT, Wire.u8(0), Wire.properties(Property.sessionExpiry(expirySeconds))));
        while (member.receiveUnlessClosed() != null) {
            // was on its way
        }
        member.close();
    }

    private enum End {
        EXPIRY_0 {
            @Override
            void of(RawClient member, BrokerTestBase test) {
                leave(member, 0);
            }
        },
        CLEAN_START {
            @Override
            void of(RawClient member, BrokerTestBase test) {
                test.client(5, "leaving");
            }
        },
        CLEAN_START_LATER {
            @Override
            void of(RawClient member, BrokerTestBase test) {
                member.reset();
                test.client(4, "leaving");
            }
        },
        TIME {
            @Override
            void of(RawClient member, BrokerTestBase test) {
                leave(member, 1);
            }
        };

        abstract void of(RawClient member, BrokerTestBase test);
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void messagesAtQos1MoveWhenTheSessionEnds(End end) {
        RawClient leaving = busyMember(1, 5);
        leaving.expectPublish("t", "0", 1);
        leaving.expectPublish("t", "1", 1);
        RawClient heir = heir(1);
        end.of(leaving, this);
        new Numbered("t", 1).expect(heir, 0, 5);
        expectNothingOnItsWayTo(heir);
        assertEquals(0, broker.count(Counter.DROPPED_NO_MEMBER_LEFT));
    }

    @Test
    void sessionOfOneConnectionEndsWithIt() {
        RawClient leaving = client(4, "leaving");
        leaving.subscribe(SHARE, 1);
        client(5, "publisher").publish("t", "0", 1);
        leaving.expectPublish("t", "0", 1);
        RawClient heir = heir(1);
        leaving.reset();
        new Numbered("t", 1).expect(heir, 0, 1);
    }

    @Test
    void messagesStayWhileTheSessionLives() {
        RawClient away = busyMember(1, 5);
        away.expectPublish("t", "0", 1);
        away.expectPublish("t", "1", 1);
        RawClient other = heir(1);
        away.disconnect();
        expectNothingOnItsWayTo(other);
        RawClient back = durable(5, "leaving");
        for (int i = 0; i < 5; i++) {
            Packet packet = back.expectPublish("t", Integer.toString(i), 1);
            assertEquals(i < 2, packet.dup());
            back.acknowledge(packet);
        }
        expectNothingOnItsWayTo(other);
    }

    @Test
    @Proves("MQTT-4.8.2-5")
    void whatWasBegunAtQos2EndsWithTheSession() {
        RawClient leaving = busyMember(2, 5);
        Packet first = leaving.expectPublish("t", "0", 2);
        leaving.expectPublish("t", "1", 2);
        leaving.pubrec(first.packetId());
        leaving.expect(PacketType.PUBREL, first.packetId(), 0);
        RawClient heir = heir(2);
        leave(leaving, 0);
        new Numbered("t", 2).expect(heir, 2, 5); // [MQTT-4.8.2-5]
        expectNothingOnItsWayTo(heir);
    }

    @Test
    @Proves("MQTT-4.8.2-4")
    void whatWasBegunAtQos2IsCompletedWhenTheMemberIsBack() {
        RawClient leaving = busyMember(2, 1);
        Packet first = leaving.expectPublish("t", "0", 2);
        leaving.reset();
        RawClient other = heir(2);
        RawClient back = durable(5, "leaving");
        Packet again = back.expectPublish("t", "0", 2); // [MQTT-4.8.2-4]
        assertEquals(first.packetId(), again.packetId());
        back.acknowledge(again);
        expectNothingOnItsWayTo(other);
    }

    @Test
    @Proves("MQTT-4.8.2-6")
    void rejectedMessageIsGivenToNobodyElse() {
        RawClient rejecting = busyMember(1, 1);
        Packet packet = rejecting.expectPublish("t", "0", 1);
        RawClient other = heir(1);
        rejecting.send(Wire.packet(Wire.PUBACK, Wire.u16(packet.packetId()), Wire.u8(0x83)));
        leave(rejecting, 0);
        expectNothingOnItsWayTo(other); // [MQTT-4.8.2-6]
    }

    @Test
    @Proves("MQTT-4.8.2-6")
    void messageRejectedAtQos2IsGivenToNobodyElse() {
        RawClient rejecting = busyMember(2, 1);
        Packet packet = rejecting.expectPublish("t", "0", 2);
        RawClient other = heir(2);
        rejecting.send(Wire.packet(Wire.PUBREC, Wire.u16(packet.packetId()), Wire.u8(0x80)));
        leave(rejecting, 0);
        expectNothingOnItsWayTo(other); // [MQTT-4.8.2-6]
    }

    @Test
    void messagesWithNobodyLeftAreDroppedAndCounted() {
        RawClient last = busyMember(1, 5);
        leave(last, 0);
        await("all dropped", () -> broker.count(Counter.DROPPED_NO_MEMBER_LEFT) == 5);
        broker.restart();
        RawClient late = durable(5, "leaving");
        late.subscribe(SHARE, 1);
        expectNothingOnItsWayTo(late);
    }

    @Test
    void whatIsOnItsWayToAMemberThatUnsubscribesStaysItsOwn() {
        RawClient leaving = busyMember(1, 5);
        leaving.expectPublish("t", "0", 1);
        leaving.expectPublish("t", "1", 1);
        RawClient heir = heir(1);
        leaving.unsubscribe(SHARE);
        expectNothingOnItsWayTo(heir);
        leaving.puback(1);
        leaving.expectPublish("t", "2", 1);
        leave(leaving, 0); // now it is over
        new Numbered("t", 1).expect(heir, 1, 5);
    }

    @Test
    void messagesMoveToAMemberThatIsAwayToo() {
        RawClient leaving = busyMember(1, 5);
        subscribedAndAway("away", SHARE, 1);
        leave(leaving, 0);
        expectNothingOnItsWayTo(client(5, "leaving"));
        broker.restart();
        RawClient back = durable(5, "away");
        new Numbered("t", 1).expect(back, 0, 5);
        expectNothingOnItsWayTo(back);
    }

    @Test
    void messagesMoveAfterARestartToo() {
        busyMember(1, 5).reset();
        broker.restart();
        RawClient heir = heir(1);
        client(5, "leaving");
        new Numbered("t", 1).expect(heir, 0, 5);
        expectNothingOnItsWayTo(heir);
    }

    @Test
    void messagesWaitForAGroupThatIsFull() {
        restartWith("queue_messages_max", "5");
        RawClient leaving = busyMember(1, 5);
        RawClient heir = open(5).connected(Connect.as(5, "heir").with(Property.receiveMaximum(1)));
        heir.subscribe(SHARE, 1);
        RawClient publisher = client(5, "publisher-2");
        publisher.publish("t", "first", 1);
        publisher.publish("t", "second", 1);
        leave(leaving, 0);
        heir.acknowledge(heir.expectPublish("t", "first", 1));
        heir.acknowledge(heir.expectPublish("t", "second", 1));
        new Numbered("t", 1).expect(heir, 0, 5);
        expectNothingOnItsWayTo(heir);
    }

    @Test
    void leftoversOfAKilledBrokerFindAMember() {
        broker.close();
        fillStore(
                new SessionOpened("away", 3600, null),
                new SubscriptionAdded("away", new StoredSubscription(SHARE, 1, 9)),
                new SessionOpened("gone", 3600, null),
                queuedForGone(5),
                queuedForGone(6),
                new SessionEnded("gone"),
                queuedForGone(7)); // was on its way
        broker = TestBroker.start(directory, lanes);
        RawClient back = durable(5, "away");
        for (int i = 5; i <= 7; i++) {
            Packet packet = back.expectPublish("t", Integer.toString(i), 1);
            assertEquals(9, packet.number(Property.SUBSCRIPTION_ID));
            back.acknowledge(packet);
        }
        back.expectSilence(); // its acknowledgements have been heard
        broker.restart();
        expectNothingOnItsWayTo(durable(5, "away"));
    }

    private static StoreChange queuedForGone(long id) {
        StoredMessage message = new StoredMessage("t", Wire.bytes(Long.toString(id)), new byte[0], Long.MAX_VALUE);
        return new MessageQueued(id, message, List.of(new Receiver("gone", 1, false, new int[0], SHARE)));
    }
}

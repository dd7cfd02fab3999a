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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who of a group receives a message (MQTT 5 section 4.8.2). */
@OneLaneAndFour
class SharedSubscriptionTest extends BrokerTestBase {
    private static final int NO_LOCAL = 4;
    private static final int RETAIN_AS_PUBLISHED = 8;

    private RawClient member(int level, String clientId, String filter, int qos) {
        RawClient member = client(level, clientId);
        assertEquals(qos, member.subscribe(filter, qos));
        return member;
    }

    /** So many clients, which live on several lanes where there are several. */
    private List<RawClient> members(int level, int count, String filter, int qos) {
        return IntStream.range(0, count)
                .mapToObj(i -> member(level, "member-" + i, filter, qos))
                .toList();
    }

    /** All that has come, in the order in which it came; acknowledged. */
    private static List<String> received(RawClient member) {
        List<String> payloads = new ArrayList<>();
        member.ping();
        for (Packet next = member.receive(); next.type() != PacketType.PINGRESP; next = member.receive()) {
            assertEquals(PacketType.PUBLISH, next.type(), next::toString);
            payloads.add(next.payloadText());
            if (next.qos() == 1) {
                member.puback(next.packetId());
            }
        }
        return payloads;
    }

    /** Waits until they have received so many together; what each of them has. */
    private static List<List<String>> receivedByAll(List<RawClient> members, int count) {
        List<List<String>> all = new ArrayList<>();
        members.forEach(member -> all.add(new ArrayList<>()));
        await(count + " messages", () -> {
            for (int i = 0; i < members.size(); i++) {
                all.get(i).addAll(received(members.get(i)));
            }
            return all.stream().mapToInt(List::size).sum() >= count;
        });
        return all;
    }

    /** What each member has when so many messages went round: 0 to the first, 1 to the second. */
    private static List<List<String>> turns(int members, int messages) {
        return IntStream.range(0, members)
                .mapToObj(first -> IntStream.iterate(first, i -> i < messages, i -> i + members)
                        .mapToObj(Integer::toString)
                        .toList())
                .toList();
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    @ParameterizedTest
    @CsvSource({"4, 0", "4, 1", "5, 0", "5, 1"})
    void membersTakeTurns(int level, int qos) {
        List<RawClient> members = members(level, 4, "$share/g/t/+", qos);
        RawClient publisher = client(level, "publisher");
        for (int i = 0; i < 40; i++) {
            publisher.publish("t/" + i % 3, Integer.toString(i), qos);
        }
        assertEquals(turns(4, 40), receivedByAll(members, 40));
    }

    @Test
    void messageAtQos2ReachesOneMember() {
        List<RawClient> members = members(5, 3, "$share/g/t", 2);
        RawClient publisher = client(5, "publisher");
        publisher.publish("t", "one", 2);
        publisher.publish("t", "two", 2);
        publisher.publish("t", "three", 2);
        for (int i = 0; i < 3; i++) {
            Packet packet = members.get(i).expect(PacketType.PUBLISH);
            assertEquals(List.of("one", "two", "three").get(i), packet.payloadText());
            members.get(i).acknowledge(packet);
            members.get(i).expectSilence();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void olderQueueIsAGroupOfItsOwn(int level) {
        List<RawClient> members = members(level, 2, "$queue/t/#", 1);
        RawClient other = member(level, "other", "$share/queue/t/#", 1);
        RawClient publisher = client(level, "publisher");
        for (int i = 0; i < 4; i++) {
            publisher.publish("t/x", Integer.toString(i), 1);
        }
        assertEquals(List.of(List.of("0", "2"), List.of("1", "3")), receivedByAll(members, 4));
        assertEquals(List.of(numbers(0, 4)), receivedByAll(List.of(other), 4));
    }

    @Test
    void eachGroupAndEachSubscriberReceivesACopy() {
        RawClient g = member(5, "g", "$share/g/t", 1);
        RawClient h = member(5, "h", "$share/h/t", 1);
        RawClient wider = member(5, "wider", "$share/g/+", 1);
        RawClient alone = member(5, "alone", "t", 1);
        client(5, "publisher").publish("t", "x", 1);
        for (RawClient client : List.of(g, h, wider, alone)) {
            client.acknowledge(client.expectPublish("t", "x", 1));
            expectNothingOnItsWayTo(client);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void clientReceivesACopyForEachOfItsShares(boolean durable) {
        RawClient client = durable ? durable(5, "c") : client(5, "c");
        client.subscribe("t", 1, Property.subscriptionId(1));
        client.subscribe("#", 1, Property.subscriptionId(2));
        client.subscribe("$share/g/t", 1, Property.subscriptionId(3));
        client.subscribe("$share/g/+", 1, Property.subscriptionId(4));
        client(5, "publisher").publish("t", "x", 1);
        List<List<Long>> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Packet packet = client.expectPublish("t", "x", 1);
            ids.add(packet.numbers(Property.SUBSCRIPTION_ID).stream().sorted().toList());
            client.acknowledge(packet);
        }
        ids.sort((a, b) -> a.toString().compareTo(b.toString()));
        assertEquals(List.of(List.of(1L, 2L), List.of(3L), List.of(4L)), ids); // the ordinary ones are merged
        expectNothingOnItsWayTo(client);
    }

    @Test
    void clientWithSeveralCopiesHasThemAfterARestart() {
        RawClient away = durable(5, "c");
        away.subscribe("t", 1);
        away.subscribe("$share/g/t", 1);
        away.disconnect();
        client(5, "publisher").publish("t", "x", 1);
        broker.restart();
        RawClient back = durable(5, "c");
        back.acknowledge(back.expectPublish("t", "x", 1));
        back.acknowledge(back.expectPublish("t", "x", 1));
        expectNothingOnItsWayTo(back);
    }

    @Test
    void noRetainedMessageIsSentToAMember() {
        RawClient publisher = client(5, "publisher");
        publisher.publish(Publish.of("t", "old").retain().qos(1, 1));
        RawClient member = member(5, "a", "$share/g/t", 1);
        member.expectSilence();
        publisher.publish(Publish.of("t", "new").retain().qos(1, 2));
        Packet packet = member.expectPublish("t", "new", 1);
        assertFalse(packet.retain());
        member.acknowledge(packet);
    }

    @Test
    void memberSaysWhetherItWantsTheRetainFlag() {
        RawClient member = client(5, "a");
        assertEquals(1, member.subscribe("$share/g/t", 1 | RETAIN_AS_PUBLISHED));
        client(5, "publisher").publish(Publish.of("t", "x").retain().qos(1, 1));
        assertTrue(member.expectPublish("t", "x", 1).retain());
    }

    @Test
    @Proves("MQTT-4.8.2-3")
    void eachMemberHasItsOwnQos() {
        RawClient first = member(5, "a", "$share/g/t", 1);
        RawClient second = member(5, "b", "$share/g/t", 0);
        RawClient publisher = client(5, "publisher");
        publisher.publish("t", "0", 2);
        publisher.publish("t", "1", 2);
        first.acknowledge(first.expectPublish("t", "0", 1));
        second.expectPublish("t", "1", 0);
    }

    @Test
    void laterSubscribeReplacesTheMembersEarlierOne() {
        RawClient member = member(5, "a", "$share/g/t", 0);
        assertEquals(1, member.subscribe("$share/g/t", 1));
        client(5, "publisher").publish("t", "x", 1);
        member.acknowledge(member.expectPublish("t", "x", 1));
        expectNothingOnItsWayTo(member);
    }

    @ParameterizedTest
    @Proves("MQTT-3.8.3-4")
    @ValueSource(strings = {"$share/g/t", "$queue/t"})
    void noLocalOnAShareIsAProtocolError(String filter) {
        RawClient client = client(5, "a");
        client.sendSubscribe(1, filter, NO_LOCAL, new byte[0]);
        client.expectDisconnect(0x82);
    }

    @ParameterizedTest
    @Proves({"MQTT-4.8.2-1", "MQTT-4.8.2-2"})
    @ValueSource(strings = {"$share/grp", "$share//f", "$share/g/", "$share/+/f", "$share/g#/f", "$share/g/f#"})
    void malformedShareIsRefused(String filter) {
        assertEquals(0x8F, client(5, "a").subscribe(filter, 1));
        RawClient old = client(4, "b");
        old.sendSubscribe(1, filter, 1, new byte[0]);
        old.expectClosed();
    }

    @Test
    void nothingNewComesAfterUnsubscribe() {
        List<RawClient> members = members(5, 2, "$share/g/t", 1);
        RawClient publisher = client(5, "publisher");
        assertEquals(List.of(0), members.get(0).unsubscribe("$share/g/t"));
        assertEquals(List.of(0x11), members.get(0).unsubscribe("$share/g/t"));
        publisher.publish("t", "0", 1);
        publisher.publish("t", "1", 1);
        assertEquals(List.of(List.of("0", "1")), receivedByAll(List.of(members.get(1)), 2));
        assertEquals(List.of(0), members.get(1).unsubscribe("$share/g/t"));
        assertEquals(0x10, publisher.publish("t", "2", 1)); // nobody is left
    }

    @Test
    void memberThatIsAwayIsPassedOver() {
        subscribedAndAway("away", "$share/g/t", 1);
        List<RawClient> members = members(5, 2, "$share/g/t", 1);
        RawClient publisher = client(5, "publisher");
        for (int i = 0; i < 10; i++) {
            publisher.publish("t", Integer.toString(i), 1);
        }
        assertEquals(turns(2, 10), receivedByAll(members, 10));
    }

    @Test
    void membersWhoAreAllAwayShareWhatIsKept() {
        subscribedAndAway("away-1", "$share/g/t", 1);
        subscribedAndAway("away-2", "$share/g/t", 1);
        RawClient publisher = client(5, "publisher");
        for (int i = 0; i < 6; i++) {
            assertEquals(0, publisher.publish("t", Integer.toString(i), 1));
        }
        broker.restart();
        List<List<String>> received = receivedByAll(List.of(durable(4, "away-1"), durable(4, "away-2")), 6);
        assertEquals(List.of(List.of("0", "2", "4"), List.of("1", "3", "5")), received);
    }

    @Test
    void nothingIsKeptOfQos0() {
        subscribedAndAway("away", "$share/g/t", 1);
        RawClient publisher = client(5, "publisher");
        publisher.publish("t", "lost", 0);
        publisher.expectSilence(); // it has been heard
        RawClient back = durable(4, "away");
        expectNothingOnItsWayTo(back);
    }

    @Test
    void membershipSurvivesARestart() {
        subscribedAndAway("a", "$share/g/t", 1);
        subscribedAndAway("b", "$share/g/t", 1);
        broker.restart();
        List<RawClient> members = List.of(durable(4, "a"), durable(4, "b"));
        RawClient publisher = client(5, "publisher");
        for (int i = 0; i < 10; i++) {
            publisher.publish("t", Integer.toString(i), 1);
        }
        assertEquals( // whoever of them begins
                List.of(5, 5),
                receivedByAll(members, 10).stream().map(List::size).toList());
    }

    @Test
    void fullMemberIsPassedOverAndAFullGroupRefuses() {
        restartWith("queue_messages_max", "4");
        subscribedAndAway("a", "$share/g/t", 1);
        subscribedAndAway("b", "$share/g/t", 1);
        RawClient publisher = client(5, "publisher");
        for (int i = 0; i < 8; i++) {
            assertEquals(0, publisher.publish("t", Integer.toString(i), 1));
        }
        assertEquals(0x97, publisher.publish("t", "8", 1));
        assertEquals(0x97, publisher.publish(Publish.of("t", "9").retain().qos(1, 9)));
        assertEquals(0, broker.broker().retainedCount());
        assertEquals(2, broker.count(Counter.REFUSED_QUEUE_FULL));
        RawClient back = durable(4, "a");
        assertEquals(4, receivedByAll(List.of(back), 4).get(0).size());
        back.expectSilence(); // its acknowledgements have been heard
        for (int i = 10; i < 12; i++) { // one of these turns is the full one's
            assertEquals(0, publisher.publish("t", Integer.toString(i), 1));
        }
        assertEquals(List.of(numbers(10, 12)), receivedByAll(List.of(back), 2));
    }

    @Test
    void refusedByAGroupMeansReceivedByNobody() {
        restartWith("queue_messages_max", "2");
        subscribedAndAway("away", "$share/g/t", 1);
        RawClient alone = member(5, "alone", "t", 1);
        RawClient publisher = client(5, "publisher");
        publisher.publish("t", "0", 1);
        publisher.publish("t", "1", 1);
        assertEquals(List.of(List.of("0", "1")), receivedByAll(List.of(alone), 2));
        for (int i = 0; i < 5; i++) { // each gives back the room it had taken
            assertEquals(0x97, publisher.publish("t", "no", 1));
        }
        expectNothingOnItsWayTo(alone);
        RawClient back = durable(4, "away");
        assertEquals(List.of(List.of("0", "1")), receivedByAll(List.of(back), 2));
        back.expectSilence(); // its acknowledgements have been heard
        assertEquals(0, publisher.publish("t", "2", 1));
        assertEquals(List.of(List.of("2")), receivedByAll(List.of(alone), 1));
    }

    @Test
    void slowMemberDoesNotHoldUpTheOthers() {
        restartWith("queue_messages_max", "4");
        RawClient slow = client(5, "slow");
        slow.subscribe("$share/g/t", 1);
        RawClient quick = member(5, "quick", "$share/g/t", 1);
        RawClient publisher = client(5, "publisher");
        for (int i = 0; i < 20; i++) {
            assertEquals(0, publisher.publish("t", Integer.toString(i), 1));
            if (i != 0 && i != 2) {
                quick.acknowledge(quick.expectPublish("t", Integer.toString(i), 1));
                quick.expectSilence(); // its acknowledgement has been heard
            }
        }
        assertEquals(List.of(List.of("0", "2")), receivedByAll(List.of(slow), 2));
    }

    @Test
    void messageTooLargeForTheChosenMemberIsDroppedAndCounted() {
        RawClient small = open(5).connected(Connect.as(5, "small").with(Property.maximumPacketSize(100)));
        small.subscribe("$share/g/t", 1);
        RawClient other = member(5, "other", "$share/g/t", 1);
        RawClient publisher = client(5, "publisher");
        assertEquals(0, publisher.publish("t", "x".repeat(100), 1));
        assertEquals(0, publisher.publish("t", "1", 1));
        assertEquals(0, publisher.publish("t", "2", 1));
        assertEquals(List.of(List.of("2"), List.of("1")), receivedByAll(List.of(small, other), 2));
        assertEquals(1, broker.count(Counter.DROPPED_TOO_LARGE_FOR_RECEIVER));
    }

    @Test
    void willIsSharedToo() {
        List<RawClient> members = members(5, 2, "$share/g/will", 1);
        RawClient dying = open(5).connected(Connect.as(5, "dying").will("will", "gone", 1, false));
        dying.reset();
        assertEquals(1, receivedByAll(members, 1).stream().mapToInt(List::size).sum());
        members.forEach(this::expectNothingOnItsWayTo);
    }

    @Test
    void publicationsOfTheBoxAreSharedToo() {
        List<RawClient> members = members(5, 2, "$share/g/t", 1);
        try (LocalClient local = broker.broker().localClient("box", (topic, payload, retain, properties) -> {})) {
            for (int i = 0; i < 6; i++) {
                local.publish("t", new byte[] {'0'}, Qos.AT_LEAST_ONCE, false, ForwardedProperties.NONE);
            }
            assertEquals(
                    List.of(3, 3),
                    receivedByAll(members, 6).stream().map(List::size).toList());
        }
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** With {@code shared_order: topic_hash} each topic has its member, and its messages keep their order. */
@OneLaneAndFour
class SharedOrderTest extends BrokerTestBase {
    private static final int TOPICS = 24;

    /** By topic: what came, in order. */
    private final Map<String, List<Integer>> numbers = new HashMap<>();

    /** By topic: to whom. */
    private final Map<String, String> memberOf = new HashMap<>();

    @Override
    String[] settings() {
        return new String[] {"shared_order", "topic_hash", "durability", "none"};
    }

    /** Four, by their client ids. */
    private Map<String, RawClient> members(BiFunction<Integer, String, RawClient> connected) {
        Map<String, RawClient> members = new TreeMap<>();
        for (String clientId : List.of("a", "b", "c", "d")) {
            RawClient member = connected.apply(5, clientId);
            assertEquals(1, member.subscribe("$share/g/t/+", 1));
            members.put(clientId, member);
        }
        return members;
    }

    /** Publishes to all topics, round about, and does not wait for acknowledgements in between. */
    private void publish(int from, int to) {
        RawClient publisher = client(4, "publisher");
        for (int i = from; i < to; i++) {
            for (int topic = 0; topic < TOPICS; topic++) {
                publisher.send(Publish.of("t/" + topic, Integer.toString(i)).qos(1, publisher.nextPacketId()));
            }
        }
        for (int i = 0; i < (to - from) * TOPICS; i++) {
            publisher.expect(PacketType.PUBACK);
        }
        publisher.disconnect();
    }

    private void receive(Map<String, RawClient> members, int count) {
        int[] left = {count};
        await("everything received", () -> {
            members.forEach((clientId, member) -> {
                member.ping();
                for (Packet p = member.receive(); p.type() != PacketType.PINGRESP; p = member.receive()) {
                    numbers.computeIfAbsent(p.topic(), topic -> new ArrayList<>())
                            .add(Integer.parseInt(p.payloadText()));
                    String other = memberOf.put(p.topic(), clientId);
                    assertTrue(other == null || other.equals(clientId), p.topic() + " went to another member");
                    member.puback(p.packetId());
                    left[0]--;
                }
            });
            return left[0] <= 0;
        });
    }

    private void expectOrder(int to) {
        List<Integer> expected = IntStream.range(0, to).boxed().toList();
        assertEquals(TOPICS, numbers.size());
        numbers.forEach((topic, found) -> assertEquals(expected, found, topic));
    }

    @Test
    void messagesOfATopicKeepTheirOrder() {
        Map<String, RawClient> members = members(this::client);
        publish(0, 20);
        receive(members, 20 * TOPICS);
        expectOrder(20);
        assertEquals(members.keySet(), Set.copyOf(memberOf.values()), "members who receive something");
    }

    @Test
    void whoGoesTakesAlongNobodyElsesTopics() {
        Map<String, RawClient> members = members(this::client);
        publish(0, 2);
        receive(members, 2 * TOPICS);
        members.remove("b").disconnect();
        memberOf.values().removeIf("b"::equals);
        publish(2, 4);
        receive(members, 2 * TOPICS); // each topic of theirs stays where it was
        expectOrder(4);
    }

    @Test
    void topicStaysWithItsMemberOverARestart() {
        restartWith("shared_order", "topic_hash");
        Map<String, RawClient> members = members(this::durable);
        publish(0, 2);
        receive(members, 2 * TOPICS);
        members.values().forEach(RawClient::expectSilence); // their acknowledgements have been heard
        broker.restart();
        publish(2, 4); // while all are away
        members.replaceAll((clientId, member) -> durable(5, clientId));
        publish(4, 6);
        receive(members, 4 * TOPICS);
        expectOrder(6);
    }

    @Test
    void whoIsFullIsNotPassedOver() {
        restartWith("shared_order", "topic_hash", "queue_messages_max", "3");
        subscribedAndAway("a", "$share/g/t/+", 1);
        subscribedAndAway("b", "$share/g/t/+", 1);
        RawClient publisher = client(5, "publisher");
        List<Integer> reasons = IntStream.range(0, 5)
                .map(i -> publisher.publish("t/x", Integer.toString(i), 1))
                .boxed()
                .toList();
        assertEquals(List.of(0, 0, 0, 0x97, 0x97), reasons);
        assertEquals(0x97, publisher.publish(Publish.of("t/x", "5").retain().qos(1, 9)));
        assertEquals(0, broker.broker().retainedCount());
    }
}

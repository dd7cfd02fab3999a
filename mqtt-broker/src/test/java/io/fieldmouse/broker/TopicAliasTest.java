package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topic aliases, which are a connection's own, each way. */
@OneLaneAndFour
class TopicAliasTest extends BrokerTestBase {
    private static final String TOPIC = "plant/line-1/boiler/flow-temperature";
    private static final String OTHER = "plant/line-1/boiler/return-temperature";

    private static Publish aliased(String topic, String payload, int alias) {
        return Publish.of(topic, payload).with(Property.topicAlias(alias));
    }

    private RawClient taking(int aliasMax, String clientId) {
        return open(5).connected(Connect.as(5, clientId).with(Property.topicAliasMaximum(aliasMax)));
    }

    private RawClient subscriber(String filter, int qos) {
        RawClient subscriber = client(4, "subscriber");
        subscriber.subscribe(filter, qos);
        return subscriber;
    }

    // ---- from the client

    @Test
    @Proves({"MQTT-3.2.2-17", "MQTT-3.2.2-18"})
    void brokerSaysHowManyItTakes() {
        assertEquals(32, open(5).connect(Connect.as(5, "a")).number(Property.TOPIC_ALIAS_MAXIMUM));
        restartWith("topic_alias_max", "7");
        assertEquals(7, open(5).connect(Connect.as(5, "a")).number(Property.TOPIC_ALIAS_MAXIMUM));
        restartWith("topic_alias_max", "0");
        assertFalse(open(5).connect(Connect.as(5, "a")).has(Property.TOPIC_ALIAS_MAXIMUM));
    }

    @Test
    @Proves("MQTT-3.3.2-12")
    void aliasStandsForTheTopicItWasGivenLast() {
        RawClient subscriber = subscriber("#", 0);
        RawClient publisher = client(5, "publisher");
        for (int alias = 1; alias <= 32; alias++) {
            publisher.send(aliased("topic/" + alias, "given", alias));
            subscriber.expectPublish("topic/" + alias, "given");
        }
        for (int alias = 1; alias <= 32; alias++) {
            publisher.send(aliased("", "used", alias));
            subscriber.expectPublish("topic/" + alias, "used");
        }
        publisher.send(aliased(OTHER, "given anew", 7));
        publisher.send(aliased("", "used", 7));
        publisher.send(aliased("", "used", 8));
        subscriber.expectPublish(OTHER, "given anew");
        subscriber.expectPublish(OTHER, "used");
        subscriber.expectPublish("topic/8", "used");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aliasServesEveryQosAndRetainedMessages(int qos) {
        RawClient publisher = client(5, "publisher");
        publisher.publish(aliased(TOPIC, "given", 1).qos(qos, 1));
        publisher.publish(aliased("", "used", 1).qos(qos, 2).retain());
        RawClient subscriber = client(4, "subscriber");
        subscriber.subscribe("plant/#", qos);
        assertTrue(subscriber.expectPublish(TOPIC, "used", qos).retain());
    }

    @Test
    void refusedPublishGivesItsAliasAllTheSame() {
        restartWith("queue_messages_max", "1");
        subscribedAndAway("away", TOPIC, 1);
        RawClient publisher = client(5, "publisher");
        assertEquals(0, publisher.publish(Publish.of(TOPIC, "fills the queue").qos(1, 1)));
        assertEquals(0x97, publisher.publish(aliased(TOPIC, "refused", 1).qos(1, 2)));
        RawClient subscriber = subscriber(TOPIC, 0);
        publisher.send(aliased("", "used", 1));
        subscriber.expectPublish(TOPIC, "used");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 33, 65_535})
    @Proves({"MQTT-3.3.2-8", "MQTT-3.3.2-9"})
    void aliasOutOfRangeEndsTheConnection(int alias) {
        RawClient publisher = client(5, "publisher");
        publisher.send(aliased(TOPIC, "x", alias));
        publisher.expectDisconnect(0x94);
        RawClient again = client(5, "publisher");
        again.send(aliased("", "x", alias));
        again.expectDisconnect(0x94);
    }

    @Test
    void withoutAliasesEachIsOutOfRange() {
        restartWith("topic_alias_max", "0");
        RawClient publisher = client(5, "publisher");
        publisher.send(aliased(TOPIC, "x", 1));
        publisher.expectDisconnect(0x94);
    }

    @Test
    void aliasThatStandsForNothingIsAProtocolError() {
        RawClient publisher = client(5, "publisher");
        publisher.publish(aliased(TOPIC, "given", 1).qos(1, 1));
        publisher.send(aliased("", "x", 2));
        publisher.expectDisconnect(0x82);
    }

    @Test
    @Proves("MQTT-3.3.2-7")
    void aliasEndsWithItsConnectionAlsoWhereTheSessionDoesNot() {
        RawClient before = durable(5, "publisher");
        before.publish(aliased(TOPIC, "given", 1).qos(1, 1));
        RawClient neighbour = client(5, "neighbour");
        neighbour.send(aliased("", "of another connection", 1));
        neighbour.expectDisconnect(0x82);
        before.disconnect();
        RawClient after = durable(5, "publisher");
        after.send(aliased("", "of before", 1));
        after.expectDisconnect(0x82);
    }

    @Test
    void topicsThatAliasesStandForAreBoundedAndGivenBack() {
        restartWith("session_bytes_max", "65536");
        String half = "x".repeat(20_000);
        for (int round = 0; round < 3; round++) {
            RawClient greedy = whoFindsRoomFor(half);
            greedy.send(aliased(half + "y", "in place of it", 1));
            greedy.expectSilence();
            greedy.send(aliased(half + "z", "beside it", 2));
            greedy.expectDisconnect(0x97);
        }
        whoFindsRoomFor(half);
    }

    /** The room of a connection that has ended may take a moment to come back. */
    private RawClient whoFindsRoomFor(String topic) {
        RawClient[] found = new RawClient[1];
        await("there is room for an alias", () -> {
            found[0] = client(5, "greedy");
            found[0].send(aliased(topic, "given", 1));
            found[0].ping();
            return found[0].receive().type() == PacketType.PINGRESP;
        });
        return found[0];
    }

    // ---- to the client

    @Test
    @Proves({"MQTT-3.1.2-26", "MQTT-3.3.2-11"})
    void topicIsSentOnceWithItsAliasAndThenTheAliasAlone() {
        RawClient subscriber = taking(1, "subscriber");
        subscriber.subscribe("plant/#", 0);
        RawClient publisher = client(4, "publisher");
        for (int i = 1; i <= 4; i++) {
            publisher.publish(TOPIC, Integer.toString(i), 0);
        }
        assertEquals(1, subscriber.expectPublish(TOPIC, "1").number(Property.TOPIC_ALIAS));
        assertEquals(1, subscriber.expectPublish("", "2").number(Property.TOPIC_ALIAS));
        assertEquals(1, subscriber.expectPublish("", "3").number(Property.TOPIC_ALIAS));
        assertEquals(1, subscriber.expectPublish("", "4").number(Property.TOPIC_ALIAS));
    }

    @Test
    @Proves("MQTT-3.1.2-27")
    void whoTakesNoAliasesGetsNone() {
        RawClient silent = client(5, "silent");
        RawClient refusing = taking(0, "refusing");
        RawClient old = client(4, "old");
        for (RawClient subscriber : new RawClient[] {silent, refusing, old}) {
            subscriber.subscribe("plant/#", 0);
        }
        RawClient publisher = client(4, "publisher");
        for (int i = 1; i <= 5; i++) {
            publisher.publish(TOPIC, Integer.toString(i), 0);
            for (RawClient subscriber : new RawClient[] {silent, refusing, old}) {
                assertFalse(subscriber.expectPublish(TOPIC, Integer.toString(i)).has(Property.TOPIC_ALIAS));
            }
        }
    }

    /** Reads as a client does: an alias that the broker uses must have been given on this connection. */
    private static final class AliasReader {
        private final String[] topics;
        private int used;

        AliasReader(int aliasMax) {
            topics = new String[aliasMax + 1];
        }

        String topicOf(Packet publish) {
            int alias = (int) publish.number(Property.TOPIC_ALIAS);
            if (alias < 0) {
                return publish.topic();
            }
            assertTrue(alias >= 1 && alias < topics.length, () -> "alias of " + publish);
            if (publish.topic().isEmpty()) {
                used++;
                assertTrue(topics[alias] != null, () -> "alias without a topic in " + publish);
            } else {
                topics[alias] = publish.topic();
            }
            return topics[alias];
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 32, 65_535})
    void everyMessageArrivesUnderItsTopicHoweverManyTopicsThereAre(int aliasMax) {
        RawClient subscriber = taking(aliasMax, "subscriber");
        subscriber.subscribe("plant/#", 1);
        RawClient publisher = client(4, "publisher");
        AliasReader reader = new AliasReader(Math.min(aliasMax, 32));
        Random random = new Random(3);
        for (int i = 0; i < 1_000; i++) {
            int number = (int) Math.abs(random.nextGaussian() * 12);
            int qos = random.nextInt(2);
            publisher.publish("plant/line-1/device/" + number, Integer.toString(i), qos);
            Packet message = subscriber.expect(PacketType.PUBLISH);
            assertEquals(
                    "plant/line-1/device/" + number + " " + i, reader.topicOf(message) + " " + message.payloadText());
            subscriber.acknowledge(message);
        }
        assertTrue(reader.used > 20 * Math.min(aliasMax, 16), "aliases used: " + reader.used);
    }

    @Test
    void moreTopicsInTurnThanAliasesLeaveThoseThatAreGivenInUse() {
        RawClient subscriber = taking(8, "subscriber");
        subscriber.subscribe("plant/#", 0);
        RawClient publisher = client(4, "publisher");
        AliasReader reader = new AliasReader(8);
        for (int i = 0; i < 1_000; i++) {
            publisher.publish("plant/line-1/device/" + i % 20, "", 0);
            reader.topicOf(subscriber.expect(PacketType.PUBLISH));
        }
        assertTrue(reader.used > 300, "aliases used: " + reader.used);
    }

    @Test
    void packetThatIsTooLargeGivesNoAlias() {
        int size = Publish.of(TOPIC, "12345").bytes(5).length;
        RawClient subscriber = open(5).connected(Connect.as(5, "subscriber")
                .with(Property.topicAliasMaximum(5))
                .with(Property.maximumPacketSize(size + 2)));
        subscriber.subscribe("plant/#", 0);
        RawClient publisher = client(4, "publisher");
        publisher.publish(TOPIC, "too large for its receiver", 0);
        publisher.publish(TOPIC, "12345", 0); // fits, but not with an alias beside the topic
        publisher.publish(TOPIC, "12", 0);
        publisher.publish(TOPIC, "large, but not with an alias only", 0);
        assertFalse(subscriber.expectPublish(TOPIC, "12345").has(Property.TOPIC_ALIAS));
        assertEquals(1, subscriber.expectPublish(TOPIC, "12").number(Property.TOPIC_ALIAS));
        assertEquals(
                1,
                subscriber
                        .expectPublish("", "large, but not with an alias only")
                        .number(Property.TOPIC_ALIAS));
        assertEquals(1, broker.count(Counter.DROPPED_TOO_LARGE_FOR_RECEIVER));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsSentAgainSaysItsTopic(boolean restart) {
        Connect connect = Connect.as(5, "subscriber").durable().with(Property.topicAliasMaximum(5));
        RawClient before = open(5).connected(connect);
        before.subscribe("plant/#", 2);
        RawClient publisher = client(4, "publisher");
        for (int i = 1; i <= 3; i++) {
            publisher.publish(TOPIC, Integer.toString(i), 2);
        }
        before.expectPublish(TOPIC, "1", 2);
        before.expectPublish("", "2", 2);
        Packet third = before.expectPublish("", "3", 2);
        if (restart) {
            broker.restart();
        } else {
            before.disconnect();
        }
        RawClient after = open(5).connected(connect);
        assertEquals(1, after.expectPublish(TOPIC, "1", 2).number(Property.TOPIC_ALIAS));
        assertEquals(1, after.expectPublish("", "2", 2).number(Property.TOPIC_ALIAS));
        Packet again = after.expectPublish("", "3", 2);
        assertTrue(again.dup());
        assertEquals(third.packetId(), again.packetId());
    }

    @Test
    void oneMessageForManyHasTheAliasOfEach() {
        int clients = 6;
        RawClient[] subscribers = new RawClient[clients];
        for (int i = 0; i < clients; i++) {
            subscribers[i] = i % 2 == 0 ? taking(i + 1, "subscriber-" + i) : client(5, "subscriber-" + i);
            subscribers[i].subscribe("plant/#", i < 3 ? 1 : 0);
        }
        subscribers[4].subscribe("plant/line-1/#", 0, Property.subscriptionId(9));
        RawClient publisher = client(5, "publisher");
        for (int message = 1; message <= 6; message++) {
            publisher.publish(Publish.of(message > 4 ? OTHER : TOPIC, "m" + message)
                    .qos(1, message)
                    .with(Property.user("k", "v")));
        }
        for (int i = 0; i < clients; i++) {
            AliasReader reader = new AliasReader(i + 1);
            for (int number = 1; number <= 6; number++) {
                Packet message = subscribers[i].expect(PacketType.PUBLISH);
                assertEquals(
                        (number > 4 ? OTHER : TOPIC) + " m" + number,
                        reader.topicOf(message) + " " + message.payloadText());
                assertEquals(List.of("k=v"), message.userProperties());
                subscribers[i].acknowledge(message);
            }
            // The only alias of the first stays with the topic that is sent more often.
            int expected = i % 2 == 1 ? 0 : i == 0 ? 3 : 4;
            assertEquals(expected, reader.used, "of subscriber " + i);
        }
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SUBSCRIBE, UNSUBSCRIBE, and which messages that brings. */
@OneLaneAndFour
class SubscribeTest extends BrokerTestBase {
    private static final int NO_LOCAL = 4;
    private static final int RETAIN_AS_PUBLISHED = 8;
    private static final byte[] ONE = Wire.u8(1);

    @Test
    @Proves({
        "MQTT-3.8.4-1",
        "MQTT-3.8.4-2",
        "MQTT-3.8.4-5",
        "MQTT-3.8.4-6",
        "MQTT-3.8.4-7",
        "MQTT-3.9.3-1",
        "MQTT-3.9.3-2",
        "MQTT-4.7.1-1",
        "MQTT-4.7.1-2"
    })
    void eachFilterGetsItsCodeInOrder() {
        RawClient client = client(5, "a");
        client.send(Wire.packet(
                Wire.SUBSCRIBE,
                Wire.u16(5),
                Wire.properties(),
                Wire.text("a"),
                Wire.u8(0),
                Wire.text("$share/g/a"),
                Wire.u8(1),
                Wire.text("b/#"),
                Wire.u8(2),
                Wire.text("b/#/c"),
                Wire.u8(2),
                Wire.text("c+"),
                Wire.u8(2),
                Wire.text("+/+"),
                Wire.u8(1)));
        Packet answer = client.expect(PacketType.SUBACK);
        assertEquals(5, answer.packetId());
        assertEquals(List.of(0, 1, 2, 0x8F, 0x8F, 1), answer.codes());
    }

    @Test
    @Proves({
        "MQTT-2.2.1-6",
        "MQTT-3.10.4-1",
        "MQTT-3.10.4-4",
        "MQTT-3.10.4-5",
        "MQTT-3.10.4-6",
        "MQTT-3.11.3-1",
        "MQTT-3.11.3-2",
        "MQTT-2.3.1-7 of 3.1.1",
        "MQTT-3.10.4-4 of 3.1.1",
        "MQTT-3.10.4-5 of 3.1.1"
    })
    void unsubscribeSaysWhatThereWas() {
        RawClient client = client(5, "a");
        client.subscribe("a", 0);
        client.subscribe("b/#", 1);
        assertEquals(List.of(0, 0x11, 0), client.unsubscribe("a", "c", "b/#"));
        assertEquals(List.of(0x11), client.unsubscribe("a"));
        RawClient old = client(4, "b");
        assertEquals(List.of(), old.unsubscribe("never"));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    @Proves({"MQTT-3.10.4-1", "MQTT-3.10.4-2", "MQTT-3.10.4-1 of 3.1.1", "MQTT-3.10.4-2 of 3.1.1"})
    void nothingComesAfterUnsubscribe(int level) {
        RawClient client = client(level, "a");
        client.subscribe("t/#", 1);
        client.subscribe("t/x", 1);
        client.unsubscribe("t/#");
        RawClient publisher = client(4, "p");
        publisher.publish("t/x", "one", 1);
        client.acknowledge(client.expectPublish("t/x", "one"));
        client.unsubscribe("t/x");
        publisher.publish("t/x", "two", 1);
        expectNothingOnItsWayTo(client);
    }

    @Test
    @Proves("MQTT-3.8.4-3")
    void subscribingAgainReplacesTheOptions() {
        RawClient client = client(5, "a");
        client.subscribe("t", 2, Property.subscriptionId(1));
        client.subscribe("t", 0, Property.subscriptionId(2));
        client(4, "p").publish("t", "x", 2);
        Packet packet = client.expectPublish("t", "x", 0);
        assertEquals(List.of(2L), packet.numbers(Property.SUBSCRIPTION_ID));
        expectNothingOnItsWayTo(client);
    }

    @Test
    @Proves({"MQTT-3.3.4-2", "MQTT-3.3.4-3", "MQTT-3.3.4-4", "MQTT-3.3.5-1 of 3.1.1"})
    void overlappingSubscriptionsBringOneCopyAtTheHighestQosWithAllIdentifiers() {
        RawClient client = client(5, "a");
        client.subscribe("t/+", 0, Property.subscriptionId(1));
        client.subscribe("t/#", 2, Property.subscriptionId(128));
        client.subscribe("t/x", 1, Property.subscriptionId(16_384));
        client.subscribe("+/x", 1);
        RawClient old = client(4, "old");
        old.subscribe("t/+", 1);
        old.subscribe("t/x", 0);
        RawClient publisher = client(4, "p");
        publisher.publish("t/x", "m", 2);
        Packet packet = client.expectPublish("t/x", "m", 2);
        assertEquals(
                List.of(1L, 128L, 16_384L),
                packet.numbers(Property.SUBSCRIPTION_ID).stream().sorted().toList());
        client.acknowledge(packet);
        old.acknowledge(old.expectPublish("t/x", "m", 1));
        expectNothingOnItsWayTo(client);
        expectNothingOnItsWayTo(old);
    }

    @Test
    @Proves("MQTT-3.8.3-3")
    void ownMessagesAreLeftOutWithNoLocal() {
        RawClient client = client(5, "a");
        client.subscribe("t", 1 | NO_LOCAL);
        client.publish("t", "own", 1);
        client(4, "p").publish("t", "other's", 1);
        client.acknowledge(client.expectPublish("t", "other's", 1));
        expectNothingOnItsWayTo(client);
    }

    @Test
    void ownMessagesComeThroughAnOverlappingSubscriptionThatWantsThem() {
        RawClient client = client(5, "a");
        client.subscribe("t/#", 1 | NO_LOCAL, Property.subscriptionId(1));
        client.subscribe("t/x", 0, Property.subscriptionId(2));
        client.send(Publish.of("t/x", "own").qos(1, 1));
        Packet first = client.receive();
        Packet second = client.receive();
        Packet message = first.type() == PacketType.PUBLISH ? first : second;
        assertEquals("own", message.payloadText());
        assertEquals(0, message.qos());
        assertEquals(List.of(2L), message.numbers(Property.SUBSCRIPTION_ID));
    }

    @Test
    void ownMessagesComeByDefault() {
        RawClient client = client(4, "a");
        client.subscribe("t", 0);
        client.publish("t", "own", 0);
        client.expectPublish("t", "own", 0);
    }

    @Test
    @Proves({"MQTT-3.3.1-12", "MQTT-3.3.1-13", "MQTT-3.3.1-9 of 3.1.1"})
    void retainFlagIsKeptOnlyAsPublished() {
        RawClient plain = client(5, "plain");
        RawClient asPublished = client(5, "as-published");
        RawClient old = client(4, "old");
        plain.subscribe("t", 1);
        asPublished.subscribe("t", 1 | RETAIN_AS_PUBLISHED);
        old.subscribe("t", 1);
        RawClient publisher = client(4, "p");
        for (int qos = 0; qos <= 1; qos++) {
            publisher.publish(Publish.of("t", "kept").retain().qos(qos, qos));
            assertFalse(plain.expectPublish("t", "kept").retain());
            assertFalse(old.expectPublish("t", "kept").retain());
            assertTrue(asPublished.expectPublish("t", "kept").retain());
            publisher.publish("t", "not kept", qos);
            assertFalse(plain.expectPublish("t", "not kept").retain());
            assertFalse(old.expectPublish("t", "not kept").retain());
            assertFalse(asPublished.expectPublish("t", "not kept").retain());
        }
    }

    @Test
    @Proves({"MQTT-4.7.2-1", "MQTT-4.7.2-1 of 3.1.1"})
    void dollarTopicsAreNotMatchedByWildcardsInTheFirstLevel() {
        RawClient client = client(4, "a");
        client.subscribe("#", 0);
        client.subscribe("+/x", 0);
        RawClient meant = client(4, "b");
        meant.subscribe("$test/#", 0);
        RawClient publisher = client(4, "p");
        publisher.publish("$test/x", "hidden", 1);
        publisher.publish(Publish.of("$test/x", "hidden too").retain().qos(1, 9));
        meant.expectPublish("$test/x", "hidden");
        meant.expectPublish("$test/x", "hidden too");
        expectNothingOnItsWayToAll(client);
        client.subscribe("#", 1);
        client.subscribe("+/x", 1);
        client.expectSilence();
        meant.subscribe("$test/+", 1);
        assertTrue(meant.expectPublish("$test/x", "hidden too").retain());
    }

    /** For a client that sees every topic. */
    private void expectNothingOnItsWayToAll(RawClient subscriber) {
        client(4, "marker").publish("marker/y", "m", 0);
        subscriber.expectPublish("marker/y", "m");
        subscriber.expectSilence();
    }

    @Test
    @Proves({"MQTT-3.3.2-3", "MQTT-4.7.3-4"})
    void wildcardsMatchAsTheSpecificationSays() {
        RawClient client = client(5, "a");
        String[][] cases = {
            {"sport/#", "sport"},
            {"sport/#", "sport/tennis/player1"},
            {"sport/+", "sport/"},
            {"+/+", "/finance"},
            {"/+", "/finance"},
            {"+/tennis/#", "sport/tennis"},
            {"#", "a"},
            {"/#", "/"}
        };
        RawClient publisher = client(4, "p");
        for (String[] pair : cases) {
            client.subscribe(pair[0], 0);
            publisher.publish(pair[1], pair[0], 0);
            client.expectPublish(pair[1], pair[0]);
            client.unsubscribe(pair[0]);
        }
        for (String[] pair : new String[][] {{"+", "/finance"}, {"sport/+", "sport"}, {"a/b", "a/B"}, {"a", "a/"}}) {
            client.subscribe(pair[0], 0);
            publisher.publish(pair[1], pair[0], 0);
            expectNothingOnItsWayTo(client);
            client.unsubscribe(pair[0]);
        }
    }

    @Test
    void subscriptionsAreBoundedAndReplacingOneIsNotCounted() {
        restartWith("subscriptions_max", "2");
        RawClient client = client(5, "a");
        assertEquals(1, client.subscribe("a", 1));
        assertEquals(1, client.subscribe("b", 1));
        assertEquals(0x97, client.subscribe("c", 1));
        assertEquals(0, client.subscribe("a", 0));
        client.unsubscribe("a");
        assertEquals(1, client.subscribe("c", 1));
        RawClient old = client(4, "b");
        old.subscribe("a", 1);
        old.subscribe("b", 1);
        assertEquals(0x80, old.subscribe("c", 1));
    }

    @Test
    void topicLevelsAreBounded() {
        restartWith("topic_levels_max", "3");
        RawClient client = client(5, "a");
        assertEquals(0x8F, client.subscribe("a/b/c/#", 1));
        assertEquals(1, client.subscribe("a/b/#", 1));
        client.send(Publish.of("a/b/c/d", "x"));
        client.expectDisconnect(0x90);
    }

    @Test
    void publicationRightAfterSubackIsSeen() {
        RawClient subscriber = client(5, "s");
        RawClient publisher = client(4, "p");
        for (int i = 0; i < 200; i++) {
            subscriber.subscribe("t/" + i, 0);
            publisher.publish("t/" + i, "x", 0);
            subscriber.expectPublish("t/" + i, "x");
        }
    }

    @Test
    void thousandsOfUserPropertiesAreNoBurden() {
        RawClient client = client(5, "a");
        byte[][] many = new byte[20_000][];
        for (int i = 0; i < many.length; i++) {
            many[i] = Property.user("k", "v");
        }
        byte[] all = Wire.join(many);
        client.send(Wire.packet(Wire.SUBSCRIBE, Wire.u16(1), Wire.properties(all), Wire.text("t"), ONE));
        client.expect(PacketType.SUBACK);
        client.send(Wire.packet(Wire.PUBLISH, Wire.text("t"), Wire.properties(all)));
        assertEquals(20_000, client.expect(PacketType.PUBLISH).userProperties().size());
    }

    /** The second filter as bytes: b/#/c, none, b, a byte that UTF-8 has not, a surrogate, NUL. */
    @ParameterizedTest
    @CsvSource({
        "3, 62 2f 23 2f 63, 1",
        "4, 62 2f 23 2f 63, 1",
        "4, '', 1",
        "4, 62, 3",
        "4, 62, 4",
        "4, ff, 1",
        "5, 62, 3",
        "5, 62, 0x31",
        "5, 62, 0x41",
        "5, ff, 1",
        "5, ed a0 80, 1",
        "5, 00, 1"
    })
    void aSubscribeThatEndsTheConnectionHasSubscribedToNothing(int level, String second, String options) {
        RawClient client = durable(level, "a");
        client.subscribe("before", 1);
        client.send(Wire.packet(
                Wire.SUBSCRIBE,
                Wire.u16(7),
                level >= 5 ? Wire.properties() : new byte[0],
                Wire.text("first"),
                ONE,
                Wire.binary(Wire.hex(second)),
                Wire.u8(Integer.decode(options))));
        if (level >= 5) {
            client.expect(PacketType.DISCONNECT);
        }
        client.expectClosed();
        RawClient again = durable(5, "a");
        assertEquals(List.of(0x11, 0), again.unsubscribe("first", "before"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"force", "none"})
    @Proves({"MQTT-2.2.1-6", "MQTT-3.8.4-2"})
    void manySubscribesAtOnceAreAllAnswered(String durability) {
        restartWith("durability", durability);
        RawClient client = durable(5, "eager");
        for (int id = 1; id <= 3_000; id++) {
            client.sendSubscribe(id, "t/" + id, 1, new byte[0]);
        }
        for (int id = 1; id <= 3_000; id++) {
            assertEquals(id, client.expect(PacketType.SUBACK).packetId());
        }
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
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

/** What the broker says beside its reason codes: to whom it is said, and when it must not be. */
@OneLaneAndFour
class ProblemInformationTest extends BrokerTestBase {
    private static final String RECEIVER_FULL = "the queue of a receiver is full";
    private static final String BAD_FILTER = "a/#/b";

    private int refusals;

    private RawClient client(byte[]... properties) {
        Connect connect = Connect.as(5, "client");
        for (byte[] property : properties) {
            connect.with(property);
        }
        return open(5).connected(connect);
    }

    private Packet refusedPublish(int qos, byte[]... properties) {
        restartWith("queue_messages_max", "1");
        String topic = "refused/" + ++refusals;
        subscribedAndAway("away-" + refusals, topic, 2);
        RawClient publisher = client(properties);
        assertEquals(0, publisher.publish(Publish.of(topic, "fills the queue").qos(qos, 1)));
        publisher.send(Publish.of(topic, "refused").qos(qos, 2));
        Packet answer = publisher.expect(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC, 2, 0x97);
        publisher.expectSilence();
        return answer;
    }

    private static Packet badSubscribe(RawClient client) {
        client.send(Wire.packet(
                Wire.SUBSCRIBE,
                Wire.u16(1),
                Wire.properties(),
                Wire.text("good"),
                Wire.u8(1),
                Wire.text(BAD_FILTER),
                Wire.u8(1)));
        Packet answer = client.expect(PacketType.SUBACK);
        assertEquals(List.of(1, 0x8F), answer.codes());
        return answer;
    }

    private static Packet badUnsubscribe(RawClient client) {
        client.send(Wire.packet(
                Wire.UNSUBSCRIBE,
                Wire.u16(2),
                Wire.properties(),
                Wire.text("good"),
                Wire.text("never"),
                Wire.text(BAD_FILTER)));
        Packet answer = client.expect(PacketType.UNSUBACK);
        assertEquals(List.of(0, 0x11, 0x8F), answer.codes());
        return answer;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void refusedPublishIsToldWhy(int qos) {
        assertEquals(RECEIVER_FULL, refusedPublish(qos).text(Property.REASON_STRING));
    }

    @Test
    void refusedFilterIsNamedWithWhatIsWrongWithIt() {
        RawClient client = client(Property.requestProblemInformation(1));
        String inSubAck = badSubscribe(client).text(Property.REASON_STRING);
        assertTrue(inSubAck.startsWith("filter 2: "), inSubAck);
        String inUnsubAck = badUnsubscribe(client).text(Property.REASON_STRING);
        assertTrue(inUnsubAck.startsWith("filter 3: "), inUnsubAck);
    }

    @Test
    void whatSucceedsNeedsNoWords() {
        RawClient client = client();
        client.sendSubscribe(1, "t", 1, Property.user("k", "v"));
        assertFalse(client.expect(PacketType.SUBACK).has(Property.REASON_STRING));
        client.send(Publish.of("nobody/listens", "x").qos(1, 1));
        assertFalse(client.expect(PacketType.PUBACK, 1, 0x10).has(Property.REASON_STRING));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Proves("MQTT-3.1.2-29")
    void whoWantsNoProblemInformationGetsCodesOnly(int qos) {
        byte[] none = Property.requestProblemInformation(0);
        assertFalse(refusedPublish(qos, none).has(Property.REASON_STRING));
        RawClient client = client(none);
        assertFalse(badSubscribe(client).has(Property.REASON_STRING));
        assertFalse(badUnsubscribe(client).has(Property.REASON_STRING));
    }

    @ParameterizedTest
    @CsvSource({"1,0", "1,1", "2,0", "2,1"})
    @Proves({"MQTT-3.4.2-2", "MQTT-3.5.2-2"})
    void wordsThatDoNotFitStayOutOfAcknowledgements(int qos, int room) {
        int size = refusedPublish(qos).size();
        Packet answer = refusedPublish(qos, Property.maximumPacketSize(size - 1 + room));
        assertEquals(room == 1, answer.has(Property.REASON_STRING));
    }

    @Test
    @Proves({"MQTT-3.9.2-1", "MQTT-3.11.2-1"})
    void wordsThatDoNotFitStayOutOfSubackAndUnsuback() {
        RawClient roomy = client();
        int subAckBytes = badSubscribe(roomy).size();
        int unsubAckBytes = badUnsubscribe(roomy).size();
        for (int less = 0; less < 2; less++) {
            RawClient subscriber = client(Property.maximumPacketSize(subAckBytes - less));
            assertEquals(less == 0, badSubscribe(subscriber).has(Property.REASON_STRING));
            RawClient unsubscriber = client(Property.maximumPacketSize(unsubAckBytes - less));
            badSubscribe(unsubscriber);
            assertEquals(less == 0, badUnsubscribe(unsubscriber).has(Property.REASON_STRING));
        }
    }

    @Test
    @Proves("MQTT-3.14.2-3")
    void wordsThatDoNotFitStayOutOfDisconnect() {
        RawClient client = client(Property.maximumPacketSize(30));
        client.send(Publish.of("a", "x").with(Property.topicAlias(1_000)));
        assertFalse(client.expect(PacketType.DISCONNECT).has(Property.REASON_STRING));
        client.expectClosed();
    }

    @Test
    @Proves("MQTT-3.2.2-19")
    void wordsThatDoNotFitStayOutOfConnack() {
        restartWith("client_id_chars_max", "23");
        Connect connect = Connect.as(5, "x".repeat(24));
        Packet roomy = open(5).connect(connect);
        assertTrue(roomy.has(Property.REASON_STRING));
        Packet tight = open(5).connect(connect.with(Property.maximumPacketSize(roomy.size() - 1)));
        assertEquals(0x85, tight.reason());
        assertFalse(tight.has(Property.REASON_STRING));
    }

    @Test
    @Proves("MQTT-3.1.2-24")
    void answerThatCannotBeMadeToFitIsNotSent() {
        int size = open(5).connect(Connect.as(5, "client")).size();
        RawClient client = client(Property.maximumPacketSize(size));
        byte[] filters = {};
        for (int i = 0; i < size; i++) {
            filters = Wire.join(filters, Wire.text("t/" + i), Wire.u8(0));
        }
        client.send(Wire.packet(Wire.SUBSCRIBE, Wire.u16(1), Wire.properties(), filters));
        client.expectDisconnect(0x95);
        RawClient tooTight = open(5);
        tooTight.send(Connect.as(5, "client")
                .with(Property.maximumPacketSize(size - 1))
                .bytes());
        assertEquals(0x83, tooTight.expect(PacketType.CONNACK).reason());
        tooTight.expectClosed();
        RawClient hopeless = open(5);
        hopeless.send(
                Connect.as(5, "client").with(Property.maximumPacketSize(4)).bytes());
        hopeless.expectClosed();
    }

    @Test
    @Proves("MQTT-3.1.2-28")
    void responseInformationIsForThoseWhoAsk() {
        byte[] asks = Property.requestResponseInformation(1);
        assertFalse(open(5).connect(Connect.as(5, "a").with(asks)).has(Property.RESPONSE_INFORMATION));
        restartWith("response_information", "answers/");
        assertEquals("answers/", open(5).connect(Connect.as(5, "a").with(asks)).text(Property.RESPONSE_INFORMATION));
        assertFalse(open(5).connect(Connect.as(5, "a")).has(Property.RESPONSE_INFORMATION));
        assertFalse(open(5).connect(Connect.as(5, "a").with(Property.requestResponseInformation(0)))
                .has(Property.RESPONSE_INFORMATION));
    }

    @Test
    void userPropertiesMayStandInEveryPacket() {
        byte[] some = Wire.join(Property.user("k", "1"), Property.user("k", "2"));
        RawClient client = client(some);
        client.subscribe("t", 2, some);
        client.send(Publish.of("t", "x").qos(2, 1).with(some));
        client.send(Wire.packet(Wire.PUBREL, Wire.u16(1), Wire.u8(0), Wire.properties(some)));
        List<Packet> came = List.of(client.receive(), client.receive(), client.receive()); // PUBREC and PUBCOMP, too
        Packet message = came.stream()
                .filter(packet -> packet.type() == PacketType.PUBLISH)
                .findFirst()
                .orElseThrow();
        assertEquals(List.of("k=1", "k=2"), message.userProperties());
        int id = message.packetId();
        client.send(Wire.packet(Wire.PUBREC, Wire.u16(id), Wire.u8(0), Wire.properties(some)));
        client.expect(PacketType.PUBREL, id, 0);
        client.send(Wire.packet(Wire.PUBCOMP, Wire.u16(id), Wire.u8(0), Wire.properties(some)));
        client.send(Wire.packet(Wire.UNSUBSCRIBE, Wire.u16(2), Wire.properties(some), Wire.text("t")));
        client.expect(PacketType.UNSUBACK);
        client.disconnect(0, some);
    }
}

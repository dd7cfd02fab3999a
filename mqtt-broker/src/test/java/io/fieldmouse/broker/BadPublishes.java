package io.fieldmouse.broker;

import static io.fieldmouse.broker.BadPackets.CLOSED;
import static io.fieldmouse.broker.BadPackets.MALFORMED;
import static io.fieldmouse.broker.BadPackets.PROTOCOL_ERROR;
import static io.fieldmouse.broker.wire.Wire.PUBLISH;
import static io.fieldmouse.broker.wire.Wire.bytes;
import static io.fieldmouse.broker.wire.Wire.hex;
import static io.fieldmouse.broker.wire.Wire.join;
import static io.fieldmouse.broker.wire.Wire.packet;
import static io.fieldmouse.broker.wire.Wire.properties;
import static io.fieldmouse.broker.wire.Wire.text;
import static io.fieldmouse.broker.wire.Wire.u16;
import static io.fieldmouse.broker.wire.Wire.u8;

import io.fieldmouse.broker.wire.Property;
import java.util.LinkedHashMap;
import java.util.Map;

/** PUBLISH packets a broker must refuse. */
final class BadPublishes {
    private static final byte[] NO_PROPERTIES = properties();

    /** What is no UTF-8, or may not be in a string of MQTT (section 1.5.4). */
    private static final Map<String, String> BAD_TEXTS = badTexts();

    private BadPublishes() {}

    private static Map<String, String> badTexts() {
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put("a null character", "00");
        bad.put("a null character between others", "61 00 62");
        bad.put("a null character in two bytes", "c0 80");
        bad.put("a slash in two bytes", "c0 af");
        bad.put("a slash in three bytes", "e0 80 af");
        bad.put("a slash in four bytes", "f0 80 80 af");
        bad.put("the first surrogate", "ed a0 80");
        bad.put("the last surrogate", "ed bf bf");
        bad.put("a pair of surrogates", "ed a0 bd ed b8 80");
        bad.put("a character beyond the last", "f4 90 80 80");
        bad.put("a character of five bytes", "f8 88 80 80 80");
        bad.put("a byte that only continues", "80");
        bad.put("byte FE", "fe");
        bad.put("byte FF", "ff");
        bad.put("half a character of two bytes", "c3");
        bad.put("two bytes of a character of three", "e2 82");
        bad.put("three bytes of a character of four", "f0 9f 90");
        bad.put("half a character before another", "c3 61");
        return bad;
    }

    static void inMqtt5(BadPackets bad) {
        fields(bad);
        texts(bad, NO_PROPERTIES, MALFORMED);
        values(bad);
        byte[] body = join(text("t"), u16(1), properties(Property.contentType("ab"), Property.user("k", "v")));
        bad.cutShort("PUBLISH", 0x32, body, length -> MALFORMED);
    }

    private static byte[] publish(byte[]... props) {
        return packet(PUBLISH, text("t"), properties(props), u8(0));
    }

    @Proves({
        "MQTT-1.5.4-1",
        "MQTT-1.5.4-2",
        "MQTT-3.3.2-1",
        "MQTT-3.3.2-2",
        "MQTT-4.7.0-1",
        "MQTT-1.5.3-1 of 3.1.1",
        "MQTT-1.5.3-2 of 3.1.1",
        "MQTT-3.3.2-1 of 3.1.1",
        "MQTT-3.3.2-2 of 3.1.1",
        "MQTT-4.7.1-1 of 3.1.1"
    })
    private static void texts(BadPackets bad, byte[] properties, int reason) {
        BAD_TEXTS.forEach((what, digits) -> {
            byte[] topic = hex(digits);
            bad.row("PUBLISH: topic of " + what, reason, packet(PUBLISH, u16(topic.length), topic, properties));
        });
        for (String topic : new String[] {"+", "#", "a/+", "a/#", "+/a", "a/+/b", "a+", "a#", "/+"}) {
            bad.row("PUBLISH: topic " + topic, reason, packet(PUBLISH, text(topic), properties));
        }
    }

    @Proves({"MQTT-1.5.5-1", "MQTT-2.2.1-3", "MQTT-2.2.2-1", "MQTT-3.3.1-2", "MQTT-3.3.1-4", "MQTT-4.7.3-1"})
    private static void fields(BadPackets bad) {
        bad.row("PUBLISH: DUP at QoS 0", MALFORMED, packet(0x38, text("t"), NO_PROPERTIES));
        bad.row("PUBLISH: QoS 3", MALFORMED, packet(0x36, text("t"), u16(1), NO_PROPERTIES));
        bad.row("PUBLISH: empty topic without alias", PROTOCOL_ERROR, packet(PUBLISH, text(""), NO_PROPERTIES));
        bad.row("PUBLISH: DUP and RETAIN at QoS 0", MALFORMED, packet(0x39, text("t"), NO_PROPERTIES));
        bad.row("PUBLISH: QoS 3 and RETAIN", MALFORMED, packet(0x37, text("t"), u16(1), NO_PROPERTIES));
        bad.row("PUBLISH: QoS 3 and DUP", MALFORMED, packet(0x3E, text("t"), u16(1), NO_PROPERTIES));
        bad.row("PUBLISH: packet id 0 and DUP", MALFORMED, packet(0x3A, text("t"), u16(0), NO_PROPERTIES));
        bad.row("PUBLISH: empty topic at QoS 1", PROTOCOL_ERROR, packet(0x32, text(""), u16(1), NO_PROPERTIES));
        bad.row("PUBLISH: packet id 0", MALFORMED, packet(0x32, text("t"), u16(0), NO_PROPERTIES));
        bad.row("PUBLISH: packet id 0 at QoS 2", MALFORMED, packet(0x34, text("t"), u16(0), NO_PROPERTIES));
        bad.row("PUBLISH: nothing in it", MALFORMED, packet(PUBLISH));
        bad.row("PUBLISH: one byte", MALFORMED, packet(PUBLISH, u8(0)));
        bad.row("PUBLISH: topic beyond the packet", MALFORMED, packet(PUBLISH, hex("0009"), bytes("t")));
        bad.row("PUBLISH: no packet id", MALFORMED, packet(0x32, text("t")));
        bad.row("PUBLISH: half a packet id", MALFORMED, packet(0x32, text("t"), u8(1)));
        bad.row("PUBLISH: no properties", MALFORMED, packet(PUBLISH, text("t")));
        bad.row("PUBLISH: too many levels", 0x90, packet(PUBLISH, text("/".repeat(200)), NO_PROPERTIES));
        bad.row("PUBLISH: length of five bytes", MALFORMED, hex("30 ff ff ff ff 01"));
        bad.row("PUBLISH: length with a needless byte", MALFORMED, hex("30 84 00 0001 74 00"));
        bad.row("PUBLISH: larger than the broker takes", 0x95, hex("30 ff ff ff 7f"));
    }

    @Proves({
        "MQTT-1.5.5-1",
        "MQTT-1.5.7-1",
        "MQTT-3.3.2-8",
        "MQTT-3.3.2-13",
        "MQTT-3.3.2-14",
        "MQTT-3.3.2-19",
        "MQTT-3.3.4-6"
    })
    private static void values(BadPackets bad) {
        byte[] alias = Property.topicAlias(1);
        bad.row("PUBLISH: alias 0", 0x94, publish(Property.topicAlias(0)));
        bad.row("PUBLISH: alias above the maximum", 0x94, publish(Property.topicAlias(33)));
        bad.row("PUBLISH: alias that stands for nothing", PROTOCOL_ERROR, packet(PUBLISH, text(""), properties(alias)));
        bad.row("PUBLISH: alias twice", PROTOCOL_ERROR, publish(alias, alias));
        bad.row("PUBLISH: subscription identifier", PROTOCOL_ERROR, publish(Property.subscriptionId(1)));
        twice(bad, "Payload Format", Property.payloadFormat(1));
        twice(bad, "Message Expiry", Property.messageExpiry(1));
        twice(bad, "Content Type", Property.contentType("a"));
        twice(bad, "Response Topic", Property.responseTopic("a"));
        twice(bad, "Correlation Data", Property.correlationData(bytes("a")));
        notAllowed(bad, "Will Delay", Property.willDelay(1));
        notAllowed(bad, "Session Expiry", Property.sessionExpiry(1));
        notAllowed(bad, "Receive Maximum", Property.receiveMaximum(1));
        notAllowed(bad, "Maximum Packet Size", Property.maximumPacketSize(1));
        notAllowed(bad, "Reason String", Property.reasonString("a"));
        notAllowed(bad, "Authentication Method", Property.authenticationMethod("a"));
        notAllowed(bad, "Assigned Client Identifier", join(u8(0x12), text("a")));
        notAllowed(bad, "Maximum QoS", hex("24 01"));
        notAllowed(bad, "identifier 0", hex("00"));
        notAllowed(bad, "identifier 4", hex("04 00"));
        notAllowed(bad, "identifier 127", hex("7f 00"));
        notAllowed(bad, "identifier of two bytes", hex("81 01"));
        notAllowed(bad, "identifier with a needless byte", hex("81 00 00"));
        notAllowed(bad, "Payload Format without value", hex("01"));
        notAllowed(bad, "Message Expiry of three bytes", hex("02 00 00 01"));
        notAllowed(bad, "Content Type of half a length", hex("03 00"));
        notAllowed(bad, "Content Type beyond the properties", hex("03 00 05 61"));
        notAllowed(bad, "Correlation Data beyond the properties", hex("09 ff ff 61"));
        notAllowed(bad, "User Property without value", join(u8(0x26), text("k")));
        notAllowed(bad, "User Property of bad UTF-8", hex("26 0001 6b 0001 ff"));
        notAllowed(bad, "User Property name of bad UTF-8", hex("26 0002 c080 0001 76"));
        notAllowed(bad, "Content Type of bad UTF-8", hex("03 0001 ff"));
        notAllowed(bad, "Content Type with null character", join(u8(3), text("a\0")));
        notAllowed(bad, "Response Topic of bad UTF-8", hex("08 0001 ff"));
        bad.row("PUBLISH: Payload Format 2", PROTOCOL_ERROR, publish(Property.payloadFormat(2)));
        bad.row("PUBLISH: Response Topic a/#", PROTOCOL_ERROR, publish(Property.responseTopic("a/#")));
        bad.row("PUBLISH: Response Topic +", PROTOCOL_ERROR, publish(Property.responseTopic("+")));
        bad.row("PUBLISH: property length beyond the packet", MALFORMED, packet(PUBLISH, text("t"), hex("7f 01 01")));
        bad.row(
                "PUBLISH: property length cuts a property",
                MALFORMED,
                packet(PUBLISH, text("t"), hex("03 02 00 00 00 05")));
        bad.row("PUBLISH: property length with a needless byte", MALFORMED, packet(PUBLISH, text("t"), hex("80 00")));
        bad.row("PUBLISH: property length of five bytes", MALFORMED, packet(PUBLISH, text("t"), hex("80 80 80 80 01")));
        bad.row("PUBLISH: property length cut", MALFORMED, packet(PUBLISH, text("t"), hex("80")));
    }

    private static void twice(BadPackets bad, String name, byte[] property) {
        byte[] twice = publish(property, Property.user("a", "b"), property);
        bad.row("PUBLISH: " + name + " twice", PROTOCOL_ERROR, twice);
    }

    private static void notAllowed(BadPackets bad, String name, byte[] property) {
        bad.row("PUBLISH: property " + name, MALFORMED, publish(property));
    }

    @Proves({"MQTT-2.3.1-1 of 3.1.1", "MQTT-3.3.1-2 of 3.1.1", "MQTT-3.3.1-4 of 3.1.1", "MQTT-4.7.3-1 of 3.1.1"})
    static void inOlder(BadPackets bad) {
        texts(bad, new byte[0], CLOSED);
        bad.closed("PUBLISH: DUP at QoS 0", packet(0x38, text("t")));
        bad.closed("PUBLISH: QoS 3", packet(0x36, text("t"), u16(1)));
        bad.closed("PUBLISH: empty topic", packet(PUBLISH, text("")));
        bad.closed("PUBLISH: packet id 0", packet(0x32, text("t"), u16(0)));
        bad.closed("PUBLISH: no packet id", packet(0x34, text("t")));
        bad.closed("PUBLISH: nothing in it", packet(PUBLISH));
        bad.closed("PUBLISH: topic beyond the packet", packet(PUBLISH, hex("0005 61")));
        bad.closed("PUBLISH: too many levels", packet(PUBLISH, text("/".repeat(200))));
        bad.closed("PUBLISH: length of five bytes", hex("30 80 80 80 80 01"));
        bad.closed("PUBLISH: length with a needless byte", hex("30 83 00 0001 74"));
        bad.closed("PUBLISH: larger than the broker takes", hex("30 80 80 80 01"));
        bad.closed("PUBLISH: DUP and RETAIN at QoS 0", packet(0x39, text("t")));
        bad.closed("PUBLISH: QoS 3 and RETAIN", packet(0x37, text("t"), u16(1)));
        bad.closed("PUBLISH: packet id 0 at QoS 2", packet(0x34, text("t"), u16(0)));
        bad.closed("PUBLISH: empty topic at QoS 1", packet(0x32, text(""), u16(1)));
        bad.cutShort("PUBLISH", 0x32, join(text("topic"), u16(1)), length -> CLOSED);
    }
}

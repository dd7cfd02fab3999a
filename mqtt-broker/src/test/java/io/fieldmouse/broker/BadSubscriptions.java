package io.fieldmouse.broker;

import static io.fieldmouse.broker.BadPackets.CLOSED;
import static io.fieldmouse.broker.BadPackets.MALFORMED;
import static io.fieldmouse.broker.BadPackets.PROTOCOL_ERROR;
import static io.fieldmouse.broker.wire.Wire.SUBSCRIBE;
import static io.fieldmouse.broker.wire.Wire.UNSUBSCRIBE;
import static io.fieldmouse.broker.wire.Wire.hex;
import static io.fieldmouse.broker.wire.Wire.join;
import static io.fieldmouse.broker.wire.Wire.packet;
import static io.fieldmouse.broker.wire.Wire.properties;
import static io.fieldmouse.broker.wire.Wire.text;
import static io.fieldmouse.broker.wire.Wire.u16;
import static io.fieldmouse.broker.wire.Wire.u8;

import io.fieldmouse.broker.wire.Property;

/** SUBSCRIBE and UNSUBSCRIBE packets a broker must refuse. */
final class BadSubscriptions {
    private static final byte[] NO_PROPERTIES = properties();

    /** That none of them is a filter (section 4.7.1) closes the connection of an older client. */
    private static final String[] BAD_FILTERS = {
        "", "#/", "#/a", "a/#/b", "a/#/", "a#", "#a", "##", "+#", "a/b#", "a+", "+a", "++", "a/+b/c", "a/b+/c", "a/+#"
    };

    private BadSubscriptions() {}

    private static byte[] subscribe(byte[] properties, byte[]... rest) {
        return packet(SUBSCRIBE, u16(1), properties, join(rest));
    }

    @Proves({
        "MQTT-2.2.1-3",
        "MQTT-3.8.1-1",
        "MQTT-3.8.3-1",
        "MQTT-3.8.3-2",
        "MQTT-3.8.3-5",
        "MQTT-3.10.1-1",
        "MQTT-3.10.3-1",
        "MQTT-3.10.3-2"
    })
    static void inMqtt5(BadPackets bad) {
        byte[] id = Property.subscriptionId(5);
        bad.row("SUBSCRIBE: flags 0000", MALFORMED, packet(0x80, u16(1), NO_PROPERTIES, text("t"), u8(0)));
        bad.row("SUBSCRIBE: flags 0011", MALFORMED, packet(0x83, u16(1), NO_PROPERTIES, text("t"), u8(0)));
        bad.row("SUBSCRIBE: packet id 0", MALFORMED, packet(SUBSCRIBE, u16(0), NO_PROPERTIES, text("t"), u8(0)));
        bad.row("SUBSCRIBE: no filter", PROTOCOL_ERROR, subscribe(NO_PROPERTIES));
        bad.row("SUBSCRIBE: nothing in it", MALFORMED, packet(SUBSCRIBE));
        bad.row("SUBSCRIBE: no properties", MALFORMED, packet(SUBSCRIBE, u16(1)));
        bad.row("SUBSCRIBE: filter without options", MALFORMED, subscribe(NO_PROPERTIES, text("t")));
        bad.row("SUBSCRIBE: filter beyond the packet", MALFORMED, subscribe(NO_PROPERTIES, hex("0007 61 00")));
        bad.row("SUBSCRIBE: half a second filter", MALFORMED, subscribe(NO_PROPERTIES, text("t"), u8(0), u8(0)));
        bad.row("SUBSCRIBE: filter of bad UTF-8", MALFORMED, subscribe(NO_PROPERTIES, hex("0001 ff 00")));
        bad.row("SUBSCRIBE: filter with null character", MALFORMED, subscribe(NO_PROPERTIES, text("a\0"), u8(0)));
        bad.row("SUBSCRIBE: QoS 3", MALFORMED, subscribe(NO_PROPERTIES, text("t"), u8(3)));
        bad.row("SUBSCRIBE: retain handling 3", PROTOCOL_ERROR, subscribe(NO_PROPERTIES, text("t"), u8(0x30)));
        bad.row("SUBSCRIBE: reserved bit 6", MALFORMED, subscribe(NO_PROPERTIES, text("t"), u8(0x40)));
        bad.row("SUBSCRIBE: reserved bit 7", MALFORMED, subscribe(NO_PROPERTIES, text("t"), u8(0x80)));
        bad.row("SUBSCRIBE: identifier 0", PROTOCOL_ERROR, subscribe(properties(hex("0b 00")), text("t"), u8(0)));
        bad.row("SUBSCRIBE: identifier twice", PROTOCOL_ERROR, subscribe(properties(id, id), text("t"), u8(0)));
        bad.row(
                "SUBSCRIBE: identifier of five bytes",
                MALFORMED,
                subscribe(properties(hex("0b ffffffff01")), text("t"), u8(0)));
        bad.row(
                "SUBSCRIBE: Message Expiry",
                MALFORMED,
                subscribe(properties(Property.messageExpiry(1)), text("t"), u8(0)));
        bad.row("SUBSCRIBE: property length beyond the packet", MALFORMED, subscribe(hex("7f"), text("t"), u8(0)));
        bad.row("UNSUBSCRIBE: flags 0000", MALFORMED, packet(0xA0, u16(1), NO_PROPERTIES, text("t")));
        bad.row("UNSUBSCRIBE: packet id 0", MALFORMED, packet(UNSUBSCRIBE, u16(0), NO_PROPERTIES, text("t")));
        bad.row("UNSUBSCRIBE: no filter", PROTOCOL_ERROR, packet(UNSUBSCRIBE, u16(1), NO_PROPERTIES));
        bad.row("UNSUBSCRIBE: nothing in it", MALFORMED, packet(UNSUBSCRIBE));
        bad.row(
                "UNSUBSCRIBE: filter beyond the packet",
                MALFORMED,
                packet(UNSUBSCRIBE, u16(1), NO_PROPERTIES, hex("0002 61")));
        bad.row("UNSUBSCRIBE: half a length", MALFORMED, packet(UNSUBSCRIBE, u16(1), NO_PROPERTIES, text("t"), u8(0)));
        bad.row(
                "UNSUBSCRIBE: filter of bad UTF-8",
                MALFORMED,
                packet(UNSUBSCRIBE, u16(1), NO_PROPERTIES, hex("0001 ff")));
        bad.row("UNSUBSCRIBE: identifier", MALFORMED, packet(UNSUBSCRIBE, u16(1), properties(id), text("t")));
        bad.row("SUBSCRIBE: retain handling 3 of the second", PROTOCOL_ERROR, second(0x30));
        bad.row("SUBSCRIBE: QoS 3 of the second", MALFORMED, second(0x03));
        bad.row("SUBSCRIBE: reserved bits of the second", MALFORMED, second(0xC0));
        bad.row("SUBSCRIBE: all options", MALFORMED, subscribe(NO_PROPERTIES, text("t"), u8(0xFF)));
        bad.row("SUBSCRIBE: identifier with a needless byte", MALFORMED, identified("0b 81 00"));
        bad.row("SUBSCRIBE: identifier without value", MALFORMED, identified("0b"));
        bad.row("SUBSCRIBE: larger than the broker takes", 0x95, hex("82 ff ff ff 7f"));
        bad.row("SUBSCRIBE: one byte", MALFORMED, packet(SUBSCRIBE, u8(1)));
        bad.row("UNSUBSCRIBE: flags 0011", MALFORMED, packet(0xA3, u16(1), NO_PROPERTIES, text("t")));
        bad.row("UNSUBSCRIBE: flags 1010", MALFORMED, packet(0xAA, u16(1), NO_PROPERTIES, text("t")));
        bad.row("UNSUBSCRIBE: no properties", MALFORMED, packet(UNSUBSCRIBE, u16(1)));
        bad.row("UNSUBSCRIBE: null character", MALFORMED, packet(UNSUBSCRIBE, u16(1), NO_PROPERTIES, text("a\0")));
        bad.row("UNSUBSCRIBE: larger than the broker takes", 0x95, hex("a2 ff ff ff 7f"));
        byte[] filter = join(u16(1), properties(id), text("t"), u8(1));
        bad.cutShort("SUBSCRIBE", SUBSCRIBE, filter, length -> length == 5 ? PROTOCOL_ERROR : MALFORMED);
        byte[] topic = join(u16(1), NO_PROPERTIES, text("topic"));
        bad.cutShort("UNSUBSCRIBE", UNSUBSCRIBE, topic, length -> length == 3 ? PROTOCOL_ERROR : MALFORMED);
    }

    private static byte[] second(int options) {
        return subscribe(NO_PROPERTIES, text("a"), u8(0), text("b"), u8(options));
    }

    private static byte[] identified(String property) {
        return subscribe(properties(hex(property)), text("t"), u8(0));
    }

    @Proves({
        "MQTT-2.3.1-1 of 3.1.1",
        "MQTT-3.8.3-1 of 3.1.1",
        "MQTT-3.8.3-3 of 3.1.1",
        "MQTT-3.8.3-4 of 3.1.1",
        "MQTT-3.10.3-1 of 3.1.1",
        "MQTT-3.10.3-2 of 3.1.1",
        "MQTT-4.7.1-2 of 3.1.1",
        "MQTT-4.7.1-3 of 3.1.1"
    })
    static void inOlder(BadPackets bad) {
        bad.closed("SUBSCRIBE: packet id 0", packet(SUBSCRIBE, u16(0), text("t"), u8(0)));
        bad.closed("SUBSCRIBE: no filter", packet(SUBSCRIBE, u16(1)));
        bad.closed("SUBSCRIBE: filter without QoS", packet(SUBSCRIBE, u16(1), text("t")));
        bad.closed("SUBSCRIBE: QoS 3", packet(SUBSCRIBE, u16(1), text("t"), u8(3)));
        bad.closed("SUBSCRIBE: options of MQTT 5", packet(SUBSCRIBE, u16(1), text("t"), u8(4)));
        bad.closed("SUBSCRIBE: reserved bit", packet(SUBSCRIBE, u16(1), text("t"), u8(0x41)));
        bad.closed("SUBSCRIBE: bad UTF-8", packet(SUBSCRIBE, u16(1), hex("0001 ff 00")));
        bad.closed("UNSUBSCRIBE: packet id 0", packet(UNSUBSCRIBE, u16(0), text("t")));
        bad.closed("UNSUBSCRIBE: no filter", packet(UNSUBSCRIBE, u16(1)));
        bad.closed("UNSUBSCRIBE: filter beyond the packet", packet(UNSUBSCRIBE, u16(1), hex("0003 61")));
        for (String filter : BAD_FILTERS) {
            bad.closed("SUBSCRIBE: filter \"" + filter + "\"", packet(SUBSCRIBE, u16(1), text(filter), u8(0)));
        }
        bad.closed("SUBSCRIBE: QoS 3 of the second", packet(SUBSCRIBE, u16(1), text("a"), u8(0), text("b"), u8(3)));
        bad.closed("SUBSCRIBE: null character", packet(SUBSCRIBE, u16(1), text("a\0"), u8(0)));
        bad.closed("SUBSCRIBE: larger than the broker takes", hex("82 ff ff ff 7f"));
        bad.closed("UNSUBSCRIBE: bad UTF-8", packet(UNSUBSCRIBE, u16(1), hex("0001 ff")));
        bad.closed("UNSUBSCRIBE: null character", packet(UNSUBSCRIBE, u16(1), text("a\0")));
        bad.closed("UNSUBSCRIBE: larger than the broker takes", hex("a2 ff ff ff 7f"));
        bad.cutShort("SUBSCRIBE", SUBSCRIBE, join(u16(1), text("topic"), u8(1)), length -> CLOSED);
        bad.cutShort("UNSUBSCRIBE", UNSUBSCRIBE, join(u16(1), text("topic")), length -> CLOSED);
        if (bad.level() == 4) { // in 3.1 nobody looks at them
            flags(bad);
        }
    }

    @Proves({"MQTT-2.2.2-2 of 3.1.1", "MQTT-3.8.1-1 of 3.1.1", "MQTT-3.10.1-1 of 3.1.1"})
    private static void flags(BadPackets bad) {
        for (int flags : new int[] {0, 1, 3, 4, 6, 8, 10, 15}) {
            bad.closed("SUBSCRIBE: flags " + flags, packet(0x80 | flags, u16(1), text("t"), u8(0)));
            bad.closed("UNSUBSCRIBE: flags " + flags, packet(0xA0 | flags, u16(1), text("t")));
        }
    }
}

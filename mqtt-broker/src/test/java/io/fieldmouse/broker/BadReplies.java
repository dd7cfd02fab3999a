package io.fieldmouse.broker;

import static io.fieldmouse.broker.BadPackets.GOOD;
import static io.fieldmouse.broker.BadPackets.MALFORMED;
import static io.fieldmouse.broker.BadPackets.PROTOCOL_ERROR;
import static io.fieldmouse.broker.wire.Wire.PUBACK;
import static io.fieldmouse.broker.wire.Wire.PUBCOMP;
import static io.fieldmouse.broker.wire.Wire.PUBREC;
import static io.fieldmouse.broker.wire.Wire.PUBREL;
import static io.fieldmouse.broker.wire.Wire.hex;
import static io.fieldmouse.broker.wire.Wire.join;
import static io.fieldmouse.broker.wire.Wire.packet;
import static io.fieldmouse.broker.wire.Wire.properties;
import static io.fieldmouse.broker.wire.Wire.u16;
import static io.fieldmouse.broker.wire.Wire.u8;

import io.fieldmouse.broker.wire.Property;

/** PUBACK, PUBREC, PUBREL and PUBCOMP packets a broker must refuse. */
final class BadReplies {
    private static final byte[] NO_PROPERTIES = properties();
    private static final int[] TYPES = {PUBACK, PUBREC, PUBREL, PUBCOMP};

    private BadReplies() {}

    private static String name(int type) {
        return switch (type) {
            case PUBACK -> "PUBACK";
            case PUBREC -> "PUBREC";
            case PUBREL -> "PUBREL";
            default -> "PUBCOMP";
        };
    }

    @Proves({"MQTT-2.1.3-1", "MQTT-3.4.2-1", "MQTT-3.5.2-1", "MQTT-3.6.1-1", "MQTT-3.6.2-1", "MQTT-3.7.2-1"})
    static void inMqtt5(BadPackets bad) {
        for (int type : TYPES) {
            String name = name(type) + ": ";
            bad.row(name + "lowest flag", MALFORMED, packet(type ^ 1, u16(1)));
            bad.row(name + "nothing in it", MALFORMED, packet(type));
            bad.row(name + "half a packet id", MALFORMED, packet(type, u8(1)));
            bad.row(name + "packet id 0", MALFORMED, packet(type, u16(0)));
            bad.row(name + "unknown reason", PROTOCOL_ERROR, packet(type, u16(1), u8(0x7F)));
            bad.row(name + "longer than its fields", MALFORMED, packet(type, u16(1), u8(0), NO_PROPERTIES, u8(0)));
            bad.row(name + "property of other packets", MALFORMED, reply(type, Property.sessionExpiry(1)));
            bad.row(name + "property length beyond the packet", MALFORMED, packet(type, u16(1), u8(0), hex("04 1f")));
            byte[] why = Property.reasonString("a");
            bad.row(name + "Reason String twice", PROTOCOL_ERROR, reply(type, join(why, why)));
            bad.row(name + "second flag", MALFORMED, packet(type ^ 2, u16(1)));
            bad.row(name + "third flag", MALFORMED, packet(type ^ 4, u16(1)));
            bad.row(name + "fourth flag", MALFORMED, packet(type ^ 8, u16(1)));
            bad.row(name + "larger than the broker takes", 0x95, join(u8(type), hex("ff ff ff 7f")));
            bad.row(name + "reason of DISCONNECT", PROTOCOL_ERROR, packet(type, u16(1), u8(0x04)));
            bad.row(name + "reason of SUBSCRIBE", PROTOCOL_ERROR, packet(type, u16(1), u8(0x8F)));
            bad.row(name + "reason FF", PROTOCOL_ERROR, packet(type, u16(1), u8(0xFF)));
            bad.row(name + "Reason String of bad UTF-8", MALFORMED, reply(type, hex("1f 0001 ff")));
            bad.row(name + "Reason String with null character", MALFORMED, reply(type, hex("1f 0001 00")));
            bad.row(name + "identifier 0", MALFORMED, reply(type, hex("00")));
            byte[] body = join(u16(1), u8(0), properties(why));
            bad.cutShort(name(type), type, body, length -> length == 2 || length == 3 ? GOOD : MALFORMED);
        }
        bad.row("PUBACK: reason of PUBREL", PROTOCOL_ERROR, packet(PUBACK, u16(1), u8(0x92)));
        bad.row("PUBREC: reason of PUBREL", PROTOCOL_ERROR, packet(PUBREC, u16(1), u8(0x92)));
        bad.row("PUBREL: reason of PUBREC", PROTOCOL_ERROR, packet(PUBREL, u16(1), u8(0x80)));
        bad.row("PUBCOMP: reason of PUBACK", PROTOCOL_ERROR, packet(PUBCOMP, u16(1), u8(0x10)));
    }

    private static byte[] reply(int type, byte[] property) {
        return packet(type, u16(1), u8(0), properties(property));
    }

    @Proves({"MQTT-2.2.2-2 of 3.1.1", "MQTT-3.6.1-1 of 3.1.1"})
    static void inOlder(BadPackets bad) {
        for (int type : TYPES) {
            String name = name(type) + ": ";
            if (bad.level() == 4) { // in 3.1 nobody looks at them
                bad.closed(name + "lowest flag", packet(type ^ 1, u16(1)));
                bad.closed(name + "second flag", packet(type ^ 2, u16(1)));
                bad.closed(name + "third flag", packet(type ^ 4, u16(1)));
                bad.closed(name + "fourth flag", packet(type ^ 8, u16(1)));
            }
            bad.closed(name + "nothing in it", packet(type));
            bad.closed(name + "half a packet id", packet(type, u8(1)));
            bad.closed(name + "packet id 0", packet(type, u16(0)));
            bad.closed(name + "longer than its fields", packet(type, u16(1), u8(0)));
            bad.closed(name + "larger than the broker takes", join(u8(type), hex("ff ff ff 7f")));
        }
    }
}

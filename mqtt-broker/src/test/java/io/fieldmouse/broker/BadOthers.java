package io.fieldmouse.broker;

import static io.fieldmouse.broker.BadPackets.GOOD;
import static io.fieldmouse.broker.BadPackets.MALFORMED;
import static io.fieldmouse.broker.BadPackets.PROTOCOL_ERROR;
import static io.fieldmouse.broker.wire.Wire.AUTH;
import static io.fieldmouse.broker.wire.Wire.DISCONNECT;
import static io.fieldmouse.broker.wire.Wire.PINGREQ;
import static io.fieldmouse.broker.wire.Wire.hex;
import static io.fieldmouse.broker.wire.Wire.join;
import static io.fieldmouse.broker.wire.Wire.packet;
import static io.fieldmouse.broker.wire.Wire.properties;
import static io.fieldmouse.broker.wire.Wire.text;
import static io.fieldmouse.broker.wire.Wire.u8;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Property;

/** What else a broker must refuse: PINGREQ, DISCONNECT and AUTH with flaws, packets of servers, wrong lengths. */
final class BadOthers {
    private static final byte[] NO_PROPERTIES = properties();

    private BadOthers() {}

    @Proves({"MQTT-3.14.1-1", "MQTT-3.14.2-1", "MQTT-3.15.1-1", "MQTT-4.12.0-7"})
    static void inMqtt5(BadPackets bad) {
        byte[] expiry = Property.sessionExpiry(0);
        bad.row("PINGREQ: flags", MALFORMED, packet(0xC1));
        bad.row("PINGREQ: something in it", MALFORMED, packet(0xC0, u8(0)));
        bad.row("DISCONNECT: flags", MALFORMED, packet(0xE1));
        bad.row("DISCONNECT: reason of servers", PROTOCOL_ERROR, packet(DISCONNECT, u8(0x8B)));
        bad.row("DISCONNECT: unknown reason", PROTOCOL_ERROR, packet(DISCONNECT, u8(0x01)));
        bad.row(
                "DISCONNECT: Session Expiry twice",
                PROTOCOL_ERROR,
                packet(DISCONNECT, u8(0), properties(expiry, expiry)));
        bad.row(
                "DISCONNECT: longer expiry than none",
                PROTOCOL_ERROR,
                packet(DISCONNECT, u8(0), properties(Property.sessionExpiry(1))));
        bad.row(
                "DISCONNECT: Server Reference",
                MALFORMED,
                packet(DISCONNECT, u8(0), properties(join(u8(0x1C), text("a")))));
        bad.row("DISCONNECT: longer than its fields", MALFORMED, packet(DISCONNECT, u8(0), NO_PROPERTIES, u8(0)));
        bad.row("AUTH: nothing in it", PROTOCOL_ERROR, packet(0xF0));
        bad.row("AUTH: flags", MALFORMED, packet(0xF1));
        bad.row(
                "AUTH: method not begun in CONNECT",
                PROTOCOL_ERROR,
                packet(0xF0, u8(0x18), properties(Property.authenticationMethod("a"))));
        bad.row("CONNECT again", PROTOCOL_ERROR, Connect.as(5, "again").bytes());
        bad.row("CONNACK", PROTOCOL_ERROR, hex("20 03 00 00 00"));
        bad.row("SUBACK", PROTOCOL_ERROR, hex("90 04 00 01 00 00"));
        bad.row("UNSUBACK", PROTOCOL_ERROR, hex("b0 04 00 01 00 00"));
        bad.row("PINGRESP", PROTOCOL_ERROR, hex("d0 00"));
        bad.row("type 0", MALFORMED, hex("00 00"));
        bad.row("PINGREQ: larger than the broker takes", 0x95, hex("c0 ff ff ff 7f"));
        bad.row("DISCONNECT: larger than the broker takes", 0x95, hex("e0 ff ff ff 7f"));
        bad.row("AUTH: larger than the broker takes", 0x95, hex("f0 ff ff ff 7f"));
        bad.row("AUTH: longer than its fields", MALFORMED, packet(AUTH, u8(0x18), NO_PROPERTIES, u8(0)));
        bad.row("CONNACK: nothing in it", PROTOCOL_ERROR, hex("20 00"));
        bad.row("PINGRESP: something in it", PROTOCOL_ERROR, hex("d0 01 00"));
        bad.row("type 0 with flags", MALFORMED, hex("0f 00"));
        bad.row(
                "CONNECT again, of an older version",
                PROTOCOL_ERROR,
                Connect.as(4, "again").bytes());
        byte[] why = Property.reasonString("a");
        bad.row("DISCONNECT: Reason String twice", PROTOCOL_ERROR, packet(DISCONNECT, u8(0), properties(why, why)));
        for (int reason : new int[] {0x02, 0x10, 0x84, 0x87, 0x8D, 0x8E, 0x8F, 0x9C, 0x9D, 0xA2, 0xFF}) {
            String name = String.format("DISCONNECT: reason %02X of servers", reason);
            bad.row(name, PROTOCOL_ERROR, packet(DISCONNECT, u8(reason)));
        }
        byte[] body = join(u8(0), properties(expiry, why));
        bad.cutShort("DISCONNECT", DISCONNECT, body, length -> length < 2 ? GOOD : MALFORMED);
        byte[] auth = join(u8(0x18), properties(Property.authenticationMethod("a")));
        bad.cutShort("AUTH", AUTH, auth, length -> length < 2 ? PROTOCOL_ERROR : MALFORMED);
    }

    @Proves({"MQTT-2.2.2-2 of 3.1.1", "MQTT-3.14.1-1 of 3.1.1"})
    static void inOlder(BadPackets bad) {
        bad.closed("PINGREQ: something in it", packet(0xC0, u8(0)));
        bad.closed("DISCONNECT: something in it", packet(DISCONNECT, u8(0)));
        bad.closed("AUTH", packet(0xF0));
        bad.closed("CONNECT again", Connect.as(bad.level(), "again").bytes());
        bad.closed("CONNACK", hex("20 02 00 00"));
        bad.closed("SUBACK", hex("90 03 00 01 00"));
        bad.closed("UNSUBACK", hex("b0 02 00 01"));
        bad.closed("PINGRESP", hex("d0 00"));
        bad.closed("type 0", hex("00 00"));
        bad.closed("AUTH: something in it", packet(AUTH, u8(0x18), NO_PROPERTIES));
        bad.closed("CONNACK: nothing in it", hex("20 00"));
        bad.closed("type 0 with flags", hex("0f 00"));
        bad.closed("CONNECT again, of a newer version", Connect.as(5, "again").bytes());
        bad.closed("PINGREQ: larger than the broker takes", hex("c0 ff ff ff 7f"));
        bad.closed("DISCONNECT: larger than the broker takes", hex("e0 ff ff ff 7f"));
        if (bad.level() == 4) { // in 3.1 nobody looks at them
            for (int flags : new int[] {1, 2, 4, 8, 15}) {
                bad.closed("PINGREQ: flags " + flags, packet(PINGREQ | flags));
                bad.closed("DISCONNECT: flags " + flags, packet(DISCONNECT | flags));
            }
        }
    }
}

package io.fieldmouse.broker;

import static io.fieldmouse.broker.BadPackets.CLOSED;
import static io.fieldmouse.broker.BadPackets.MALFORMED;
import static io.fieldmouse.broker.BadPackets.PROTOCOL_ERROR;
import static io.fieldmouse.broker.wire.Wire.CONNECT;
import static io.fieldmouse.broker.wire.Wire.bytes;
import static io.fieldmouse.broker.wire.Wire.hex;
import static io.fieldmouse.broker.wire.Wire.join;
import static io.fieldmouse.broker.wire.Wire.packet;
import static io.fieldmouse.broker.wire.Wire.properties;
import static io.fieldmouse.broker.wire.Wire.text;
import static io.fieldmouse.broker.wire.Wire.u16;
import static io.fieldmouse.broker.wire.Wire.u8;

import io.fieldmouse.broker.wire.Property;

/** CONNECT packets a broker must refuse, and what is none and comes in its place. */
final class BadConnects {
    private static final byte[] NO_PROPERTIES = properties();

    private BadConnects() {}

    static void inMqtt5(BadPackets bad) {
        fields(bad);
        values(bad);
        byte[] head = join(text("MQTT"), u8(5), u8(0xC6), u16(0));
        byte[] payload = join(text("id"), properties(Property.willDelay(1)), text("w"), text("p"));
        byte[] body = join(head, properties(Property.receiveMaximum(9)), payload, text("user"), text("word"));
        bad.cutShort("CONNECT", CONNECT, body, length -> length < 7 ? CLOSED : MALFORMED);
    }

    private static byte[] connect(int flags, byte[] properties, byte[]... payload) {
        return packet(CONNECT, text("MQTT"), u8(5), u8(flags), u16(0), properties, join(payload));
    }

    @Proves({
        "MQTT-1.5.4-1",
        "MQTT-1.5.4-2",
        "MQTT-2.1.3-1",
        "MQTT-3.1.2-3",
        "MQTT-3.1.2-9",
        "MQTT-3.1.2-11",
        "MQTT-3.1.2-12",
        "MQTT-3.1.2-13",
        "MQTT-3.1.2-16",
        "MQTT-3.1.2-17",
        "MQTT-3.1.2-18",
        "MQTT-3.1.2-19",
        "MQTT-3.1.3-3",
        "MQTT-3.1.3-4",
        "MQTT-3.1.3-11",
        "MQTT-3.1.3-12"
    })
    private static void fields(BadPackets bad) {
        byte[] id = text("bad");
        byte[] will = join(NO_PROPERTIES, text("w"), text("p"));
        bad.row("CONNECT: reserved flag", MALFORMED, connect(0x03, NO_PROPERTIES, id));
        bad.row("CONNECT: will QoS without will", MALFORMED, connect(0x0A, NO_PROPERTIES, id));
        bad.row("CONNECT: will retain without will", MALFORMED, connect(0x22, NO_PROPERTIES, id));
        bad.row("CONNECT: will QoS 3", MALFORMED, connect(0x1E, NO_PROPERTIES, id, will));
        bad.row("CONNECT: will flag without will", MALFORMED, connect(0x06, NO_PROPERTIES, id));
        bad.row("CONNECT: will without payload", MALFORMED, connect(0x06, NO_PROPERTIES, id, NO_PROPERTIES, text("w")));
        bad.row("CONNECT: will without flag", MALFORMED, connect(0x02, NO_PROPERTIES, id, will));
        bad.row(
                "CONNECT: will topic with +",
                0x90,
                connect(0x06, NO_PROPERTIES, id, NO_PROPERTIES, text("+"), text("")));
        bad.row("CONNECT: will topic empty", 0x90, connect(0x06, NO_PROPERTIES, id, NO_PROPERTIES, text(""), text("")));
        bad.row(
                "CONNECT: will topic of bad UTF-8",
                MALFORMED,
                connect(0x06, NO_PROPERTIES, id, NO_PROPERTIES, hex("0001 ff"), text("")));
        bad.row("CONNECT: user name missing", MALFORMED, connect(0x82, NO_PROPERTIES, id));
        bad.row("CONNECT: user name without flag", MALFORMED, connect(0x02, NO_PROPERTIES, id, text("user")));
        bad.row(
                "CONNECT: password without flag",
                MALFORMED,
                connect(0x82, NO_PROPERTIES, id, text("user"), text("word")));
        bad.row("CONNECT: password missing", MALFORMED, connect(0xC2, NO_PROPERTIES, id, text("user")));
        bad.row("CONNECT: user name of bad UTF-8", MALFORMED, connect(0x82, NO_PROPERTIES, id, hex("0001 ff")));
        bad.row("CONNECT: longer than its fields", MALFORMED, connect(0x02, NO_PROPERTIES, id, u8(0)));
        bad.row("CONNECT: no client id", MALFORMED, connect(0x02, NO_PROPERTIES));
        bad.row("CONNECT: client id beyond the packet", MALFORMED, connect(0x02, NO_PROPERTIES, hex("0009 61")));
        bad.row("CONNECT: client id of bad UTF-8", MALFORMED, connect(0x02, NO_PROPERTIES, hex("0001 ff")));
        bad.row("CONNECT: client id with null character", MALFORMED, connect(0x02, NO_PROPERTIES, text("a\0")));
        bad.row("CONNECT: no properties", MALFORMED, packet(CONNECT, text("MQTT"), u8(5), u8(2), u16(0)));
        bad.row("CONNECT: no keep alive", MALFORMED, packet(CONNECT, text("MQTT"), u8(5), u8(2)));
        bad.row(
                "CONNECT: flags in the first byte",
                MALFORMED,
                packet(0x11, text("MQTT"), u8(5), u8(2), u16(0), NO_PROPERTIES, id));
        bad.row("CONNECT: larger than the broker takes", CLOSED, hex("10 ff ff ff 7f"));
        bad.row("CONNECT: length with a needless byte", CLOSED, hex("10 8d 00 0004 4d515454 05 02 0000 00 0000"));
        bad.row("CONNECT: nothing in it", CLOSED, packet(CONNECT));
        bad.row("CONNECT: half a protocol name", CLOSED, packet(CONNECT, hex("0004 4d51")));
        bad.row("type 0", CLOSED, hex("00 00"));
        bad.row(
                "text of another protocol",
                CLOSED,
                bytes("GET / HTTP/1.1\r\nHost: localhost:1883\r\nUser-Agent: a browser of some kind\r\n\r\n"));
        bad.row("the beginning of a TLS handshake", CLOSED, hex("16 03 01 00 05 01 00 00 01 00"));
        bad.row("CONNECT: will QoS 3 without will", MALFORMED, connect(0x1A, NO_PROPERTIES, id));
        bad.row(
                "CONNECT: will topic with #",
                0x90,
                connect(0x06, NO_PROPERTIES, id, NO_PROPERTIES, text("#"), text("")));
        for (int flags = 1; flags < 16; flags++) {
            byte[] body = join(text("MQTT"), u8(5), u8(2), u16(0), NO_PROPERTIES, id);
            bad.row("CONNECT: first byte with flags " + flags, MALFORMED, packet(CONNECT | flags, body));
        }
    }

    private static void values(BadPackets bad) {
        twiceInConnect(bad, "Session Expiry", Property.sessionExpiry(1));
        twiceInConnect(bad, "Receive Maximum", Property.receiveMaximum(1));
        twiceInConnect(bad, "Maximum Packet Size", Property.maximumPacketSize(100));
        twiceInConnect(bad, "Topic Alias Maximum", hex("22 0001"));
        twiceInConnect(bad, "Request Problem Information", hex("17 01"));
        inConnect(bad, "Receive Maximum 0", PROTOCOL_ERROR, Property.receiveMaximum(0));
        inConnect(bad, "Maximum Packet Size 0", PROTOCOL_ERROR, Property.maximumPacketSize(0));
        inConnect(bad, "Request Problem Information 2", PROTOCOL_ERROR, hex("17 02"));
        inConnect(bad, "Request Response Information 2", PROTOCOL_ERROR, hex("19 02"));
        inConnect(bad, "Authentication Data without method", PROTOCOL_ERROR, Property.authenticationData(bytes("a")));
        inConnect(bad, "Message Expiry", MALFORMED, Property.messageExpiry(1));
        inConnect(bad, "Subscription Identifier", MALFORMED, Property.subscriptionId(1));
        inConnect(bad, "Will Delay outside the will", MALFORMED, Property.willDelay(1));
        inConnect(bad, "identifier 127", MALFORMED, hex("7f 00"));
        inConnect(bad, "Session Expiry of two bytes", MALFORMED, hex("11 00 01"));
        inWill(bad, "Session Expiry", MALFORMED, Property.sessionExpiry(1));
        inWill(bad, "Topic Alias", MALFORMED, Property.topicAlias(1));
        inWill(bad, "Will Delay twice", PROTOCOL_ERROR, join(Property.willDelay(1), Property.willDelay(1)));
        inWill(bad, "Payload Format 2", PROTOCOL_ERROR, Property.payloadFormat(2));
        inWill(bad, "Response Topic a/+", PROTOCOL_ERROR, Property.responseTopic("a/+"));
        bad.row("CONNECT: property length beyond the packet", MALFORMED, connect(0x02, hex("7f"), text("bad")));
        inConnect(bad, "Request Response Information twice", PROTOCOL_ERROR, hex("19 01 19 01"));
        inConnect(bad, "Authentication Method of bad UTF-8", MALFORMED, hex("15 0001 ff"));
        inConnect(bad, "identifier of two bytes", MALFORMED, hex("81 01"));
        inConnect(bad, "User Property of bad UTF-8", MALFORMED, hex("26 0001 ff 0001 61"));
        inConnect(bad, "User Property without value", MALFORMED, hex("26 0001 61"));
        inConnect(bad, "Receive Maximum of one byte", MALFORMED, hex("21 01"));
        inConnect(bad, "Maximum Packet Size of three bytes", MALFORMED, hex("27 00 00 ff"));
        inWill(bad, "Content Type twice", PROTOCOL_ERROR, hex("03 0001 61 03 0001 61"));
        inWill(bad, "Response Topic #", PROTOCOL_ERROR, Property.responseTopic("#"));
        inWill(bad, "Content Type of bad UTF-8", MALFORMED, hex("03 0001 ff"));
        inWill(bad, "Message Expiry of three bytes", MALFORMED, hex("02 00 00 01"));
        inWill(bad, "identifier 0", MALFORMED, hex("00"));
    }

    private static void inConnect(BadPackets bad, String name, int reason, byte[] property) {
        bad.row("CONNECT: " + name, reason, connect(0x02, properties(property), text("bad")));
    }

    private static void twiceInConnect(BadPackets bad, String name, byte[] property) {
        inConnect(bad, name + " twice", PROTOCOL_ERROR, join(property, property));
    }

    private static void inWill(BadPackets bad, String name, int reason, byte[] property) {
        byte[] will = join(properties(property), text("w"), text("p"));
        bad.row("CONNECT: will with " + name, reason, connect(0x06, NO_PROPERTIES, text("bad"), will));
    }

    /** [MQTT-3.1.4-1 of 3.1.1]: closed without CONNACK, but for what has a return code. */
    @Proves({
        "MQTT-1.5.3-1 of 3.1.1",
        "MQTT-3.1.2-9 of 3.1.1",
        "MQTT-3.1.2-11 of 3.1.1",
        "MQTT-3.1.2-13 of 3.1.1",
        "MQTT-3.1.2-14 of 3.1.1",
        "MQTT-3.1.2-15 of 3.1.1",
        "MQTT-3.1.3-3 of 3.1.1",
        "MQTT-3.1.3-4 of 3.1.1",
        "MQTT-3.1.3-10 of 3.1.1",
        "MQTT-3.1.3-11 of 3.1.1"
    })
    static void inOlder(BadPackets bad) {
        boolean mqtt31 = bad.level() == 3;
        byte[] start = mqtt31 ? join(text("MQIsdp"), u8(3)) : join(text("MQTT"), u8(4));
        byte[] id = text("bad");
        bad.closed("CONNECT: will QoS without will", packet(CONNECT, start, u8(0x0A), u16(0), id));
        bad.closed("CONNECT: will QoS 3", packet(CONNECT, start, u8(0x1E), u16(0), id, text("w"), text("p")));
        bad.closed("CONNECT: will missing", packet(CONNECT, start, u8(6), u16(0), id));
        bad.closed("CONNECT: will topic with #", packet(CONNECT, start, u8(6), u16(0), id, text("#"), text("")));
        bad.closed("CONNECT: longer than its fields", packet(CONNECT, start, u8(2), u16(0), id, u8(0)));
        bad.closed("CONNECT: client id missing", packet(CONNECT, start, u8(2), u16(0)));
        bad.closed("CONNECT: client id of bad UTF-8", packet(CONNECT, start, u8(2), u16(0), hex("0001 ff")));
        bad.closed("CONNECT: cut after the flags", packet(CONNECT, start, u8(2)));
        bad.closed("CONNECT: will retain without will", packet(CONNECT, start, u8(0x22), u16(0), id));
        bad.closed("CONNECT: will topic of bad UTF-8", packet(CONNECT, start, u8(6), u16(0), id, hex("0001 ff 0000")));
        bad.closed("CONNECT: will topic with +", packet(CONNECT, start, u8(6), u16(0), id, text("+"), text("")));
        bad.closed("CONNECT: will topic empty", packet(CONNECT, start, u8(6), u16(0), id, text(""), text("")));
        bad.closed("CONNECT: user name of bad UTF-8", packet(CONNECT, start, u8(0x82), u16(0), id, hex("0001 ff")));
        bad.closed("CONNECT: half a keep alive", packet(CONNECT, start, u8(2), u8(0)));
        bad.row("CONNECT: no client id and no clean session", 2, packet(CONNECT, start, u8(0), u16(0), text("")));
        bad.row("CONNECT: the other version's name", 1, otherName(bad.level()));
        byte[] body = join(start, u8(6), u16(0), id, text("topic"), text("payload"));
        bad.cutShort("CONNECT", CONNECT, body, length -> CLOSED);
        if (mqtt31) {
            bad.row("CONNECT: no client id", 2, packet(CONNECT, start, u8(2), u16(0), text("")));
        } else {
            mqtt311(bad, start, id);
        }
    }

    private static byte[] otherName(int level) {
        return packet(CONNECT, text(level == 3 ? "MQTT" : "MQIsdp"), u8(level), u8(2), u16(0), text("bad"));
    }

    /** What 3.1 had not ruled out. */
    @Proves({
        "MQTT-2.2.2-1 of 3.1.1",
        "MQTT-2.2.2-2 of 3.1.1",
        "MQTT-3.1.2-3 of 3.1.1",
        "MQTT-3.1.2-18 of 3.1.1",
        "MQTT-3.1.2-19 of 3.1.1",
        "MQTT-3.1.2-20 of 3.1.1",
        "MQTT-3.1.2-21 of 3.1.1",
        "MQTT-3.1.2-22 of 3.1.1"
    })
    private static void mqtt311(BadPackets bad, byte[] start, byte[] id) {
        bad.closed("CONNECT: reserved flag", packet(CONNECT, start, u8(3), u16(0), id));
        bad.closed("CONNECT: password without user name", packet(CONNECT, start, u8(0x42), u16(0), id, text("p")));
        bad.closed("CONNECT: user name missing", packet(CONNECT, start, u8(0x82), u16(0), id));
        bad.closed("CONNECT: user name without flag", packet(CONNECT, start, u8(2), u16(0), id, text("user")));
        byte[] both = join(text("user"), text("word"));
        bad.closed("CONNECT: password without flag", packet(CONNECT, start, u8(0x82), u16(0), id, both));
        bad.closed("CONNECT: will without flag", packet(CONNECT, start, u8(2), u16(0), id, text("w"), text("p")));
        bad.closed("CONNECT: password missing", packet(CONNECT, start, u8(0xC2), u16(0), id, text("user")));
        for (int flags = 1; flags < 16; flags++) {
            byte[] body = join(start, u8(2), u16(0), id);
            bad.closed("CONNECT: first byte with flags " + flags, packet(CONNECT | flags, body));
        }
    }
}

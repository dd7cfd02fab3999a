package io.fieldmouse.broker;

import static io.fieldmouse.broker.wire.Wire.CONNECT;
import static io.fieldmouse.broker.wire.Wire.DISCONNECT;
import static io.fieldmouse.broker.wire.Wire.PUBACK;
import static io.fieldmouse.broker.wire.Wire.PUBCOMP;
import static io.fieldmouse.broker.wire.Wire.PUBLISH;
import static io.fieldmouse.broker.wire.Wire.PUBREC;
import static io.fieldmouse.broker.wire.Wire.PUBREL;
import static io.fieldmouse.broker.wire.Wire.SUBSCRIBE;
import static io.fieldmouse.broker.wire.Wire.UNSUBSCRIBE;
import static io.fieldmouse.broker.wire.Wire.bytes;
import static io.fieldmouse.broker.wire.Wire.hex;
import static io.fieldmouse.broker.wire.Wire.join;
import static io.fieldmouse.broker.wire.Wire.packet;
import static io.fieldmouse.broker.wire.Wire.properties;
import static io.fieldmouse.broker.wire.Wire.text;
import static io.fieldmouse.broker.wire.Wire.u16;
import static io.fieldmouse.broker.wire.Wire.u8;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Property;
import java.util.ArrayList;
import java.util.List;

/** Packets a broker must refuse, and with which reason. Three tables: in 5.0, in 3.1.1, and instead of CONNECT. */
final class BadPackets {
    /** In place of a reason: the connection is closed without a word. */
    static final int CLOSED = -1;

    private static final int MALFORMED = 0x81;
    private static final int PROTOCOL_ERROR = 0x82;
    private static final byte[] NO_PROPERTIES = properties();

    private final List<Row> rows = new ArrayList<>();
    private final int level;

    private BadPackets(int level) {
        this.level = level;
    }

    /** One of them. */
    @SuppressWarnings("ArrayRecordComponent")
    record Row(String name, int level, int reason, byte[] packet) {
        @Override
        public String toString() {
            return name;
        }
    }

    private void row(String name, int reason, byte[] packet) {
        rows.add(new Row(name, level, reason, packet));
    }

    private void closed(String name, byte[] packet) {
        row(name, CLOSED, packet);
    }

    // ---- MQTT 5, on an open connection

    static List<Row> inMqtt5() {
        BadPackets bad = new BadPackets(5);
        bad.publishFields();
        bad.publishProperties();
        bad.replies();
        bad.subscriptions();
        bad.others();
        return bad.rows;
    }

    private static byte[] publish(byte[]... props) {
        return packet(PUBLISH, text("t"), properties(props), u8(0));
    }

    private void publishFields() {
        row("PUBLISH: DUP at QoS 0", MALFORMED, packet(0x38, text("t"), NO_PROPERTIES));
        row("PUBLISH: QoS 3", MALFORMED, packet(0x36, text("t"), u16(1), NO_PROPERTIES));
        row("PUBLISH: empty topic without alias", PROTOCOL_ERROR, packet(PUBLISH, text(""), NO_PROPERTIES));
        row("PUBLISH: topic with +", MALFORMED, packet(PUBLISH, text("a/+"), NO_PROPERTIES));
        row("PUBLISH: topic with #", MALFORMED, packet(PUBLISH, text("#"), NO_PROPERTIES));
        row("PUBLISH: topic with null character", MALFORMED, packet(PUBLISH, text("a\0b"), NO_PROPERTIES));
        row("PUBLISH: topic of overlong UTF-8", MALFORMED, packet(PUBLISH, hex("0002 c080"), NO_PROPERTIES));
        row("PUBLISH: topic with a surrogate", MALFORMED, packet(PUBLISH, hex("0003 eda080"), NO_PROPERTIES));
        row("PUBLISH: topic with byte FF", MALFORMED, packet(PUBLISH, hex("0001 ff"), NO_PROPERTIES));
        row("PUBLISH: topic with half a character", MALFORMED, packet(PUBLISH, hex("0001 c3"), NO_PROPERTIES));
        row("PUBLISH: packet id 0", MALFORMED, packet(0x32, text("t"), u16(0), NO_PROPERTIES));
        row("PUBLISH: packet id 0 at QoS 2", MALFORMED, packet(0x34, text("t"), u16(0), NO_PROPERTIES));
        row("PUBLISH: nothing in it", MALFORMED, packet(PUBLISH));
        row("PUBLISH: one byte", MALFORMED, packet(PUBLISH, u8(0)));
        row("PUBLISH: topic beyond the packet", MALFORMED, packet(PUBLISH, hex("0009"), bytes("t")));
        row("PUBLISH: no packet id", MALFORMED, packet(0x32, text("t")));
        row("PUBLISH: half a packet id", MALFORMED, packet(0x32, text("t"), u8(1)));
        row("PUBLISH: no properties", MALFORMED, packet(PUBLISH, text("t")));
        row("PUBLISH: too many levels", 0x90, packet(PUBLISH, text("/".repeat(200)), NO_PROPERTIES));
        row("PUBLISH: length of five bytes", MALFORMED, hex("30 ff ff ff ff 01"));
        row("PUBLISH: length with a needless byte", MALFORMED, hex("30 84 00 0001 74 00"));
        row("PUBLISH: larger than the broker takes", 0x95, hex("30 ff ff ff 7f"));
    }

    private void publishProperties() {
        byte[] alias = Property.topicAlias(1);
        row("PUBLISH: alias 0", 0x94, publish(Property.topicAlias(0)));
        row("PUBLISH: alias, and none was offered", 0x94, publish(alias));
        row("PUBLISH: alias instead of a topic", 0x94, packet(PUBLISH, text(""), properties(alias)));
        row("PUBLISH: alias twice", PROTOCOL_ERROR, publish(alias, alias));
        row("PUBLISH: subscription identifier", PROTOCOL_ERROR, publish(Property.subscriptionId(1)));
        twice("Payload Format", Property.payloadFormat(1));
        twice("Message Expiry", Property.messageExpiry(1));
        twice("Content Type", Property.contentType("a"));
        twice("Response Topic", Property.responseTopic("a"));
        twice("Correlation Data", Property.correlationData(bytes("a")));
        notAllowed("Will Delay", Property.willDelay(1));
        notAllowed("Session Expiry", Property.sessionExpiry(1));
        notAllowed("Receive Maximum", Property.receiveMaximum(1));
        notAllowed("Maximum Packet Size", Property.maximumPacketSize(1));
        notAllowed("Reason String", Property.reasonString("a"));
        notAllowed("Authentication Method", Property.authenticationMethod("a"));
        notAllowed("Assigned Client Identifier", join(u8(0x12), text("a")));
        notAllowed("Maximum QoS", hex("24 01"));
        notAllowed("identifier 0", hex("00"));
        notAllowed("identifier 4", hex("04 00"));
        notAllowed("identifier 127", hex("7f 00"));
        notAllowed("identifier of two bytes", hex("81 01"));
        notAllowed("identifier with a needless byte", hex("81 00 00"));
        notAllowed("Payload Format without value", hex("01"));
        notAllowed("Message Expiry of three bytes", hex("02 00 00 01"));
        notAllowed("Content Type of half a length", hex("03 00"));
        notAllowed("Content Type beyond the properties", hex("03 00 05 61"));
        notAllowed("Correlation Data beyond the properties", hex("09 ff ff 61"));
        notAllowed("User Property without value", join(u8(0x26), text("k")));
        notAllowed("User Property of bad UTF-8", hex("26 0001 6b 0001 ff"));
        notAllowed("User Property name of bad UTF-8", hex("26 0002 c080 0001 76"));
        notAllowed("Content Type of bad UTF-8", hex("03 0001 ff"));
        notAllowed("Content Type with null character", join(u8(3), text("a\0")));
        notAllowed("Response Topic of bad UTF-8", hex("08 0001 ff"));
        row("PUBLISH: Payload Format 2", PROTOCOL_ERROR, publish(Property.payloadFormat(2)));
        row("PUBLISH: Response Topic a/#", PROTOCOL_ERROR, publish(Property.responseTopic("a/#")));
        row("PUBLISH: Response Topic +", PROTOCOL_ERROR, publish(Property.responseTopic("+")));
        row("PUBLISH: property length beyond the packet", MALFORMED, packet(PUBLISH, text("t"), hex("7f 01 01")));
        row(
                "PUBLISH: property length cuts a property",
                MALFORMED,
                packet(PUBLISH, text("t"), hex("03 02 00 00 00 05")));
        row("PUBLISH: property length with a needless byte", MALFORMED, packet(PUBLISH, text("t"), hex("80 00")));
        row("PUBLISH: property length of five bytes", MALFORMED, packet(PUBLISH, text("t"), hex("80 80 80 80 01")));
        row("PUBLISH: property length cut", MALFORMED, packet(PUBLISH, text("t"), hex("80")));
    }

    private void twice(String name, byte[] property) {
        row("PUBLISH: " + name + " twice", PROTOCOL_ERROR, publish(property, Property.user("a", "b"), property));
    }

    private void notAllowed(String name, byte[] property) {
        row("PUBLISH: property " + name, MALFORMED, publish(property));
    }

    private void replies() {
        for (int type : new int[] {PUBACK, PUBREC, PUBREL, PUBCOMP}) {
            String name = String.format("reply %02X: ", type);
            row(name + "wrong flags", MALFORMED, packet(type ^ 1, u16(1)));
            row(name + "nothing in it", MALFORMED, packet(type));
            row(name + "half a packet id", MALFORMED, packet(type, u8(1)));
            row(name + "packet id 0", MALFORMED, packet(type, u16(0)));
            row(name + "unknown reason", PROTOCOL_ERROR, packet(type, u16(1), u8(0x7F)));
            row(name + "longer than its fields", MALFORMED, packet(type, u16(1), u8(0), NO_PROPERTIES, u8(0)));
            row(name + "property of other packets", MALFORMED, reply(type, Property.sessionExpiry(1)));
            row(name + "property length beyond the packet", MALFORMED, packet(type, u16(1), u8(0), hex("04 1f")));
            byte[] why = Property.reasonString("a");
            row(name + "Reason String twice", PROTOCOL_ERROR, reply(type, join(why, why)));
        }
        row("PUBREL: flags 0000", MALFORMED, packet(0x60, u16(1)));
    }

    private static byte[] reply(int type, byte[] property) {
        return packet(type, u16(1), u8(0), properties(property));
    }

    private static byte[] subscribe(byte[] properties, byte[]... rest) {
        return packet(SUBSCRIBE, u16(1), properties, join(rest));
    }

    private void subscriptions() {
        byte[] id = Property.subscriptionId(5);
        row("SUBSCRIBE: flags 0000", MALFORMED, packet(0x80, u16(1), NO_PROPERTIES, text("t"), u8(0)));
        row("SUBSCRIBE: flags 0011", MALFORMED, packet(0x83, u16(1), NO_PROPERTIES, text("t"), u8(0)));
        row("SUBSCRIBE: packet id 0", MALFORMED, packet(SUBSCRIBE, u16(0), NO_PROPERTIES, text("t"), u8(0)));
        row("SUBSCRIBE: no filter", PROTOCOL_ERROR, subscribe(NO_PROPERTIES));
        row("SUBSCRIBE: nothing in it", MALFORMED, packet(SUBSCRIBE));
        row("SUBSCRIBE: no properties", MALFORMED, packet(SUBSCRIBE, u16(1)));
        row("SUBSCRIBE: filter without options", MALFORMED, subscribe(NO_PROPERTIES, text("t")));
        row("SUBSCRIBE: filter beyond the packet", MALFORMED, subscribe(NO_PROPERTIES, hex("0007 61 00")));
        row("SUBSCRIBE: half a second filter", MALFORMED, subscribe(NO_PROPERTIES, text("t"), u8(0), u8(0)));
        row("SUBSCRIBE: filter of bad UTF-8", MALFORMED, subscribe(NO_PROPERTIES, hex("0001 ff 00")));
        row("SUBSCRIBE: filter with null character", MALFORMED, subscribe(NO_PROPERTIES, text("a\0"), u8(0)));
        row("SUBSCRIBE: QoS 3", MALFORMED, subscribe(NO_PROPERTIES, text("t"), u8(3)));
        row("SUBSCRIBE: retain handling 3", PROTOCOL_ERROR, subscribe(NO_PROPERTIES, text("t"), u8(0x30)));
        row("SUBSCRIBE: reserved bit 6", MALFORMED, subscribe(NO_PROPERTIES, text("t"), u8(0x40)));
        row("SUBSCRIBE: reserved bit 7", MALFORMED, subscribe(NO_PROPERTIES, text("t"), u8(0x80)));
        row("SUBSCRIBE: identifier 0", PROTOCOL_ERROR, subscribe(properties(hex("0b 00")), text("t"), u8(0)));
        row("SUBSCRIBE: identifier twice", PROTOCOL_ERROR, subscribe(properties(id, id), text("t"), u8(0)));
        row(
                "SUBSCRIBE: identifier of five bytes",
                MALFORMED,
                subscribe(properties(hex("0b ffffffff01")), text("t"), u8(0)));
        row("SUBSCRIBE: Message Expiry", MALFORMED, subscribe(properties(Property.messageExpiry(1)), text("t"), u8(0)));
        row("SUBSCRIBE: property length beyond the packet", MALFORMED, subscribe(hex("7f"), text("t"), u8(0)));
        row("UNSUBSCRIBE: flags 0000", MALFORMED, packet(0xA0, u16(1), NO_PROPERTIES, text("t")));
        row("UNSUBSCRIBE: packet id 0", MALFORMED, packet(UNSUBSCRIBE, u16(0), NO_PROPERTIES, text("t")));
        row("UNSUBSCRIBE: no filter", PROTOCOL_ERROR, packet(UNSUBSCRIBE, u16(1), NO_PROPERTIES));
        row("UNSUBSCRIBE: nothing in it", MALFORMED, packet(UNSUBSCRIBE));
        row(
                "UNSUBSCRIBE: filter beyond the packet",
                MALFORMED,
                packet(UNSUBSCRIBE, u16(1), NO_PROPERTIES, hex("0002 61")));
        row("UNSUBSCRIBE: half a length", MALFORMED, packet(UNSUBSCRIBE, u16(1), NO_PROPERTIES, text("t"), u8(0)));
        row("UNSUBSCRIBE: filter of bad UTF-8", MALFORMED, packet(UNSUBSCRIBE, u16(1), NO_PROPERTIES, hex("0001 ff")));
        row("UNSUBSCRIBE: identifier", MALFORMED, packet(UNSUBSCRIBE, u16(1), properties(id), text("t")));
    }

    private void others() {
        byte[] expiry = Property.sessionExpiry(0);
        row("PINGREQ: flags", MALFORMED, packet(0xC1));
        row("PINGREQ: something in it", MALFORMED, packet(0xC0, u8(0)));
        row("DISCONNECT: flags", MALFORMED, packet(0xE1));
        row("DISCONNECT: reason of servers", PROTOCOL_ERROR, packet(DISCONNECT, u8(0x8B)));
        row("DISCONNECT: unknown reason", PROTOCOL_ERROR, packet(DISCONNECT, u8(0x01)));
        row("DISCONNECT: Session Expiry twice", PROTOCOL_ERROR, packet(DISCONNECT, u8(0), properties(expiry, expiry)));
        row(
                "DISCONNECT: longer expiry than none",
                PROTOCOL_ERROR,
                packet(DISCONNECT, u8(0), properties(Property.sessionExpiry(1))));
        row(
                "DISCONNECT: Server Reference",
                MALFORMED,
                packet(DISCONNECT, u8(0), properties(join(u8(0x1C), text("a")))));
        row("DISCONNECT: longer than its fields", MALFORMED, packet(DISCONNECT, u8(0), NO_PROPERTIES, u8(0)));
        row("AUTH: nothing in it", PROTOCOL_ERROR, packet(0xF0));
        row("AUTH: flags", MALFORMED, packet(0xF1));
        row(
                "AUTH: method not begun in CONNECT",
                PROTOCOL_ERROR,
                packet(0xF0, u8(0x18), properties(Property.authenticationMethod("a"))));
        row("CONNECT again", PROTOCOL_ERROR, Connect.as(5, "again").bytes());
        row("CONNACK", PROTOCOL_ERROR, hex("20 03 00 00 00"));
        row("SUBACK", PROTOCOL_ERROR, hex("90 04 00 01 00 00"));
        row("UNSUBACK", PROTOCOL_ERROR, hex("b0 04 00 01 00 00"));
        row("PINGRESP", PROTOCOL_ERROR, hex("d0 00"));
        row("type 0", MALFORMED, hex("00 00"));
    }

    // ---- MQTT 3.1.1, on an open connection: every one is answered by closing it

    static List<Row> inMqtt311() {
        BadPackets bad = new BadPackets(4);
        bad.closed("PUBLISH: DUP at QoS 0", packet(0x38, text("t")));
        bad.closed("PUBLISH: QoS 3", packet(0x36, text("t"), u16(1)));
        bad.closed("PUBLISH: empty topic", packet(PUBLISH, text("")));
        bad.closed("PUBLISH: topic with +", packet(PUBLISH, text("+")));
        bad.closed("PUBLISH: topic with #", packet(PUBLISH, text("a/#")));
        bad.closed("PUBLISH: topic with null character", packet(PUBLISH, text("a\0b")));
        bad.closed("PUBLISH: topic of bad UTF-8", packet(PUBLISH, hex("0002 c080")));
        bad.closed("PUBLISH: packet id 0", packet(0x32, text("t"), u16(0)));
        bad.closed("PUBLISH: no packet id", packet(0x34, text("t")));
        bad.closed("PUBLISH: nothing in it", packet(PUBLISH));
        bad.closed("PUBLISH: topic beyond the packet", packet(PUBLISH, hex("0005 61")));
        bad.closed("PUBLISH: too many levels", packet(PUBLISH, text("/".repeat(200))));
        bad.closed("PUBLISH: length of five bytes", hex("30 80 80 80 80 01"));
        bad.closed("PUBLISH: length with a needless byte", hex("30 83 00 0001 74"));
        bad.closed("PUBLISH: larger than the broker takes", hex("30 80 80 80 01"));
        for (int type : new int[] {PUBACK, PUBREC, PUBREL, PUBCOMP}) {
            String name = String.format("reply %02X: ", type);
            bad.closed(name + "wrong flags", packet(type ^ 2, u16(1)));
            bad.closed(name + "nothing in it", packet(type));
            bad.closed(name + "packet id 0", packet(type, u16(0)));
            bad.closed(name + "longer than its fields", packet(type, u16(1), u8(0)));
        }
        bad.closed("SUBSCRIBE: flags 0000", packet(0x80, u16(1), text("t"), u8(0)));
        bad.closed("SUBSCRIBE: packet id 0", packet(SUBSCRIBE, u16(0), text("t"), u8(0)));
        bad.closed("SUBSCRIBE: no filter", packet(SUBSCRIBE, u16(1)));
        bad.closed("SUBSCRIBE: filter without QoS", packet(SUBSCRIBE, u16(1), text("t")));
        bad.closed("SUBSCRIBE: QoS 3", packet(SUBSCRIBE, u16(1), text("t"), u8(3)));
        bad.closed("SUBSCRIBE: options of MQTT 5", packet(SUBSCRIBE, u16(1), text("t"), u8(4)));
        bad.closed("SUBSCRIBE: reserved bit", packet(SUBSCRIBE, u16(1), text("t"), u8(0x41)));
        bad.closed("SUBSCRIBE: empty filter", packet(SUBSCRIBE, u16(1), text(""), u8(0)));
        bad.closed("SUBSCRIBE: # in the middle", packet(SUBSCRIBE, u16(1), text("a/#/b"), u8(0)));
        bad.closed("SUBSCRIBE: + in a word", packet(SUBSCRIBE, u16(1), text("a+"), u8(0)));
        bad.closed("SUBSCRIBE: bad UTF-8", packet(SUBSCRIBE, u16(1), hex("0001 ff 00")));
        bad.closed("UNSUBSCRIBE: flags 0000", packet(0xA0, u16(1), text("t")));
        bad.closed("UNSUBSCRIBE: packet id 0", packet(UNSUBSCRIBE, u16(0), text("t")));
        bad.closed("UNSUBSCRIBE: no filter", packet(UNSUBSCRIBE, u16(1)));
        bad.closed("UNSUBSCRIBE: filter beyond the packet", packet(UNSUBSCRIBE, u16(1), hex("0003 61")));
        bad.closed("PINGREQ: something in it", packet(0xC0, u8(0)));
        bad.closed("DISCONNECT: flags", packet(0xE2));
        bad.closed("DISCONNECT: something in it", packet(DISCONNECT, u8(0)));
        bad.closed("AUTH", packet(0xF0));
        bad.closed("CONNECT again", Connect.as(4, "again").bytes());
        bad.closed("CONNACK", hex("20 02 00 00"));
        bad.closed("SUBACK", hex("90 03 00 01 00"));
        bad.closed("UNSUBACK", hex("b0 02 00 01"));
        bad.closed("PINGRESP", hex("d0 00"));
        bad.closed("type 0", hex("00 00"));
        return bad.rows;
    }

    // ---- instead of CONNECT

    static List<Row> insteadOfConnect() {
        BadPackets mqtt5 = new BadPackets(5);
        mqtt5.connectFlags();
        mqtt5.connectProperties();
        BadPackets mqtt311 = new BadPackets(4);
        mqtt311.oldConnects();
        mqtt311.rows.addAll(mqtt5.rows);
        return mqtt311.rows;
    }

    private static byte[] connect(int flags, byte[] properties, byte[]... payload) {
        return packet(CONNECT, text("MQTT"), u8(5), u8(flags), u16(0), properties, join(payload));
    }

    private void connectFlags() {
        byte[] id = text("bad");
        byte[] will = join(NO_PROPERTIES, text("w"), text("p"));
        row("CONNECT: reserved flag", MALFORMED, connect(0x03, NO_PROPERTIES, id));
        row("CONNECT: will QoS without will", MALFORMED, connect(0x0A, NO_PROPERTIES, id));
        row("CONNECT: will retain without will", MALFORMED, connect(0x22, NO_PROPERTIES, id));
        row("CONNECT: will QoS 3", MALFORMED, connect(0x1E, NO_PROPERTIES, id, will));
        row("CONNECT: will flag without will", MALFORMED, connect(0x06, NO_PROPERTIES, id));
        row("CONNECT: will without payload", MALFORMED, connect(0x06, NO_PROPERTIES, id, NO_PROPERTIES, text("w")));
        row("CONNECT: will without flag", MALFORMED, connect(0x02, NO_PROPERTIES, id, will));
        row("CONNECT: will topic with +", 0x90, connect(0x06, NO_PROPERTIES, id, NO_PROPERTIES, text("+"), text("")));
        row("CONNECT: will topic empty", 0x90, connect(0x06, NO_PROPERTIES, id, NO_PROPERTIES, text(""), text("")));
        row(
                "CONNECT: will topic of bad UTF-8",
                MALFORMED,
                connect(0x06, NO_PROPERTIES, id, NO_PROPERTIES, hex("0001 ff"), text("")));
        row("CONNECT: user name missing", MALFORMED, connect(0x82, NO_PROPERTIES, id));
        row("CONNECT: password missing", MALFORMED, connect(0xC2, NO_PROPERTIES, id, text("user")));
        row("CONNECT: user name of bad UTF-8", MALFORMED, connect(0x82, NO_PROPERTIES, id, hex("0001 ff")));
        row("CONNECT: longer than its fields", MALFORMED, connect(0x02, NO_PROPERTIES, id, u8(0)));
        row("CONNECT: no client id", MALFORMED, connect(0x02, NO_PROPERTIES));
        row("CONNECT: client id beyond the packet", MALFORMED, connect(0x02, NO_PROPERTIES, hex("0009 61")));
        row("CONNECT: client id of bad UTF-8", MALFORMED, connect(0x02, NO_PROPERTIES, hex("0001 ff")));
        row("CONNECT: client id with null character", MALFORMED, connect(0x02, NO_PROPERTIES, text("a\0")));
        row("CONNECT: no properties", MALFORMED, packet(CONNECT, text("MQTT"), u8(5), u8(2), u16(0)));
        row("CONNECT: no keep alive", MALFORMED, packet(CONNECT, text("MQTT"), u8(5), u8(2)));
        row(
                "CONNECT: flags in the first byte",
                MALFORMED,
                packet(0x11, text("MQTT"), u8(5), u8(2), u16(0), NO_PROPERTIES, id));
        row("CONNECT: larger than the broker takes", CLOSED, hex("10 ff ff ff 7f"));
        row("CONNECT: length with a needless byte", CLOSED, hex("10 8d 00 0004 4d515454 05 02 0000 00 0000"));
        row("CONNECT: nothing in it", CLOSED, packet(CONNECT));
        row("CONNECT: half a protocol name", CLOSED, packet(CONNECT, hex("0004 4d51")));
        row("type 0", CLOSED, hex("00 00"));
        row(
                "text of another protocol",
                CLOSED,
                bytes("GET / HTTP/1.1\r\nHost: localhost:1883\r\nUser-Agent: a browser of some kind\r\n\r\n"));
        row("the beginning of a TLS handshake", CLOSED, hex("16 03 01 00 05 01 00 00 01 00"));
    }

    private void connectProperties() {
        twiceInConnect("Session Expiry", Property.sessionExpiry(1));
        twiceInConnect("Receive Maximum", Property.receiveMaximum(1));
        twiceInConnect("Maximum Packet Size", Property.maximumPacketSize(100));
        twiceInConnect("Topic Alias Maximum", hex("22 0001"));
        twiceInConnect("Request Problem Information", hex("17 01"));
        inConnect("Receive Maximum 0", PROTOCOL_ERROR, Property.receiveMaximum(0));
        inConnect("Maximum Packet Size 0", PROTOCOL_ERROR, Property.maximumPacketSize(0));
        inConnect("Request Problem Information 2", PROTOCOL_ERROR, hex("17 02"));
        inConnect("Request Response Information 2", PROTOCOL_ERROR, hex("19 02"));
        inConnect("Authentication Data without method", PROTOCOL_ERROR, Property.authenticationData(bytes("a")));
        inConnect("Message Expiry", MALFORMED, Property.messageExpiry(1));
        inConnect("Subscription Identifier", MALFORMED, Property.subscriptionId(1));
        inConnect("Will Delay outside the will", MALFORMED, Property.willDelay(1));
        inConnect("identifier 127", MALFORMED, hex("7f 00"));
        inConnect("Session Expiry of two bytes", MALFORMED, hex("11 00 01"));
        inWill("Session Expiry", MALFORMED, Property.sessionExpiry(1));
        inWill("Topic Alias", MALFORMED, Property.topicAlias(1));
        inWill("Will Delay twice", PROTOCOL_ERROR, join(Property.willDelay(1), Property.willDelay(1)));
        inWill("Payload Format 2", PROTOCOL_ERROR, Property.payloadFormat(2));
        inWill("Response Topic a/+", PROTOCOL_ERROR, Property.responseTopic("a/+"));
        row("CONNECT: property length beyond the packet", MALFORMED, connect(0x02, hex("7f"), text("bad")));
    }

    private void inConnect(String name, int reason, byte[] property) {
        row("CONNECT: " + name, reason, connect(0x02, properties(property), text("bad")));
    }

    private void twiceInConnect(String name, byte[] property) {
        inConnect(name + " twice", PROTOCOL_ERROR, join(property, property));
    }

    private void inWill(String name, int reason, byte[] property) {
        row(
                "CONNECT: will with " + name,
                reason,
                connect(0x06, NO_PROPERTIES, text("bad"), properties(property), text("w"), text("p")));
    }

    /** [MQTT-3.1.4-1 of 3.1.1]: closed without CONNACK. */
    private void oldConnects() {
        byte[] start = join(text("MQTT"), u8(4));
        byte[] id = text("bad");
        closed("CONNECT 3.1.1: reserved flag", packet(CONNECT, start, u8(3), u16(0), id));
        closed("CONNECT 3.1.1: will QoS without will", packet(CONNECT, start, u8(0x0A), u16(0), id));
        closed("CONNECT 3.1.1: will QoS 3", packet(CONNECT, start, u8(0x1E), u16(0), id, text("w"), text("p")));
        closed("CONNECT 3.1.1: password without user name", packet(CONNECT, start, u8(0x42), u16(0), id, text("p")));
        closed("CONNECT 3.1.1: will missing", packet(CONNECT, start, u8(6), u16(0), id));
        closed("CONNECT 3.1.1: will topic with #", packet(CONNECT, start, u8(6), u16(0), id, text("#"), text("")));
        closed("CONNECT 3.1.1: longer than its fields", packet(CONNECT, start, u8(2), u16(0), id, u8(0)));
        closed("CONNECT 3.1.1: client id missing", packet(CONNECT, start, u8(2), u16(0)));
        closed("CONNECT 3.1.1: client id of bad UTF-8", packet(CONNECT, start, u8(2), u16(0), hex("0001 ff")));
        closed("CONNECT 3.1.1: cut after the flags", packet(CONNECT, start, u8(2)));
    }
}

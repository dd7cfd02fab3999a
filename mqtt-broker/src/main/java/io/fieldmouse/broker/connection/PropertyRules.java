package io.fieldmouse.broker.connection;

import static io.fieldmouse.broker.connection.PacketKind.AUTH;
import static io.fieldmouse.broker.connection.PacketKind.CONNECT;
import static io.fieldmouse.broker.connection.PacketKind.DISCONNECT;
import static io.fieldmouse.broker.connection.PacketKind.PUBACK;
import static io.fieldmouse.broker.connection.PacketKind.PUBCOMP;
import static io.fieldmouse.broker.connection.PacketKind.PUBLISH;
import static io.fieldmouse.broker.connection.PacketKind.PUBREC;
import static io.fieldmouse.broker.connection.PacketKind.PUBREL;
import static io.fieldmouse.broker.connection.PacketKind.SUBSCRIBE;
import static io.fieldmouse.broker.connection.PacketKind.UNSUBSCRIBE;

import io.fieldmouse.broker.message.MqttViolation;
import io.fieldmouse.broker.message.ReasonCode;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which property may stand in which packet a client sends, how often, and with which values (MQTT 5 sections 2.2.2
 * and 3.x.2.3).
 */
final class PropertyRules {
    private static final int USER_PROPERTY = 0x26;

    /** How a property's value is laid out. */
    private enum Layout {
        BYTE,
        SHORT,
        INT,
        VARINT,
        STRING,
        PAIR
    }

    /** Whether it may be in the will's properties, and in which packets' own. */
    private record Rule(String name, Layout layout, boolean inWill, Set<PacketKind> packets) {}

    private static final @Nullable Rule[] RULES = new Rule[0x2B];

    static {
        rule(0x01, "Payload Format Indicator", Layout.BYTE, true, PUBLISH);
        rule(0x02, "Message Expiry Interval", Layout.INT, true, PUBLISH);
        rule(0x03, "Content Type", Layout.STRING, true, PUBLISH);
        rule(0x08, "Response Topic", Layout.STRING, true, PUBLISH);
        rule(0x09, "Correlation Data", Layout.STRING, true, PUBLISH);
        rule(0x0B, "Subscription Identifier", Layout.VARINT, false, SUBSCRIBE); // not in PUBLISH [MQTT-3.3.4-6]
        rule(0x11, "Session Expiry Interval", Layout.INT, false, CONNECT, DISCONNECT);
        rule(0x15, "Authentication Method", Layout.STRING, false, CONNECT, AUTH);
        rule(0x16, "Authentication Data", Layout.STRING, false, CONNECT, AUTH);
        rule(0x17, "Request Problem Information", Layout.BYTE, false, CONNECT);
        rule(0x18, "Will Delay Interval", Layout.INT, true);
        rule(0x19, "Request Response Information", Layout.BYTE, false, CONNECT);
        rule(0x1F, "Reason String", Layout.STRING, false, PUBACK, PUBREC, PUBREL, PUBCOMP, DISCONNECT, AUTH);
        rule(0x21, "Receive Maximum", Layout.SHORT, false, CONNECT);
        rule(0x22, "Topic Alias Maximum", Layout.SHORT, false, CONNECT);
        rule(0x23, "Topic Alias", Layout.SHORT, false, PUBLISH);
        rule(
                USER_PROPERTY,
                "User Property",
                Layout.PAIR,
                true,
                CONNECT,
                PUBLISH,
                PUBACK,
                PUBREC,
                PUBREL,
                PUBCOMP,
                SUBSCRIBE,
                UNSUBSCRIBE,
                DISCONNECT,
                AUTH);
        rule(0x27, "Maximum Packet Size", Layout.INT, false, CONNECT);
    }

    private PropertyRules() {}

    private static void rule(int id, String name, Layout layout, boolean inWill, PacketKind... packets) {
        Set<PacketKind> set = EnumSet.noneOf(PacketKind.class);
        set.addAll(Set.of(packets));
        RULES[id] = new Rule(name, layout, inWill, set);
    }

    /** Checks the properties that begin here, and leaves the reader behind them. */
    static void check(FrameReader in, PacketKind packet) {
        check(in, packet, false);
    }

    /** Checks the will's properties. */
    static void checkWill(FrameReader in) {
        check(in, CONNECT, true);
    }

    private static void check(FrameReader in, PacketKind packet, boolean will) {
        int packetEnd = in.narrow(in.readVarInt()); // a value that reaches beyond them is malformed
        long seen = 0;
        while (!in.atEnd()) {
            int id = in.readVarInt();
            Rule rule = id < RULES.length ? RULES[id] : null;
            if (rule == null) {
                throw MqttViolation.malformed("no property of a client's has the identifier " + id);
            }
            if (will ? !rule.inWill : !rule.packets.contains(packet)) {
                String words = rule.name + " is not allowed in " + (will ? "a will" : packet);
                // In general it is malformed (section 2.2.2.2); this one has a statement of its own [MQTT-3.3.4-6].
                throw id == 0x0B && packet == PUBLISH
                        ? MqttViolation.protocolError(words)
                        : MqttViolation.malformed(words);
            }
            if (id != USER_PROPERTY && (seen & (1L << id)) != 0) {
                throw MqttViolation.protocolError(rule.name + " is there twice");
            }
            seen |= 1L << id;
            checkValue(in, id, rule);
        }
        if ((seen & (1L << 0x16)) != 0 && (seen & (1L << 0x15)) == 0) {
            throw MqttViolation.protocolError("Authentication Data without Method (section 3.1.2.11.10)");
        }
        in.widen(packetEnd);
    }

    private static void checkValue(FrameReader in, int id, Rule rule) {
        switch (rule.layout) {
            case BYTE -> {
                if (in.readByte() > 1) {
                    throw MqttViolation.protocolError(rule.name + " is neither 0 nor 1");
                }
            }
            case SHORT -> {
                if (in.readShort() == 0 && id != 0x22) {
                    ReasonCode reason = id == 0x23 ? ReasonCode.TOPIC_ALIAS_INVALID : ReasonCode.PROTOCOL_ERROR;
                    throw new MqttViolation(reason, rule.name + " is 0"); // [MQTT-3.3.2-8]
                }
            }
            case INT -> {
                if (in.readInt() == 0 && id == 0x27) {
                    throw MqttViolation.protocolError("Maximum Packet Size is 0");
                }
            }
            case VARINT -> {
                if (in.readVarInt() == 0) {
                    throw MqttViolation.protocolError(rule.name + " is 0");
                }
            }
            case STRING -> in.skipString();
            case PAIR -> {
                in.skipString();
                in.skipString();
            }
        }
    }
}

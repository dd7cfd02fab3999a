package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.MqttViolation;
import io.netty.buffer.ByteBuf;

/**
 * The rules of the wire that can only be seen in the bytes: what the decoder would mend, overlook or read across the
 * packet's end. Works on a whole frame and leaves its reader index where it was.
 */
final class FrameRules {
    private static final int PROPERTIES_SINCE_LEVEL = 5;
    private static final int WILL_FLAG = 0x04;

    private FrameRules() {}

    /**
     * Throws {@link MqttViolation} for the first rule that is broken.
     *
     * @param level protocol level of the connection; 0 before CONNECT
     */
    static void check(ByteBuf frame, int level) {
        PacketKind kind = PacketKind.of(frame.getUnsignedByte(frame.readerIndex()) >> 4);
        FrameReader in = new FrameReader(frame);
        try {
            switch (kind) {
                case CONNECT -> checkConnect(in);
                case PUBLISH -> checkPublish(in, level);
                case SUBSCRIBE -> checkSubscribe(in, level);
                case UNSUBSCRIBE -> checkUnsubscribe(in, level);
                case PUBACK, PUBREC, PUBREL, PUBCOMP -> checkReply(in, kind, level, 2);
                case DISCONNECT -> checkReply(in, kind, level, 0);
                case AUTH -> checkAuth(in, level);
                case PINGREQ -> {}
                case CONNACK, SUBACK, UNSUBACK, PINGRESP ->
                    throw MqttViolation.protocolError("a client does not send " + kind);
                case RESERVED -> throw MqttViolation.malformed("packet type 0 (section 2.1.2)");
            }
        } catch (IndexOutOfBoundsException e) {
            throw MqttViolation.malformed(kind + " ends in the middle of a field");
        }
    }

    /** The protocol level in a CONNECT: 3, 4 or 5 for MQTT 3.1, 3.1.1 and 5.0; 0 when it cannot be told. */
    static int connectLevel(ByteBuf frame) {
        try {
            FrameReader in = new FrameReader(frame);
            in.skipString();
            return in.readByte();
        } catch (IndexOutOfBoundsException | MqttViolation e) {
            return 0;
        }
    }

    private static void checkConnect(FrameReader in) {
        in.skipString(); // protocol name
        int level = in.readByte();
        if (level < 3 || level > 5) {
            return; // the answer is that this version is not spoken here
        }
        int flags = in.readByte();
        in.skip(2); // keep alive
        if ((flags & WILL_FLAG) == 0 && (flags & 0x38) != 0) {
            // [MQTT-3.1.2-13], [MQTT-3.1.2-11 of 3.1.1], [MQTT-3.1.2-13 of 3.1.1], [MQTT-3.1.2-15 of 3.1.1]
            throw MqttViolation.malformed("will QoS or will retain without will flag [MQTT-3.1.2-11]");
        }
        if (((flags >> 3) & 3) == 3) {
            throw MqttViolation.malformed("will QoS 3 [MQTT-3.1.2-12]"); // [MQTT-3.1.2-14 of 3.1.1]
        }
        if (level < PROPERTIES_SINCE_LEVEL) {
            boolean passwordWithoutUser = (flags & 0xC0) == 0x40;
            if (passwordWithoutUser && level >= 4) {
                throw MqttViolation.malformed("password without user name [MQTT-3.1.2-22 of 3.1.1]");
            }
            return;
        }
        PropertyRules.check(in, PacketKind.CONNECT);
        // [MQTT-3.1.3-1], [MQTT-3.1.3-3], [MQTT-3.1.3-1 of 3.1.1], [MQTT-3.1.3-3 of 3.1.1]
        in.skipString(); // client id
        if ((flags & WILL_FLAG) != 0) {
            PropertyRules.checkWill(in);
        }
    }

    private static void checkPublish(FrameReader in, int level) {
        int flags = in.flags();
        if ((flags & 0x06) == 0 && (flags & 0x08) != 0) {
            throw MqttViolation.malformed("DUP on a QoS 0 message [MQTT-3.3.1-2]"); // [MQTT-3.3.1-2 of 3.1.1]
        }
        if ((flags & 0x06) == 0x06) {
            throw MqttViolation.malformed("QoS 3 [MQTT-3.3.1-4]"); // [MQTT-3.3.1-4 of 3.1.1]
        }
        in.skipString(); // topic [MQTT-3.3.2-1], [MQTT-3.3.2-1 of 3.1.1]
        if ((flags & 0x06) != 0) {
            in.skip(2); // packet id
        }
        if (level >= PROPERTIES_SINCE_LEVEL) {
            PropertyRules.check(in, PacketKind.PUBLISH);
        }
    }

    private static void checkSubscribe(FrameReader in, int level) {
        in.skip(2); // packet id
        if (level >= PROPERTIES_SINCE_LEVEL) {
            PropertyRules.check(in, PacketKind.SUBSCRIBE);
        }
        if (in.atEnd()) {
            // [MQTT-3.8.3-3 of 3.1.1]
            throw MqttViolation.protocolError("SUBSCRIBE without a topic filter [MQTT-3.8.3-2]");
        }
        int reservedBits = level >= PROPERTIES_SINCE_LEVEL ? 0xC0 : 0xFC;
        while (!in.atEnd()) {
            in.skipString();
            int options = in.readByte();
            if ((options & reservedBits) != 0) {
                // [MQTT-3.8.3-4 of 3.1.1]
                throw MqttViolation.malformed("reserved bits in the subscription options [MQTT-3.8.3-5]");
            }
            if ((options & 0x30) == 0x30) {
                throw MqttViolation.protocolError("retain handling 3 (section 3.8.3.1)");
            }
        }
    }

    private static void checkUnsubscribe(FrameReader in, int level) {
        in.skip(2); // packet id
        if (level >= PROPERTIES_SINCE_LEVEL) {
            PropertyRules.check(in, PacketKind.UNSUBSCRIBE);
        }
        if (in.atEnd()) {
            // [MQTT-3.10.3-2 of 3.1.1]
            throw MqttViolation.protocolError("UNSUBSCRIBE without a topic filter [MQTT-3.10.3-2]");
        }
        while (!in.atEnd()) {
            in.skipString();
        }
    }

    private static void checkAuth(FrameReader in, int level) {
        if (in.flags() != 0) { // before what is in it, which may be nothing
            throw MqttViolation.malformed("flags in AUTH [MQTT-3.15.1-1]");
        }
        checkReply(in, PacketKind.AUTH, level, 0);
    }

    /** Packets of a packet id or nothing, then for MQTT 5 an optional reason code and optional properties. */
    private static void checkReply(FrameReader in, PacketKind kind, int level, int idBytes) {
        in.skip(idBytes);
        if (level < PROPERTIES_SINCE_LEVEL) {
            if (!in.atEnd()) {
                throw MqttViolation.malformed(kind + " is longer than its fields");
            }
            return;
        }
        int reason = in.atEnd() ? 0 : in.readByte();
        if (!maySay(kind, reason)) {
            throw MqttViolation.protocolError(String.format("a client's %s has no reason 0x%02X", kind, reason));
        }
        if (!in.atEnd()) {
            PropertyRules.check(in, kind);
        }
        if (!in.atEnd()) {
            throw MqttViolation.malformed(kind + " is longer than its fields");
        }
    }

    /** Whether a client may give this reason: [MQTT-3.4.2-1], [MQTT-3.5.2-1], [MQTT-3.6.2-1], [MQTT-3.7.2-1], [MQTT-3.14.2-1], [MQTT-3.15.2-1]. */
    private static boolean maySay(PacketKind kind, int reason) {
        return switch (kind) {
            case PUBACK, PUBREC ->
                switch (reason) {
                    case 0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99 -> true;
                    default -> false;
                };
            case PUBREL, PUBCOMP -> reason == 0x00 || reason == 0x92;
            case DISCONNECT ->
                switch (reason) {
                    case 0x00, 0x04, 0x80, 0x81, 0x82, 0x83 -> true;
                    case 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99 -> true;
                    default -> false; // the others are a server's
                };
            case AUTH -> reason == 0x18 || reason == 0x19;
            default -> true;
        };
    }
}

package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Writes the small packets of which a broker sends many, or which it must be able to send before a CONNECT is understood. */
final class Replies {
    private static final int CONNACK = 0x20;
    private static final int PINGRESP = 0xD0;
    private static final int DISCONNECT = 0xE0;
    private static final int REASON_STRING = 0x1F;
    private static final int REASON_STRING_BYTES_MAX = 120;

    /** Of the shortest CONNACK that refuses, and the shortest DISCONNECT that says why. */
    private static final int REFUSAL_BYTES = 5;

    private static final int DISCONNECT_BYTES = 3;

    private Replies() {}

    /**
     * PUBACK, PUBREC, PUBREL or PUBCOMP.
     *
     * <pre>
     *   type, flags (1) | 2 | packet id (2)                                   success, and always for MQTT 3.x
     *   type, flags (1) | 3 | packet id (2) | reason (1)                      MQTT 5 sections 3.4 to 3.7
     *   type, flags (1) | length | packet id (2) | reason (1) | property length | reason string
     * </pre>
     *
     * @param words left out where the client wants none or takes no packet of that size; empty for none
     */
    // No user properties, ever, and words only where something is refused: [MQTT-3.4.2-3], [MQTT-3.5.2-3],
    // [MQTT-3.6.2-2], [MQTT-3.6.2-3], [MQTT-3.7.2-2], [MQTT-3.7.2-3]
    static void publishReply(
            ByteBuf out, PacketKind kind, int packetId, ReasonCode reason, String words, ClientTerms terms) {
        int firstByte = firstByte(kind); // [MQTT-2.2.1-5], [MQTT-2.3.1-6 of 3.1.1]
        if (!terms.isMqtt5() || reason == ReasonCode.SUCCESS) {
            out.writeByte(firstByte).writeByte(2).writeShort(packetId);
            return;
        }
        String text = terms.wantsProblems() ? shortened(words) : ""; // [MQTT-3.1.2-29]
        int textBytes = ByteBufUtil.utf8Bytes(text);
        if (textBytes == 0 || 9 + textBytes > terms.packetBytesMax()) { // [MQTT-3.4.2-2], [MQTT-3.5.2-2]
            out.writeByte(firstByte).writeByte(3).writeShort(packetId).writeByte(reason.code());
            return;
        }
        out.writeByte(firstByte).writeByte(7 + textBytes).writeShort(packetId).writeByte(reason.code());
        writeReasonString(out, text, textBytes);
    }

    private static int firstByte(PacketKind kind) {
        return switch (kind) {
            case PUBACK -> 0x40;
            case PUBREC -> 0x50;
            case PUBREL -> 0x62; // [MQTT-3.6.1-1]
            case PUBCOMP -> 0x70;
            default -> throw new IllegalArgumentException("not a reply: " + kind);
        };
    }

    static void pingResponse(ByteBuf out) {
        out.writeByte(PINGRESP).writeByte(0);
    }

    /**
     * A CONNACK that refuses.
     *
     * <pre>
     *   0x20 | 2 | 0 | return code (1)                                    MQTT 3.1.1 section 3.2
     *   0x20 | length | 0 | reason (1) | property length | [reason string]  MQTT 5 section 3.2
     * </pre>
     */
    static void refusal(ByteBuf out, ReasonCode reason, String words, ClientTerms terms) {
        if (terms.packetBytesMax() < REFUSAL_BYTES) {
            return; // [MQTT-3.1.2-24]
        }
        // No refusal knows of a session, and none has user properties: [MQTT-3.2.2-1], [MQTT-3.2.2-6],
        // [MQTT-3.2.2-20], [MQTT-3.2.2-4 of 3.1.1]
        if (terms.isMqtt5()) {
            String text = shortened(words);
            int textBytes = ByteBufUtil.utf8Bytes(text);
            if (8 + textBytes > terms.packetBytesMax()) { // [MQTT-3.2.2-19]
                out.writeByte(CONNACK).writeByte(3).writeByte(0).writeByte(reason.code());
                out.writeByte(0);
                return;
            }
            out.writeByte(CONNACK).writeByte(6 + textBytes).writeByte(0).writeByte(reason.code());
            writeReasonString(out, text, textBytes);
        } else {
            out.writeByte(CONNACK).writeByte(2).writeByte(0).writeByte(returnCode(reason));
        }
    }

    /** DISCONNECT, which only MQTT 5 lets a server send (section 3.14). */
    static void disconnect(ByteBuf out, ReasonCode reason, String words, ClientTerms terms) {
        if (terms.packetBytesMax() < DISCONNECT_BYTES) {
            return; // [MQTT-3.1.2-24]
        }
        String text = shortened(words);
        int textBytes = ByteBufUtil.utf8Bytes(text);
        if (7 + textBytes > terms.packetBytesMax()) { // [MQTT-3.14.2-3], [MQTT-3.14.2-2], [MQTT-3.14.2-4]
            out.writeByte(DISCONNECT).writeByte(1).writeByte(reason.code());
            return;
        }
        out.writeByte(DISCONNECT).writeByte(5 + textBytes).writeByte(reason.code());
        writeReasonString(out, text, textBytes);
    }

    private static void writeReasonString(ByteBuf out, String text, int textBytes) {
        out.writeByte(3 + textBytes).writeByte(REASON_STRING).writeShort(textBytes);
        ByteBufUtil.writeUtf8(out, text);
    }

    /** So short that every length around it fits into one byte. */
    static String shortened(String words) {
        String text = words;
        while (ByteBufUtil.utf8Bytes(text) > REASON_STRING_BYTES_MAX) {
            text = text.substring(0, text.length() - 1);
        }
        return text;
    }

    /** The return code of MQTT 3.1.1 (section 3.2.2.3) that says it best. */
    private static int returnCode(ReasonCode reason) {
        return switch (reason) {
            case UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case BAD_USER_NAME_OR_PASSWORD -> 4;
            case BAD_AUTHENTICATION_METHOD, NOT_AUTHORIZED -> 5;
            default -> 3;
        };
    }
}

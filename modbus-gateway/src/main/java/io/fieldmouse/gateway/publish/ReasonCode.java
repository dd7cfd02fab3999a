package io.fieldmouse.gateway.publish;

import java.util.List;

/** Reason codes of MQTT 5 (section 2.4) and return codes of older CONNACKs, in words. */
public final class ReasonCode {

    public static final int SUCCESS = 0x00;
    /** From here on a code means that something was refused. */
    public static final int FIRST_ERROR = 0x80;

    static final int MALFORMED_PACKET = 0x81;
    static final int PROTOCOL_ERROR = 0x82;
    static final int UNSUPPORTED_PROTOCOL_VERSION = 0x84;
    static final int RECEIVE_MAXIMUM_EXCEEDED = 0x93;
    static final int PACKET_IDENTIFIER_NOT_FOUND = 0x92;
    static final int PACKET_TOO_LARGE = 0x95;
    static final int QUOTA_EXCEEDED = 0x97;

    /** 0x80 onwards, without a gap. */
    private static final List<String> ERRORS = List.of(
            "unspecified error",
            "malformed packet",
            "protocol error",
            "implementation specific error",
            "the broker does not speak this version of MQTT",
            "client identifier not valid",
            "bad user name or password",
            "not authorized",
            "server unavailable",
            "server busy",
            "banned",
            "server shutting down",
            "bad authentication method",
            "keep alive timeout",
            "session taken over by another connection with this client id",
            "topic filter invalid",
            "topic name invalid",
            "packet identifier in use",
            "packet identifier not found",
            "receive maximum exceeded",
            "topic alias invalid",
            "packet too large",
            "message rate too high",
            "quota exceeded",
            "administrative action",
            "payload format invalid",
            "retain not supported",
            "QoS not supported",
            "use another server",
            "server moved",
            "shared subscriptions not supported",
            "connection rate exceeded",
            "maximum connect time",
            "subscription identifiers not supported",
            "wildcard subscriptions not supported");

    private ReasonCode() {}

    /** The code in words, with the number for looking it up. */
    public static String words(int code) {
        String hex = String.format(" [0x%02X]", code);
        if (code >= FIRST_ERROR && code < FIRST_ERROR + ERRORS.size()) {
            return ERRORS.get(code - FIRST_ERROR) + hex;
        }
        return "reason code" + hex;
    }

    /** Brings the return codes of a CONNACK before MQTT 5 (3.1.1, section 3.2.2.3) to their successors. */
    static int ofConnectReturnCode(int code) {
        return switch (code) {
            case 1 -> UNSUPPORTED_PROTOCOL_VERSION;
            case 2 -> 0x85;
            case 3 -> 0x88;
            case 4 -> 0x86;
            case 5 -> 0x87;
            default -> code;
        };
    }
}

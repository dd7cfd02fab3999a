package io.fieldmouse.gateway.publish;

import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * A broker refused, or could not be reached, or broke off. The message is a sentence for a person; where the broker
 * gave a reason code it is in there in words.
 */
public final class MqttException extends IOException {

    /** The reason code of an error that no packet carried. */
    public static final int NO_REASON_CODE = -1;

    private static final long serialVersionUID = 1;

    private final int reasonCode;

    MqttException(String message, int reasonCode, @Nullable Throwable cause) {
        super(message, cause);
        this.reasonCode = reasonCode;
    }

    static MqttException of(String message) {
        return new MqttException(message, NO_REASON_CODE, null);
    }

    static MqttException withReason(String what, int reasonCode, @Nullable String reasonString) {
        String words = reasonString == null || reasonString.isEmpty() ? "" : " (\"" + reasonString + "\")";
        return new MqttException(what + ": " + ReasonCode.words(reasonCode) + words, reasonCode, null);
    }

    /** What a broker must never say. */
    static MqttException violation(String what) {
        return new MqttException(what, ReasonCode.PROTOCOL_ERROR, null);
    }

    static MqttException neverConnected(BrokerAddress address, Throwable cause) {
        return new MqttException("cannot connect to " + address + ": " + inWords(cause), NO_REASON_CODE, cause);
    }

    /** The system's own words repeat the address that was asked for. */
    private static String inWords(Throwable cause) {
        if (cause instanceof UnknownHostException) {
            return "no such host";
        }
        if (cause instanceof ConnectTimeoutException) {
            return "no answer";
        }
        String words = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return words.startsWith("Connection refused") ? "connection refused, no broker listens there" : words;
    }

    /** The broker's reason code (MQTT 5, section 2.4), or {@link #NO_REASON_CODE}. */
    public int reasonCode() {
        return reasonCode;
    }

    /** Whether it was this client that found the broker at fault, so that the broker does not know yet. */
    boolean isOurVerdict() {
        return reasonCode == ReasonCode.MALFORMED_PACKET
                || reasonCode == ReasonCode.PROTOCOL_ERROR
                || reasonCode == ReasonCode.PACKET_TOO_LARGE;
    }

    /** Whether the broker does not speak the version that was asked for. */
    boolean isAboutProtocolVersion() {
        return reasonCode == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
    }
}

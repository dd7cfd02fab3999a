package io.fieldmouse.broker.message;

import java.io.Serial;

/**
 * The peer broke a rule after which its connection cannot go on. Carries what to tell it and ends in one catch, at
 * the connection. What can be answered and survived is a {@link ReasonCode} in an acknowledgement instead.
 */
public final class MqttViolation extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final ReasonCode reason;

    /** @param what what was wrong, with the statement's number where one was broken: it goes to the log and, to MQTT 5 clients, into the Reason String */
    public MqttViolation(ReasonCode reason, String what) {
        super(what, null, false, false);
        this.reason = reason;
    }

    public ReasonCode reason() {
        return reason;
    }

    /** The packet cannot be parsed by the specification's grammar. */
    public static MqttViolation malformed(String what) {
        return new MqttViolation(ReasonCode.MALFORMED_PACKET, what);
    }

    /** The packet can be parsed and is not allowed here. */
    public static MqttViolation protocolError(String what) {
        return new MqttViolation(ReasonCode.PROTOCOL_ERROR, what);
    }
}

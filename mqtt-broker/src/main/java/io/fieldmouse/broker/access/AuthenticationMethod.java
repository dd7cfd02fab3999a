package io.fieldmouse.broker.access;

import org.jspecify.annotations.Nullable;

/**
 * A way for clients to prove who they are by an exchange of AUTH packets (MQTT 5 section 4.12), such as a mechanism of
 * SASL. The exchange's packets, their order and number, and the time it may take are the broker's business; a method
 * sees the Authentication Data alone.
 *
 * <p>One object serves all connections, on their lanes at the same time. It is called where messages flow: it has to
 * answer at once, from memory, without waiting for a file or another machine.
 */
public interface AuthenticationMethod {

    /** As clients name it in their CONNECT; case matters. */
    String name();

    /** Whether clients may use it now; those that name it while they may not are answered as if it did not exist. */
    default boolean isOffered() {
        return true;
    }

    /** Begins an exchange with one client, whether at its CONNECT or in the middle of its connection. */
    Exchange begin();

    /** One exchange, up to the step that accepts or refuses. Used by one thread at a time. */
    interface Exchange {

        /**
         * Judges what the client sent, and says how it goes on.
         *
         * @param clientData Authentication Data, at most 65535 bytes; empty when the packet had none
         */
        Step next(byte[] clientData);
    }

    /** How an exchange goes on. */
    sealed interface Step permits Continue, Accepted, Refused {}

    /**
     * The client has to send more.
     *
     * @param data Authentication Data for it; none is sent when empty
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Continue(byte[] data) implements Step {}

    /**
     * The client is who it says it is.
     *
     * @param userName whom the rules of access are asked about
     * @param data Authentication Data for the client; none is sent when empty
     * @param shown the line of the password file that it has shown to know: when that changes, the client is
     *     disconnected; null for a method that asks elsewhere
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Accepted(String userName, byte[] data, @Nullable Credential shown) implements Step {}

    /**
     * The client is shown the door.
     *
     * @param why for the log; the client is not told
     * @param userName whom it claimed to be, for the log; null when it has not said
     */
    record Refused(String why, @Nullable String userName) implements Step {
        /** Before it has said who it is. */
        public Refused(String why) {
            this(why, null);
        }
    }
}

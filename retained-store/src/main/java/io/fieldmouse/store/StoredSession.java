package io.fieldmouse.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session as it was.
 *
 * @param expirySeconds how long it outlives its connection; {@link #NEVER_EXPIRES} for ever
 * @param disconnectedAtMillis when its connection ended; {@link #WAS_CONNECTED} when it still had one
 * @param owner whose it is, as it was said when it was opened; null when nobody said so
 * @param subscriptions in no particular order
 * @param queue what is not settled, ascending by message id
 * @param receivedPacketIds the QoS 2 packet ids received and not released
 */
@SuppressWarnings("ArrayRecordComponent")
public record StoredSession(
        String clientId,
        long expirySeconds,
        long disconnectedAtMillis,
        @Nullable String owner,
        List<StoredSubscription> subscriptions,
        List<QueuedMessage> queue,
        int[] receivedPacketIds) {

    /** Session expiry interval of a session that never expires: 0xFFFFFFFF (MQTT 5 section 3.1.2.11.2). */
    public static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    /** The session had a connection when the store was last written. */
    public static final long WAS_CONNECTED = -1;

    /**
     * One unsettled message.
     *
     * @param message the same object for all sessions that wait for the same message
     * @param qos 1 or 2
     * @param packetId the packet id it was sent with; 0 when it was not sent
     * @param released whether PUBREC came and only PUBREL is owed
     * @param sharedFilter the shared subscription it came by; empty for none
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record QueuedMessage(
            long messageId,
            StoredMessage message,
            int qos,
            boolean retain,
            int[] subscriptionIds,
            int packetId,
            boolean released,
            String sharedFilter) {}
}

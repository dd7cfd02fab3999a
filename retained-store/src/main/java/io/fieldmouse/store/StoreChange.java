package io.fieldmouse.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One durable fact. A closed set: the store knows no others, and every one of them is idempotent, so that a change
 * may be applied to a state that already holds it.
 */
public sealed interface StoreChange {

    /** The topic's retained message is now this one, received at this QoS (0 to 2). */
    record RetainedSet(StoredMessage message, int qos) implements StoreChange {}

    /** The topic has no retained message any more. */
    record RetainedCleared(String topic) implements StoreChange {}

    /**
     * A session exists and has a connection.
     *
     * @param expirySeconds how long it outlives that connection; {@link StoredSession#NEVER_EXPIRES} for ever
     * @param owner whose it is from now on, in words of the caller's; null when that is not known
     */
    record SessionOpened(String clientId, long expirySeconds, @Nullable String owner) implements StoreChange {}

    /** The session's connection ended at this wall-clock time, and this expiry holds from then on. */
    record SessionClosed(String clientId, long expirySeconds, long atMillis) implements StoreChange {}

    /**
     * The session is over: it, its subscriptions, its queue and its packet ids are gone. Its will is not, nor are the
     * {@linkplain StoredState.Leftover leftovers} of its queue.
     */
    record SessionEnded(String clientId) implements StoreChange {}

    /** The client's connection, of a stored session or not, carries this will. Replaces an earlier one. */
    record WillSet(String clientId, StoredWill will) implements StoreChange {}

    /** The client's will was sent or dropped. */
    record WillCleared(String clientId) implements StoreChange {}

    /** The session subscribes. Replaces the subscription with the same filter. */
    record SubscriptionAdded(String clientId, StoredSubscription subscription) implements StoreChange {}

    /** The session no longer subscribes. */
    record SubscriptionRemoved(String clientId, String topicFilter) implements StoreChange {}

    /**
     * A message waits for the receivers' acknowledgements. Ids ascend in the order in which messages were accepted;
     * each receiver has its queue in the order of ids. The message itself is kept once for all receivers.
     */
    record MessageQueued(long messageId, StoredMessage message, List<Receiver> receivers) implements StoreChange {}

    /**
     * One receiver of a queued message.
     *
     * @param qos 1 or 2
     * @param retain the RETAIN flag it is delivered with
     * @param subscriptionIds the identifiers of the subscriptions that matched, possibly none
     * @param sharedFilter the shared subscription as whose member it receives the message; empty for none. When its
     *     session ends before it has it, the message stays, as a {@linkplain StoredState.Leftover leftover}.
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Receiver(String clientId, int qos, boolean retain, int[] subscriptionIds, String sharedFilter) {}

    /** The queued message was given this packet id (1 to 65535) and may have left. */
    record MessageSent(String clientId, long messageId, int packetId) implements StoreChange {
        public MessageSent {
            checkPacketId(packetId);
        }
    }

    /** The receiver of a QoS 2 message has it (PUBREC): only its PUBREL is still owed. */
    record MessageReleased(String clientId, long messageId) implements StoreChange {}

    /** The message is off this session's queue, or its leftovers: acknowledged, completed, expired, moved or dropped. */
    record MessageSettled(String clientId, long messageId) implements StoreChange {}

    /** A QoS 2 PUBLISH with this packet id was accepted from the session's client and is not yet released. */
    record PacketIdReceived(String clientId, int packetId) implements StoreChange {
        public PacketIdReceived {
            checkPacketId(packetId);
        }
    }

    /** The client released that packet id (PUBREL). */
    record PacketIdReleased(String clientId, int packetId) implements StoreChange {
        public PacketIdReleased {
            checkPacketId(packetId);
        }
    }

    /**
     * It was this wall-clock time, in milliseconds since 1970. A box whose clock is lost with its power knows by this
     * how late it is at least.
     */
    record TimePassed(long atMillis) implements StoreChange {}

    private static void checkPacketId(int packetId) {
        if (packetId < 1 || packetId > 0xFFFF) {
            throw new IllegalArgumentException("packet id " + packetId + " is not within 1 to 65535");
        }
    }
}

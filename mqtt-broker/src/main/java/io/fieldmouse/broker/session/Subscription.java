package io.fieldmouse.broker.session;

import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.message.SharedFilter;
import io.fieldmouse.store.StoredSubscription;

/**
 * One session's subscription, with its options (MQTT 5 section 3.8.3.1). Immutable; seen by all lanes.
 *
 * @param filter what the client subscribed with: a topic filter, or a {@link SharedFilter}
 * @param qos the granted QoS
 * @param ids the Subscription Identifiers to send with each message, usually none or one
 */
@SuppressWarnings("ArrayRecordComponent")
public record Subscription(
        Session session,
        String filter,
        Qos qos,
        boolean noLocal,
        boolean retainAsPublished,
        int retainHandling,
        int[] ids) {

    private static final int BYTES = 256;
    private static final int LEVEL_BYTES = 192;
    private static final int[] NO_IDS = {};
    private static final int NO_LOCAL = 0x04;
    private static final int RETAIN_AS_PUBLISHED = 0x08;
    private static final int RETAIN_HANDLING = 0x30;

    /** Ours, in a bit that MQTT reserves: the retained messages that the subscription asked for have not all been sent. */
    private static final int OWED_RETAINED = 0x40;

    /** What a subscription with this filter weighs, in bytes: itself, and a node of the tree for each level, roughly. */
    static int sizeBytes(String filter) {
        int levels = 1 + (int) filter.chars().filter(c -> c == '/').count();
        return BYTES + filter.length() + levels * LEVEL_BYTES;
    }

    /** Ids for a subscription that has this identifier; 0 for none. */
    public static int[] ids(int subscriptionId) {
        return subscriptionId == 0 ? NO_IDS : new int[] {subscriptionId};
    }

    static Subscription restored(Session session, StoredSubscription stored) {
        int options = stored.options();
        return new Subscription(
                session,
                stored.topicFilter(),
                Qos.of(options & 0x03),
                (options & NO_LOCAL) != 0,
                (options & RETAIN_AS_PUBLISHED) != 0,
                (options & RETAIN_HANDLING) >> 4,
                ids(stored.subscriptionId()));
    }

    /** Whether the session is one of a group, of which each message goes to one. */
    public boolean isShared() {
        return SharedFilter.isShared(filter);
    }

    /** Whether a restart owes it retained messages. */
    public static boolean isOwedRetained(StoredSubscription stored) {
        return (stored.options() & OWED_RETAINED) != 0;
    }

    StoredSubscription toStored(boolean owedRetained) {
        int options = (owedRetained && qos.isAcknowledged() ? OWED_RETAINED : 0)
                | qos.number()
                | (noLocal ? NO_LOCAL : 0)
                | (retainAsPublished ? RETAIN_AS_PUBLISHED : 0)
                | (retainHandling << 4);
        return new StoredSubscription(filter, options, ids.length == 0 ? 0 : ids[0]);
    }

    /** One subscription in place of two of the same session that matched the same message: the higher QoS, all ids. */
    public Subscription mergedWith(Subscription other) {
        if (filter.equals(other.filter)) {
            return other; // replaced while the match went on: seen in its old and its new form
        }
        int[] all = new int[ids.length + other.ids.length];
        System.arraycopy(ids, 0, all, 0, ids.length);
        System.arraycopy(other.ids, 0, all, ids.length, other.ids.length);
        // [MQTT-3.3.5-1 of 3.1.1]
        Qos higher = qos.number() >= other.qos.number() ? qos : other.qos; // [MQTT-3.3.4-2]
        return new Subscription(
                session,
                filter,
                higher,
                false,
                retainAsPublished || other.retainAsPublished,
                retainHandling,
                all); // [MQTT-3.3.4-4], [MQTT-3.3.4-3]
    }
}

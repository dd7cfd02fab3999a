package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.TopicFilter;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.StoredForm;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.RetainedCleared;
import io.fieldmouse.store.StoreChange.RetainedSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The last retained message of each topic. Seen and changed by all lanes.
 *
 * <p>A topic's value is replaced and its change handed to the store in one step under the map's lock for that topic:
 * so the store holds what memory holds, also when two lanes publish to the same topic at once.
 *
 * <p>A message reaches each subscription once, live or as retained message. Which of the two is decided once for each
 * message, after it can be seen here, by the number of the last subscription there is then: up to it they receive it
 * live, later ones find it here. Publisher and subscriber meet in that decision, and whoever comes first makes it.
 *
 * <p>Topics written behind are remembered, not their values: what goes to the disk is what the topic holds then.
 */
final class RetainedMessages {

    /** Bounds of all retained messages together. */
    record Limits(int messagesMax, long bytesMax) {}

    /**
     * What became of a publication here.
     *
     * @param position at which it is durable
     * @param liveUpTo the number of the last subscription that receives it live
     */
    record Placed(long position, long liveUpTo) {
        /** For what is not kept: all subscriptions that are found receive it live. */
        static final Placed NOWHERE = new Placed(CommitGate.AT_ONCE, Long.MAX_VALUE);
    }

    private static final long UNDECIDED = -1;
    private static final long NOBODY = 0;

    /** A topic's message, and the number of the last subscription that receives it live. */
    private static final class Kept {
        final Publication publication;
        private final AtomicLong liveUpTo;

        Kept(Publication publication, long liveUpTo) {
            this.publication = publication;
            this.liveUpTo = new AtomicLong(liveUpTo);
        }

        int sizeBytes() {
            return publication.sizeBytes();
        }

        long liveUpTo(LongSupplier lastSubscription) {
            if (liveUpTo.get() == UNDECIDED) {
                liveUpTo.compareAndSet(UNDECIDED, lastSubscription.getAsLong());
            }
            return liveUpTo.get();
        }
    }

    private final Limits limits;
    private final LongSupplier lastSubscription;
    private final ConcurrentHashMap<String, Kept> byTopic = new ConcurrentHashMap<>();

    /** The topics in order, so that a filter's literal beginning narrows the search. */
    private final NavigableSet<String> topics = new ConcurrentSkipListSet<>();

    private final Set<String> writtenBehind = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong payloadBytes = new AtomicLong();

    /** @param lastSubscription the number of the last subscription there is */
    RetainedMessages(Limits limits, LongSupplier lastSubscription) {
        this.limits = limits;
        this.lastSubscription = lastSubscription;
    }

    /** Takes what a restart found. */
    void restore(Publication publication) {
        put(publication.topic(), new Kept(publication, NOBODY));
    }

    /** Whether there is room for this message: always when it replaces one and is not larger. */
    boolean hasRoomFor(Publication publication) {
        if (publication.payload().length == 0) {
            return true;
        }
        Kept old = byTopic.get(publication.topic());
        int added = publication.sizeBytes() - (old == null ? 0 : old.sizeBytes());
        return added <= 0
                || ((old != null || byTopic.size() < limits.messagesMax) && bytes.get() + added <= limits.bytesMax);
    }

    /**
     * Sets or, with an empty payload, clears the topic's retained message [MQTT-3.3.1-5], [MQTT-3.3.1-6].
     */
    Placed set(Publication publication, CommitGate gate) {
        long[] position = new long[1];
        Kept now = kept(publication); // [MQTT-3.3.1-5 of 3.1.1], [MQTT-3.3.1-7 of 3.1.1], [MQTT-3.3.1-10 of 3.1.1]
        byTopic.compute(publication.topic(), (topic, old) -> {
            if (old != null || now != null) {
                position[0] = gate.commit(change(topic, now));
                account(topic, old, now);
            }
            return now;
        });
        return new Placed(position[0], liveUpTo(now));
    }

    /** As {@link #set}, but stored only at the next {@link #writeBehind}. */
    Placed setBehind(Publication publication) {
        Placed placed = keep(publication);
        writtenBehind.add(publication.topic());
        return placed;
    }

    /** Keeps the message in memory only. */
    Placed keep(Publication publication) {
        Kept now = kept(publication);
        put(publication.topic(), now);
        return new Placed(CommitGate.AT_ONCE, liveUpTo(now));
    }

    private static @Nullable Kept kept(Publication publication) {
        // [MQTT-3.3.1-7], [MQTT-3.3.1-11 of 3.1.1]
        return publication.payload().length == 0 ? null : new Kept(publication, UNDECIDED);
    }

    private long liveUpTo(@Nullable Kept now) {
        return now == null ? Long.MAX_VALUE : now.liveUpTo(lastSubscription);
    }

    /** Stores the present values of the topics that were set behind. Returns how many. */
    int writeBehind(CommitGate gate) {
        int count = 0;
        for (Iterator<String> due = writtenBehind.iterator(); due.hasNext(); count++) {
            String topic = due.next();
            // Removed before the value is read: a value set in between is stored twice rather than not at all.
            due.remove();
            byTopic.compute(topic, (name, now) -> {
                gate.commit(change(name, now));
                return now;
            });
        }
        return count;
    }

    private void put(String topic, @Nullable Kept now) {
        byTopic.compute(topic, (name, old) -> {
            account(name, old, now);
            return now;
        });
    }

    /** Called before the new message can be seen. */
    private void account(String topic, @Nullable Kept old, @Nullable Kept now) {
        if (old != null) {
            // Decided before its successor's, so that nobody finds the successor here and then receives it live.
            old.liveUpTo(lastSubscription);
        }
        bytes.addAndGet((now == null ? 0 : now.sizeBytes()) - (old == null ? 0 : old.sizeBytes()));
        payloadBytes.addAndGet(payloadBytes(now) - payloadBytes(old));
        if (now == null) {
            topics.remove(topic);
        } else if (old == null) {
            topics.add(topic);
        }
    }

    private static long payloadBytes(@Nullable Kept kept) {
        return kept == null ? 0 : kept.publication.payload().length;
    }

    private static StoreChange change(String topic, @Nullable Kept now) {
        return now == null
                ? new RetainedCleared(topic)
                : new RetainedSet(
                        StoredForm.of(now.publication), now.publication.qos().number());
    }

    /** The topic that comes after this one, or first for null, of those that begin with the prefix; null when none does. */
    @Nullable
    String topicAfter(@Nullable String topic, String prefix) {
        String next = topic == null ? topics.ceiling(prefix) : topics.higher(topic);
        return next != null && next.startsWith(prefix) ? next : null;
    }

    /** The topic's message, unless it has expired or comes live to the subscription with this number. */
    @Nullable
    Publication unlessLive(String topic, long nowMillis, long subscription) {
        Kept kept = byTopic.get(topic);
        return kept != null && kept.liveUpTo(lastSubscription) < subscription && !kept.publication.isExpired(nowMillis)
                ? kept.publication
                : null;
    }

    /** The retained messages that match the filter and have not expired. */
    List<Publication> matching(String filter, long nowMillis) {
        List<Publication> found = new ArrayList<>();
        String prefix = TopicFilter.literalPrefix(filter);
        for (String topic = topicAfter(null, prefix); topic != null; topic = topicAfter(topic, prefix)) {
            Publication publication =
                    TopicFilter.matches(filter, topic) ? unlessLive(topic, nowMillis, Long.MAX_VALUE) : null;
            if (publication != null) {
                found.add(publication);
            }
        }
        return found;
    }

    /** Clears what has expired. Returns how many. */
    int removeExpired(long nowMillis, CommitGate gate) {
        int count = 0;
        for (Kept kept : byTopic.values()) {
            if (kept.publication.isExpired(nowMillis) && clearIfSame(kept, gate)) {
                count++;
            }
        }
        return count;
    }

    private boolean clearIfSame(Kept expired, CommitGate gate) {
        boolean[] cleared = new boolean[1];
        byTopic.computeIfPresent(expired.publication.topic(), (topic, now) -> {
            if (now != expired) {
                return now;
            }
            gate.commit(new RetainedCleared(topic));
            account(topic, now, null);
            cleared[0] = true;
            return null;
        });
        return cleared[0];
    }

    int count() {
        return byTopic.size();
    }

    /** What they weigh, objects around them included. */
    long bytes() {
        return bytes.get();
    }

    long payloadBytes() {
        return payloadBytes.get();
    }
}

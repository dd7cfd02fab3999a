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
import org.jspecify.annotations.Nullable;

/**
 * The last retained message of each topic. Seen and changed by all lanes.
 *
 * <p>A topic's value is replaced and its change handed to the store in one step under the map's lock for that topic:
 * so the store holds what memory holds, also when two lanes publish to the same topic at once.
 *
 * <p>Topics written behind are remembered, not their values: what goes to the disk is what the topic holds then.
 */
final class RetainedMessages {

    /** Bounds of all retained messages together. */
    record Limits(int messagesMax, long bytesMax) {}

    /** A topic's message, and its place in the order in which all topics' messages were set. */
    private record Kept(Publication publication, long sequence) {
        int sizeBytes() {
            return publication.sizeBytes();
        }
    }

    private final Limits limits;
    private final AtomicLong lastSequence = new AtomicLong();
    private final ConcurrentHashMap<String, Kept> byTopic = new ConcurrentHashMap<>();

    /** The topics in order, so that a filter's literal beginning narrows the search. */
    private final NavigableSet<String> topics = new ConcurrentSkipListSet<>();

    private final Set<String> writtenBehind = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytes = new AtomicLong();

    RetainedMessages(Limits limits) {
        this.limits = limits;
    }

    /** Takes what a restart found. */
    void restore(Publication publication) {
        put(publication.topic(), publication);
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
     *
     * @return the position at which that is durable
     */
    long set(Publication publication, CommitGate gate) {
        long[] position = new long[1];
        byTopic.compute(publication.topic(), (topic, old) -> {
            Kept now = publication.payload().length == 0 ? null : kept(publication);
            if (old != null || now != null) {
                position[0] = gate.commit(change(topic, now));
                account(topic, old, now);
            }
            return now;
        });
        return position[0];
    }

    /** As {@link #set}, but stored only at the next {@link #writeBehind}. */
    void setBehind(Publication publication) {
        put(publication.topic(), publication.payload().length == 0 ? null : publication);
        writtenBehind.add(publication.topic());
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

    private void put(String topic, @Nullable Publication publication) {
        byTopic.compute(topic, (name, old) -> {
            Kept now = publication == null ? null : kept(publication);
            account(name, old, now);
            return now;
        });
    }

    private Kept kept(Publication publication) {
        return new Kept(publication, lastSequence.incrementAndGet());
    }

    /** Every message that is set from now on has a higher sequence. */
    long lastSequence() {
        return lastSequence.get();
    }

    private void account(String topic, @Nullable Kept old, @Nullable Kept now) {
        bytes.addAndGet((now == null ? 0 : now.sizeBytes()) - (old == null ? 0 : old.sizeBytes()));
        if (now == null) {
            topics.remove(topic);
        } else if (old == null) {
            topics.add(topic);
        }
    }

    private static StoreChange change(String topic, @Nullable Kept now) {
        return now == null
                ? new RetainedCleared(topic)
                : new RetainedSet(
                        StoredForm.of(now.publication), now.publication.qos().number());
    }

    /** The retained messages that match the filter, have not expired, and were set up to that sequence. */
    List<Publication> matching(String filter, long nowMillis, long sequenceMax) {
        List<Publication> found = new ArrayList<>();
        if (!TopicFilter.hasWildcard(filter)) {
            addLive(found, filter, nowMillis, sequenceMax);
            return found;
        }
        String prefix = TopicFilter.literalPrefix(filter);
        for (String topic : topics.tailSet(prefix, true)) {
            if (!topic.startsWith(prefix)) {
                break;
            }
            if (TopicFilter.matches(filter, topic)) {
                addLive(found, topic, nowMillis, sequenceMax);
            }
        }
        return found;
    }

    private void addLive(List<Publication> found, String topic, long nowMillis, long sequenceMax) {
        Kept kept = byTopic.get(topic);
        if (kept != null && kept.sequence <= sequenceMax && !kept.publication.isExpired(nowMillis)) {
            found.add(kept.publication);
        }
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
            if (now.sequence != expired.sequence) {
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
}

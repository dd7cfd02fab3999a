package io.fieldmouse.broker.access;

import org.jspecify.annotations.Nullable;

/**
 * Remembers what was decided for which client and topic, for all lanes together. A table of fixed size in which each
 * place holds the decision that came last: nothing is ever removed, and nothing has to be.
 *
 * <p>Its surprise: lanes write it without a lock. A decision is immutable, so that whoever reads a place sees a whole
 * one, of whatever time; and it says itself whose it is.
 */
final class Decisions {
    /** A power of two. With what they hold, some 10 MiB when all are taken. */
    private static final int PLACES = 1 << 16;

    /** A longer topic is decided each time, so that what the table holds is bounded. */
    private static final int TOPIC_CHARS_MAX = 200;

    private final @Nullable Decision[] places = new Decision[PLACES];

    /** @param client a number that no other client has, nor ever had */
    record Decision(long client, String topic, boolean write, boolean allowed) {}

    /** What was decided; null when it is not remembered. */
    @Nullable
    Decision find(long client, String topic, boolean write) {
        Decision last = places[place(client, topic, write)];
        boolean same = last != null && last.client == client && last.write == write && last.topic.equals(topic);
        return same ? last : null;
    }

    void remember(Decision decision) {
        if (decision.topic.length() <= TOPIC_CHARS_MAX) {
            places[place(decision.client, decision.topic, decision.write)] = decision;
        }
    }

    private static int place(long client, String topic, boolean write) {
        int hash = topic.hashCode() * 31 + (int) client * 0x9E3779B9 + (write ? 1 : 0);
        return (hash ^ (hash >>> 16)) & (PLACES - 1);
    }
}

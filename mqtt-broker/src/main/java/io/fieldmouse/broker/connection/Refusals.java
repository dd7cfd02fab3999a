package io.fieldmouse.broker.connection;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages and topic filters of one connection that were refused while it went on. The first of each kind leaves a
 * line in the log: a client that tries again and again must not fill it. The rest are counted until the connection ends.
 */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    private final Caller caller;
    private long messages;
    private long filters;

    Refusals(Caller caller) {
        this.caller = caller;
    }

    /** @param words why, to be read behind a colon */
    void message(String topic, String words) {
        if (messages++ == 0) {
            first("PUBLISH", "topic", topic, words);
        }
    }

    void filter(String filter, String words) {
        if (filters++ == 0) {
            first("SUBSCRIBE", "filter", filter, words);
        }
    }

    private void first(String packet, String key, String text, String words) {
        LOG.info(
                "refusing {} {} {}=\"{}\" detail=\"{}\" (more of this connection are only counted)",
                packet,
                caller,
                key,
                Caller.printable(text),
                Caller.printable(words));
    }

    /** The connection is over. */
    void end() {
        LOG.debug("ended {} refused_messages={} refused_filters={}", caller, messages, filters);
    }
}

package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.Session;
import org.jspecify.annotations.Nullable;

/**
 * What became of a PUBLISH.
 *
 * @param reason what to acknowledge it with; an error means that nobody received it
 * @param words why it was refused, for the publisher; empty when it was not
 * @param logged why, for the log: it may name other clients, of whom the publisher is told nothing
 * @param position what must be durable before the acknowledgement leaves
 * @param crowded a connected receiver whose queue is filling: the acknowledgement should wait for it
 */
public record PublishOutcome(ReasonCode reason, String words, String logged, long position, @Nullable Session crowded) {
    /** It was taken. */
    public PublishOutcome(ReasonCode reason, long position, @Nullable Session crowded) {
        this(reason, "", "", position, crowded);
    }

    /** Nobody received it. */
    public static PublishOutcome refused(ReasonCode reason, String words) {
        return refused(reason, words, words);
    }

    /** Nobody received it; the log is told more than the publisher. */
    public static PublishOutcome refused(ReasonCode reason, String words, String logged) {
        return new PublishOutcome(reason, words, logged, CommitGate.AT_ONCE, null);
    }
}

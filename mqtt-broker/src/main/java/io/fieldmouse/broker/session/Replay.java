package io.fieldmouse.broker.session;

import io.fieldmouse.broker.message.Publication;
import org.jspecify.annotations.Nullable;

/**
 * The retained messages that a new subscription is owed, one after another. They are looked for when they can be sent,
 * and not before: so a client that does not read costs no more than the place where its search stands, and what has
 * been replaced in the meantime, and came live, is not sent.
 */
public interface Replay {

    Subscription subscription();

    /** Searches on from where it stands, for a bounded time. False when that was not enough to know what is next. */
    boolean search();

    /** What the search has found; null at the end. To be asked only right after the search. */
    @Nullable
    Publication found();

    /** What was found cannot be sent now: the next search finds it again, if it is still so then. */
    void putBack();

    /** Goes on behind what was found, for which it gives a message id. */
    long take();
}

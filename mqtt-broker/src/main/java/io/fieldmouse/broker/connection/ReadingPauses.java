package io.fieldmouse.broker.connection;

import java.util.EnumSet;
import java.util.Set;

/** Why nothing is read from a client for now. It is read from again when the last of the reasons is gone. */
final class ReadingPauses {
    private final Set<Pause> reasons = EnumSet.noneOf(Pause.class);
    private final Runnable stop;
    private final Runnable goOn;

    enum Pause {
        CONNECTING,
        /** A receiver of what it published is slow. */
        RECEIVER_CROWDED,
        /** It is owed as many acknowledgements as it may be. */
        ACKNOWLEDGEMENTS_OWED,
        /** The disk is behind. */
        STORE_BEHIND,
        /** It publishes faster than it may. */
        MESSAGE_RATE,
        /** It does not read what is sent to it, or slowly. */
        REPLIES_UNREAD
    }

    ReadingPauses(Runnable stop, Runnable goOn) {
        this.stop = stop;
        this.goOn = goOn;
    }

    void add(Pause reason) {
        if (reasons.isEmpty()) {
            stop.run();
        }
        reasons.add(reason);
    }

    void remove(Pause reason) {
        if (reasons.remove(reason) && reasons.isEmpty()) {
            goOn.run();
        }
    }

    boolean contains(Pause reason) {
        return reasons.contains(reason);
    }

    boolean isEmpty() {
        return reasons.isEmpty();
    }

    /**
     * Whether it is for our sake that nothing is heard from the client.
     *
     * @param reads whether it has read something lately: then it is slow, and we who do not listen
     */
    boolean areOurs(boolean reads) {
        return reasons.stream().anyMatch(reason -> reads || reason != Pause.REPLIES_UNREAD);
    }
}

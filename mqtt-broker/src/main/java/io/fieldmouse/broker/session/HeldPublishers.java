package io.fieldmouse.broker.session;

import java.util.ArrayList;
import java.util.List;

/**
 * Publishers that are held back until one client has made room in its queue. They wait for a slow client, not for a
 * dead one: whoever acknowledges nothing for a while is stuck, and holds nobody until it does.
 */
final class HeldPublishers {
    private final QueueRoom room;
    private List<Runnable> waiting = new ArrayList<>();
    private boolean stuck;
    private boolean progressed;

    HeldPublishers(QueueRoom room) {
        this.room = room;
    }

    /** Runs the task when there is room again, or when the client turns out to be stuck or goes away. */
    void whenRoomy(Runnable task) {
        if (stuck || room.isRoomy()) {
            task.run();
        } else {
            waiting.add(task);
        }
    }

    /** The client has acknowledged something, or has only just come. */
    void progressed() {
        stuck = false;
        progressed = true;
    }

    void roomMayHaveCome() {
        if (!waiting.isEmpty() && room.isRoomy()) {
            letGo();
        }
    }

    /**
     * To be called from time to time while anyone is held back: with a client that has made no progress since the last
     * call nobody waits any longer.
     *
     * @return whether to call again
     */
    boolean goOnHolding() {
        if (!waiting.isEmpty() && !progressed) {
            stuck = true;
            letGo();
        }
        progressed = false;
        return !waiting.isEmpty();
    }

    void letGo() {
        List<Runnable> tasks = waiting;
        waiting = new ArrayList<>();
        tasks.forEach(Runnable::run);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }
}

package io.fieldmouse.broker.lane;

import java.time.Duration;

/**
 * One of the threads that own the broker's state. What belongs to a lane is touched by its thread alone, so it needs
 * no lock; whoever else wants something of it hands over a task.
 *
 * <p>A turn is one round of the lane's loop: all that the network brought, then all tasks. {@link #atEndOfTurn} and
 * {@link #handOver} collect work over a turn, so that a burst of packets costs one flush and one wake-up.
 */
public interface Lane {

    /** 0 to the number of lanes - 1. */
    int index();

    /** What passed through this lane's connections. */
    Traffic traffic();

    /** Whether the caller is on this lane's thread. */
    boolean isCurrent();

    /** Runs the task on this lane, in the order of the calls of one thread. From any thread. */
    void execute(Runnable task);

    /** Runs the task on this lane after the delay. Called on this lane. */
    Timer schedule(Duration delay, Runnable task);

    /** Runs the task once, when this turn's packets have been handled. Called on this lane. */
    void atEndOfTurn(Runnable task);

    /**
     * Hands a task to another lane, together with all others of this turn, in order. Called on this lane.
     *
     * @param droppable whether the task may be left out when the other lane is far behind
     * @return false when it was left out
     */
    boolean handOver(Lane target, Runnable task, boolean droppable);

    /** A task that waits for its time. */
    interface Timer {
        void cancel();
    }
}

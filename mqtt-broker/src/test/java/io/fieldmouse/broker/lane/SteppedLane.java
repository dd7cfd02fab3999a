package io.fieldmouse.broker.lane;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** A lane whose tasks run when the test says so, on the test's thread. It has no turns and no time. */
public final class SteppedLane implements Lane {
    private final int index;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final Traffic traffic = new Traffic();

    public SteppedLane(int index) {
        this.index = index;
    }

    /** Runs the task that has waited longest; there must be one. */
    public void step() {
        tasks.remove().run();
    }

    /** How many tasks wait. */
    public int waiting() {
        return tasks.size();
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public Traffic traffic() {
        return traffic;
    }

    @Override
    public boolean isCurrent() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        throw new UnsupportedOperationException("there is no time here");
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        throw new UnsupportedOperationException("there are no turns here");
    }

    @Override
    public boolean handOver(Lane target, Runnable task, boolean droppable) {
        throw new UnsupportedOperationException("there are no turns here");
    }
}

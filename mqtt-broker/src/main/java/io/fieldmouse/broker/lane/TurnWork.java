package io.fieldmouse.broker.lane;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a lane has gathered for the end of its turn: its own tasks, and one batch for each other lane. Belongs to the
 * lane; only {@link #backlog} is seen by others.
 *
 * <p>A lane's implementation calls {@link #run} once a turn when {@link #atEndOfTurn} or {@link #handOver} has said
 * that it must.
 */
public final class TurnWork {
    private static final Logger LOG = LoggerFactory.getLogger(TurnWork.class);

    /** Tasks under way to one lane beyond which droppable ones are left out. */
    static final int BACKLOG_MAX = 20_000;

    private final List<List<Runnable>> outboxes = new ArrayList<>();
    private List<Runnable> atEnd = new ArrayList<>();
    private boolean due;

    /** Tasks handed to this lane by others and not yet run. */
    private final AtomicInteger backlog = new AtomicInteger();

    public TurnWork(int lanes) {
        for (int i = 0; i < lanes; i++) {
            outboxes.add(new ArrayList<>());
        }
    }

    /** @return whether {@link #run} has to be called at the end of this turn because nobody has yet asked for it */
    public boolean atEndOfTurn(Runnable task) {
        atEnd.add(task);
        return becomesDue();
    }

    /** How the offer to hand over was taken. */
    public enum Offer {
        TAKEN,
        TAKEN_AND_DUE,
        LEFT_OUT
    }

    public Offer handOver(int targetIndex, TurnWork target, Runnable task, boolean droppable) {
        if (droppable && target.backlog.get() > BACKLOG_MAX) {
            return Offer.LEFT_OUT;
        }
        target.backlog.incrementAndGet();
        outboxes.get(targetIndex).add(task);
        return becomesDue() ? Offer.TAKEN_AND_DUE : Offer.TAKEN;
    }

    private boolean becomesDue() {
        boolean first = !due;
        due = true;
        return first;
    }

    /** Runs this turn's own tasks, then sends each other lane its batch. */
    public void run(List<? extends Lane> lanes, List<TurnWork> works) {
        due = false;
        List<Runnable> tasks = atEnd;
        atEnd = new ArrayList<>();
        runAll(tasks);
        for (int i = 0; i < outboxes.size(); i++) {
            List<Runnable> batch = outboxes.get(i);
            if (!batch.isEmpty()) {
                outboxes.set(i, new ArrayList<>());
                TurnWork target = works.get(i);
                lanes.get(i).execute(() -> target.runBatch(batch));
            }
        }
    }

    private void runBatch(List<Runnable> batch) {
        backlog.addAndGet(-batch.size());
        runAll(batch);
    }

    private static void runAll(List<Runnable> tasks) {
        for (Runnable task : tasks) {
            try {
                task.run();
            } catch (Throwable e) {
                // Errors too: memory that ran out for one is there again for the next. One task's fault is not the next
                // one's: they belong to different clients.
                LOG.error("a task of this lane failed; the others go on", e);
            }
        }
    }
}

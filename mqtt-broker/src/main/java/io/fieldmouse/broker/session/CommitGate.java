package io.fieldmouse.broker.session;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lane's door to the store: hands over changes, and tells those who owe an answer when their changes are on
 * disk. Belongs to its lane; only {@link #announce} and {@link #announceFailure} come from the store's thread.
 *
 * <p>Changes that nobody waits for are gathered and go with the next commit, at the latest at the end of the turn. So
 * the order of changes of one lane is the order of its calls, whichever way they went.
 */
public final class CommitGate {
    private static final Logger LOG = LoggerFactory.getLogger(CommitGate.class);

    /** Position of what is always durable: an answer that depends on no change. */
    public static final long AT_ONCE = 0;

    private final MessageStore store;
    private final Lane lane;
    private final AtomicBoolean advanceDue = new AtomicBoolean();
    private List<StoreChange> gathered = new ArrayList<>();
    private List<Waiter> waiters = new ArrayList<>();
    private volatile long announced;
    private volatile @Nullable StoreException failure;
    private long durable;

    public CommitGate(MessageStore store, Lane lane) {
        this.store = store;
        this.lane = lane;
    }

    /** Whoever has answers to give when the disk has caught up. */
    public interface Waiter {
        /**
         * Gives the answers up to this position.
         *
         * @return whether others remain for which it goes on waiting
         */
        boolean durableUpTo(long position);

        /** Nothing more will become durable in this run. */
        void storeFailed(StoreException cause);
    }

    /** Hands over a change that nobody waits for. */
    public void append(StoreChange change) {
        if (gathered.isEmpty()) {
            lane.atEndOfTurn(this::commitGathered);
        }
        gathered.add(change);
    }

    /** Hands over changes that become durable together. Returns the position to wait for. */
    public long commit(List<StoreChange> changes) {
        if (gathered.isEmpty()) {
            return store.commit(changes);
        }
        gathered.addAll(changes);
        return commitGathered();
    }

    public long commit(StoreChange change) {
        return commit(List.of(change));
    }

    private long commitGathered() {
        if (gathered.isEmpty()) {
            return AT_ONCE;
        }
        List<StoreChange> changes = gathered;
        gathered = new ArrayList<>();
        return store.commit(changes);
    }

    /** Everything up to here is on disk, as far as this lane has heard. */
    public long durablePosition() {
        return durable;
    }

    /** Registers until {@link Waiter#durableUpTo} returns false. Once at a time for each waiter. */
    public void await(Waiter waiter) {
        if (failure != null) {
            waiter.storeFailed(failure);
        } else {
            waiters.add(waiter);
        }
    }

    /** Whether the store can still make anything durable. */
    public boolean isOpen() {
        return failure == null;
    }

    /** Bytes handed over and not yet on disk. */
    public long pendingBytes() {
        return store.pendingBytes();
    }

    /** From the store's thread: everything up to this position is on disk. */
    public void announce(long position) {
        announced = position;
        advanceSoon();
    }

    /** From the store's thread: nothing more will be. */
    public void announceFailure(StoreException cause) {
        failure = cause;
        advanceSoon();
    }

    private void advanceSoon() {
        // A lane that is behind needs to hear of the newest position only.
        if (advanceDue.compareAndSet(false, true)) {
            lane.execute(this::advance);
        }
    }

    private void advance() {
        advanceDue.set(false);
        durable = announced;
        StoreException cause = failure;
        List<Waiter> waiting = waiters;
        waiters = new ArrayList<>();
        for (Waiter waiter : waiting) {
            advance(waiter, cause);
        }
    }

    private void advance(Waiter waiter, @Nullable StoreException cause) {
        try {
            boolean remains = waiter.durableUpTo(durable);
            if (remains && cause != null) {
                end(waiter, cause);
            } else if (remains) {
                waiters.add(waiter);
            }
        } catch (Throwable e) {
            // What it owes may be half given: it cannot go on, but the others wait for the same announcement.
            LOG.error("a client's acknowledgements failed; this is a fault of the broker", e);
            end(waiter, new StoreException("its acknowledgements failed", e));
        }
    }

    private static void end(Waiter waiter, StoreException cause) {
        try {
            waiter.storeFailed(cause);
        } catch (Throwable e) {
            // What made its acknowledgements fail, such as memory that ran out, may make its end fail too.
            LOG.error("a client could not be ended; this is a fault of the broker", e);
        }
    }
}

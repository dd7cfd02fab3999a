package io.fieldmouse.broker.session;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lane's door to the store: hands over changes, and tells those who owe an answer when their changes are on
 * disk. Belongs to its lane; only what is announced comes from the store's thread.
 *
 * <p>Changes that nobody waits for are gathered and go with the next commit, at the latest at the end of the turn. So
 * the order of changes of one lane is the order of its calls, whichever way they went.
 *
 * <p>A store that fails closes the gate and not the door: changes go on being handed over, and become durable when the
 * store is over it. Who may hand over what meanwhile is asked of {@link #trouble()} by those who let clients in.
 */
public final class CommitGate {
    private static final Logger LOG = LoggerFactory.getLogger(CommitGate.class);

    /** Position of what is always durable: an answer that depends on no change. */
    public static final long AT_ONCE = 0;

    private final MessageStore store;
    private final Lane lane;
    private final AtomicBoolean advanceDue = new AtomicBoolean();
    private final AtomicBoolean failureDue = new AtomicBoolean();
    private List<StoreChange> gathered = new ArrayList<>();
    private List<Waiter> waiters = new ArrayList<>();
    private volatile long announced;
    private volatile @Nullable StoreTrouble trouble;
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

        /**
         * From now on, and until the store is over it, nothing more becomes durable. Told to those who wait at that
         * moment; who comes later is not.
         *
         * @return whether it goes on waiting
         */
        boolean storeFailing(StoreTrouble begun);

        /** It threw: what it owes may be half given, so that it cannot go on. */
        void faulty();
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

    /** Registers until the waiter says that it waits no more. Once at a time for each waiter. */
    public void await(Waiter waiter) {
        waiters.add(waiter);
    }

    /** Why nothing becomes durable at present; null while the store does its work. From any thread. */
    public @Nullable StoreTrouble trouble() {
        return trouble;
    }

    /** What the store tells of itself. */
    public StoreStatus status() {
        return store.status();
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

    /** From the store's thread: nothing more will be, until it has {@linkplain #announceRecovery recovered}. */
    public void announceFailure(StoreTrouble begun) {
        trouble = begun;
        failureDue.set(true);
        advanceSoon();
    }

    /** From the store's thread: it is over its trouble. How far it is now is announced as ever. */
    public void announceRecovery() {
        trouble = null;
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
        // One that is over by now has been nobody's trouble.
        StoreTrouble begun = failureDue.getAndSet(false) ? trouble : null;
        List<Waiter> waiting = waiters;
        waiters = new ArrayList<>();
        for (Waiter waiter : waiting) {
            advance(waiter, begun);
        }
    }

    private void advance(Waiter waiter, @Nullable StoreTrouble begun) {
        try {
            boolean remains = waiter.durableUpTo(durable) && (begun == null || waiter.storeFailing(begun));
            if (remains) {
                waiters.add(waiter);
            }
        } catch (Throwable e) {
            // It cannot go on, but the others wait for the same announcement.
            LOG.error("a client's acknowledgements failed; this is a fault of the broker", e);
            end(waiter);
        }
    }

    private static void end(Waiter waiter) {
        try {
            waiter.faulty();
        } catch (Throwable e) {
            // What made its acknowledgements fail, such as memory that ran out, may make its end fail too.
            LOG.error("a client could not be ended; this is a fault of the broker", e);
        }
    }
}

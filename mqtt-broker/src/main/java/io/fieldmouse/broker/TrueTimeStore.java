package io.fieldmouse.broker;

import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.MessageQueued;
import io.fieldmouse.store.StoreChange.RetainedSet;
import io.fieldmouse.store.StoreChange.SessionClosed;
import io.fieldmouse.store.StoreChange.TimePassed;
import io.fieldmouse.store.StoreStatus;
import io.fieldmouse.store.StoredMessage;
import io.fieldmouse.store.StoredState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The store as the lanes see it: they speak of instants of the clock of this run, and what is kept for the next run is
 * in wall-clock time, which was perhaps set since this run began. With what is kept goes the time itself, at most once
 * a second: the next run may begin without a clock.
 */
final class TrueTimeStore implements MessageStore {
    private static final long TOLD_EVERY_MILLIS = 1_000;

    private final MessageStore store;
    private final WallClock clock;
    private final AtomicLong toldMillis = new AtomicLong();

    TrueTimeStore(MessageStore store, WallClock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public StoredState load() {
        return store.load();
    }

    @Override
    public long commit(List<StoreChange> changes) {
        long behind = clock.behindMillis();
        long now = clock.millis() + behind;
        long told = toldMillis.get();
        boolean tellsTime = now - told >= TOLD_EVERY_MILLIS && toldMillis.compareAndSet(told, now);
        if (behind == 0 && !tellsTime) {
            return store.commit(changes);
        }
        List<StoreChange> right = new ArrayList<>(changes.size() + 1);
        changes.forEach(change -> right.add(behind == 0 ? change : putRight(change, behind)));
        if (tellsTime) {
            right.add(new TimePassed(now));
        }
        return store.commit(right);
    }

    private static StoreChange putRight(StoreChange change, long behind) {
        if (change instanceof SessionClosed closed) {
            return new SessionClosed(closed.clientId(), closed.expirySeconds(), closed.atMillis() + behind);
        }
        if (change instanceof RetainedSet set) {
            return new RetainedSet(putRight(set.message(), behind), set.qos());
        }
        if (change instanceof MessageQueued queued) {
            return new MessageQueued(queued.messageId(), putRight(queued.message(), behind), queued.receivers());
        }
        return change;
    }

    private static StoredMessage putRight(StoredMessage message, long behind) {
        return message.expiresAtMillis() == Long.MAX_VALUE
                ? message
                : new StoredMessage(
                        message.topic(), message.payload(), message.properties(), message.expiresAtMillis() + behind);
    }

    @Override
    public long pendingBytes() {
        return store.pendingBytes();
    }

    @Override
    public StoreStatus status() {
        return store.status();
    }

    @Override
    public void close() {
        store.close();
    }
}

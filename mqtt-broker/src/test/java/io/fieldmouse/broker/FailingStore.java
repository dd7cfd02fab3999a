package io.fieldmouse.broker;

import io.fieldmouse.store.CommitListener;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreException;
import io.fieldmouse.store.StoreStatus;
import io.fieldmouse.store.StoredState;
import java.io.IOException;
import java.util.List;

/**
 * A real store that says nothing, then that it fails, then that it is over it, when the test wants it so. As the contract
 * has it, what is handed over meanwhile is kept, and is durable in the end.
 */
@SuppressWarnings("NullAway.Init") // open() comes first
final class FailingStore implements MessageStore, CommitListener {
    private MessageStore store;
    private CommitListener broker;
    private long durable;
    private boolean silent;

    /** For {@link TestBroker#start(BrokerConfig, java.util.function.BiFunction)}. */
    synchronized MessageStore open(StoreConfig config, CommitListener listener) {
        broker = listener;
        store = MessageStore.open(config, this);
        return this;
    }

    /** From now on nothing is known to be durable, and nobody is told why. */
    synchronized void standStill() {
        silent = true;
    }

    /** From now on it fails. */
    synchronized void fail(String words) {
        silent = true;
        broker.failing(new StoreException("the journal cannot be written", new IOException(words)));
    }

    /** It is over it. */
    synchronized void recover() {
        silent = false;
        broker.recovered();
        broker.durableUpTo(durable);
    }

    @Override
    public synchronized void durableUpTo(long position) {
        durable = position;
        if (!silent) {
            broker.durableUpTo(position);
        }
    }

    @Override
    public void failing(StoreException cause) {
        throw new AssertionError(cause);
    }

    @Override
    public void recovered() {}

    @Override
    public StoredState load() {
        return store.load();
    }

    @Override
    public long commit(List<StoreChange> changes) {
        return store.commit(changes);
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

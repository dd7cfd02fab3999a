package io.fieldmouse.store;

import java.util.List;

/**
 * The durable memory of a broker: load what was, then commit what changes.
 *
 * <p>Commits are numbered in the order in which they are handed over, from any thread. A commit is durable when the
 * {@link CommitListener} has been told a position at or above its own; positions become durable in order, so whoever
 * owes an answer for position {@code p} waits for "durable up to {@code q}" with {@code q >= p} and for nothing else.
 */
public interface MessageStore extends AutoCloseable {

    /**
     * Opens the store, and reads what it holds. Of files that are damaged all is kept that can be proven; they are
     * set aside under a dated name, and an error is logged.
     *
     * @param listener called on the store's own thread, never inside {@link #commit}; also with {@link Durability#NONE}
     * @throws StoreException if the directory is in use, not writable, was written by a newer program, or holds a part
     *     of an import
     */
    static MessageStore open(StoreConfig config, CommitListener listener) {
        return switch (config.durability()) {
            case FORCE, OS -> DiskStore.open(StoreImport.requireFinished(config), listener);
            case NONE -> new MemoryStore(listener);
        };
    }

    /**
     * What the store held when it was opened. To be called once, before the first commit.
     *
     * @throws StoreException if it cannot be read
     */
    StoredState load();

    /**
     * Hands over changes that become durable together or not at all, in the order of the list. Never blocks on the
     * disk; the caller bounds what it hands over by watching {@link #pendingBytes()}. After
     * {@link #close()} the changes are dropped and the position never becomes durable.
     *
     * <p>A change that names a session which does not exist, or a message which is not in its queue, does nothing:
     * so a late settlement or a late delivery brings nothing back.
     *
     * @return the position of this commit, greater than that of every commit before it
     */
    long commit(List<StoreChange> changes);

    /** An estimate, in bytes, of what was handed over and is not yet durable. */
    long pendingBytes();

    /** What the store can tell of itself now. From any thread. */
    StoreStatus status();

    /** Makes durable what was handed over, then releases the files. Waits for the disk. May be called again. */
    @Override
    void close();
}

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
     * What the store held when it was opened. To be called once, before the first commit.
     *
     * @throws StoreException if it cannot be read
     */
    StoredState load();

    /**
     * Hands over changes that become durable together or not at all, in the order of the list. Never blocks on the
     * disk; the caller bounds what it hands over by watching {@link #pendingBytes()}.
     *
     * @return the position of this commit, greater than that of every commit before it
     */
    long commit(List<StoreChange> changes);

    /** An estimate, in bytes, of what was handed over and is not yet durable. */
    long pendingBytes();

    /** Makes durable what was handed over, then releases the files. Waits for the disk. */
    @Override
    void close();
}

package io.fieldmouse.store;

/** Is told, on the store's own thread, how far commits have become durable. Must return at once. */
public interface CommitListener {

    /** Every commit at or below this position is on disk. Called once for a group of commits, positions ascending. */
    void durableUpTo(long position);

    /**
     * A write or force failed. No commit above the last durable position will become durable in this run; the store
     * takes further commits only to drop them. Called once.
     */
    void failed(StoreException cause);
}

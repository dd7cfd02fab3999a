package io.fieldmouse.store;

/** Is told, on the store's own thread, how far commits have become durable. Must return at once. */
public interface CommitListener {

    /** Every commit at or below this position is on disk. Called once for a group of commits, positions ascending. */
    void durableUpTo(long position);

    /**
     * A write or force failed. No commit above the last durable position becomes durable before {@link #recovered};
     * what is handed over meanwhile is kept in memory. The store tries by itself to get over it.
     */
    void failing(StoreException cause);

    /** All that was handed over and applied until now is in a new checkpoint; {@link #durableUpTo} says how far. */
    void recovered();
}

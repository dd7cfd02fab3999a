package io.fieldmouse.store;

import java.util.List;

/** Makes groups of commits durable. Used by one thread at a time. */
interface GroupWriter {

    /**
     * Returns when all changes of the group are durable.
     *
     * @param firstPosition the position of the first commit; those of the others follow
     * @throws StoreException if they are not; what follows must then be {@link #keep} for this group
     */
    void write(long firstPosition, List<List<StoreChange>> commits);

    /** The group was announced: the state in memory now holds it, and what else is due may be done. */
    void written(long firstPosition, List<List<StoreChange>> commits);

    /** The group could not be written, or came while nothing can be: the state in memory holds it. */
    void keep(long firstPosition, List<List<StoreChange>> commits);

    /**
     * Makes durable all that is only in memory, in another way than the one that failed.
     *
     * @throws StoreException if that fails too
     */
    void recover();

    /** Releases the files; the last call. {@code failed} says that something is in memory only. */
    void close(boolean failed);
}

package io.fieldmouse.store;

import java.util.List;

/** Makes a group of commits durable. Used by one thread at a time. */
interface GroupWriter {

    /**
     * Returns when all changes of the group are durable.
     *
     * @throws StoreException if they are not; nothing may be written after that
     */
    void write(List<List<StoreChange>> commits);

    /** Releases the files; the last call. {@code failed} says that a write failed and nothing may be written now. */
    void close(boolean failed);
}

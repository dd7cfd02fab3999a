package io.fieldmouse.store;

import java.util.List;

/**
 * One piece of the state as a checkpoint keeps it: a key, and the changes that make it again when they are applied in
 * the order of the keys. Immutable as far as a checkpoint reads it, because another thread does.
 */
interface Row {
    /** Of its {@link RowKind}. */
    long key();

    List<StoreChange> changes();

    /** Bytes on disk, roughly. */
    int sizeBytes();
}

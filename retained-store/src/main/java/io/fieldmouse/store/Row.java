package io.fieldmouse.store;

import java.util.List;

/**
 * One piece of the state as a checkpoint keeps it: a key, and the changes that make it again when they are applied in
 * the order of the keys. Immutable as far as a checkpoint reads it, because another thread does.
 *
 * <p>A key holds, from its upper bits down, the kind (5 bits), an id (45) and room for the parts into which a
 * checkpoint cuts a large row (13).
 */
interface Row {
    int PART_BITS = 13;

    int ID_BITS = 45;

    /** In the order in which they have to be applied: a message before its deliveries, leftovers before any session. */
    enum Kind {
        MESSAGE(1),
        LEFTOVER(2),
        SESSION(3),
        SUBSCRIPTION(4),
        DELIVERY(5),
        RECEIVED(6),
        RETAINED(7),
        WILL(8),
        TIME(9);

        private final long number;

        /** @param number on disk: never given to something else */
        Kind(int number) {
            this.number = number;
        }

        long key(long id) {
            return (number << ID_BITS | id) << PART_BITS;
        }

        static long idOf(long key) {
            return key >>> PART_BITS & (1L << ID_BITS) - 1;
        }
    }

    long key();

    List<StoreChange> changes();

    /** Bytes on disk, roughly. */
    int sizeBytes();
}

package io.fieldmouse.store;

/**
 * What a row is about, in the order in which rows have to be applied: a message before its deliveries, leftovers before
 * any session.
 *
 * <p>A key holds, from its upper bits down, the kind (5 bits), an id (45) and room for the parts into which a
 * checkpoint cuts a large row (13).
 */
enum RowKind {
    MESSAGE(1),
    LEFTOVER(2),
    SESSION(3),
    SUBSCRIPTION(4),
    DELIVERY(5),
    RECEIVED(6),
    RETAINED(7),
    WILL(8),
    TIME(9);

    static final int PART_BITS = 13;

    private static final int ID_BITS = 45;

    private final long number;

    /** @param number on disk: never given to something else */
    RowKind(int number) {
        this.number = number;
    }

    long key(long id) {
        return (number << ID_BITS | id) << PART_BITS;
    }

    static long idOf(long key) {
        return key >>> PART_BITS & (1L << ID_BITS) - 1;
    }
}

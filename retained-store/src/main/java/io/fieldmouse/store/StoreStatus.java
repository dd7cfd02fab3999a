package io.fieldmouse.store;

/**
 * What a store can tell of itself. Counts are since it was opened.
 *
 * @param groups groups of commits made durable
 * @param journalBytes bytes on disk of the journal that a start would read
 * @param checkpoints checkpoints written
 * @param checkpointFailures checkpoints that could not be written; each is tried again
 * @param writeFailures times that a write or force of the journal failed and acknowledgements stopped
 * @param damagedParts files that were found damaged when it was opened, and set aside
 * @param lostCommits commits of earlier runs that are known to be missing; 0 unless a part was damaged
 */
public record StoreStatus(
        long groups,
        long journalBytes,
        long checkpoints,
        long checkpointFailures,
        long writeFailures,
        long damagedParts,
        long lostCommits) {

    /** Of a store that has done nothing yet. */
    public static final StoreStatus NONE = new StoreStatus(0, 0, 0, 0, 0, 0, 0);
}

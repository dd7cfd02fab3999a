package io.fieldmouse.store;

import io.fieldmouse.store.Checkpoints.Snapshot;
import java.io.IOException;
import java.time.Clock;

/** Writes a stopped store anew, without what is free in its files, and without a journal to be read at the next start. */
public final class StoreCompaction {

    private StoreCompaction() {}

    /**
     * Writes both checkpoints with all that there is, each in one step: an interrupted one has changed nothing.
     *
     * @throws StoreException if the store is in use or cannot be written, or when there is no room for a copy
     */
    @SuppressWarnings("try") // the journal is there to be closed behind the checkpoints, which free its segments
    public static void run(StoreConfig config) {
        StoreImport.requireFinished(config);
        try (StoreDirectory directory = StoreDirectory.claim(config.directory(), Clock.systemUTC())) {
            Recovery.Found found = Recovery.run(directory, config.disk(), Clock.systemUTC());
            try (Journal journal = found.journal();
                    Checkpoints checkpoints = found.checkpoints()) {
                checkpoints.renew(Snapshot.of(found.image(), found.lastSequence(), true));
            }
        } catch (IOException e) {
            throw new StoreException(
                    "store " + config.directory() + " cannot be compacted: " + FileFailure.words(e), e);
        }
    }
}

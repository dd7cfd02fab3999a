package io.fieldmouse.store;

import java.io.IOException;
import java.nio.file.Files;

/** Looks at a store from outside, without opening it. */
public final class StoreInspection {

    private StoreInspection() {}

    /** Whether the directory holds a store, whole or not. */
    public static boolean isThere(StoreConfig config) {
        try {
            return Files.isDirectory(config.directory())
                    && config.disk().names().stream().anyMatch(StoreInspection::isOfStore);
        } catch (IOException e) {
            throw new StoreException(
                    "store " + config.directory() + " cannot be looked at: " + FileFailure.words(e)
                            + "; it must be a directory this user can read",
                    e);
        }
    }

    /** Whether a file of this name is a part of a store: a checkpoint, a segment of the journal, or one being made. */
    static boolean isOfStore(String name) {
        return (name.endsWith(".mv.db") && (name.startsWith("store") || name.startsWith("unfinished")))
                || name.startsWith("journal-");
    }
}

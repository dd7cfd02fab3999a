package io.fieldmouse.broker.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * A file that is read anew when it has changed. A change counts when it is seen twice: a file that is being written is
 * not read by half. For one thread at a time.
 */
final class WatchedFile {
    private final Path path;
    private final Reading reading;
    private Stamp read = Stamp.NONE;
    private Stamp seen = Stamp.NONE;

    /** Reads the file, and throws with everything left as it was when it cannot be used. */
    interface Reading {
        void from(Path path) throws AccessFileException;
    }

    /** By what a change shows. What cannot be looked at looks like nothing. */
    private record Stamp(@Nullable FileTime modified, long size, @Nullable Object key) {
        static final Stamp NONE = new Stamp(null, 0, null);

        static Stamp of(Path path) {
            try {
                BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
                return new Stamp(found.lastModifiedTime(), found.size(), found.fileKey());
            } catch (IOException e) {
                return NONE;
            }
        }
    }

    WatchedFile(Path path, Reading reading) {
        this.path = path;
        this.reading = reading;
    }

    Path path() {
        return path;
    }

    void read() throws AccessFileException {
        // Looked at first: what changes while it is read is seen later.
        read = Stamp.of(path);
        seen = read;
        reading.from(path);
    }

    /** Looks at it. Whether it has to be read anew. */
    boolean hasChanged() {
        Stamp now = Stamp.of(path);
        boolean settled = now.equals(seen);
        seen = now;
        return settled && !now.equals(read);
    }
}

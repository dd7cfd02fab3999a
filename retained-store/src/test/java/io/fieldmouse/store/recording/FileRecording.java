package io.fieldmouse.store.recording;

import io.fieldmouse.store.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.h2.store.fs.FilePath;

/**
 * The events of all files that were opened through one H2 file system, in order. Give {@link #disk} to
 * {@code StoreConfig}; H2 finds the file system by its name until {@link #close()}.
 *
 * <p>An event is recorded when its operation has returned; a hook runs before the operation and may delay or refuse
 * it. Safe for use by many threads.
 */
public final class FileRecording implements AutoCloseable {
    private static final Hook NOTHING = event -> {};

    private final RecordingFilePath fileSystem;
    private final List<FileEvent> events = new ArrayList<>();
    private volatile Hook hook = NOTHING;

    /** Runs before an operation, on the thread that does it. */
    public interface Hook {
        /** @throws IOException to make the operation fail with it */
        void before(FileEvent event) throws IOException;
    }

    private FileRecording(String name) {
        fileSystem = new RecordingFilePath(name, this);
        FilePath.register(fileSystem);
    }

    /** @param name lower-case letters, and no name that H2 uses, such as {@code file} */
    public static FileRecording named(String name) {
        return new FileRecording(name);
    }

    /** The files in this directory, recorded. For {@code StoreConfig}. */
    public Disk disk(Path directory) {
        return new RecordingDisk(Disk.of(directory), directory, this);
    }

    /** The file system's name with its colon, as H2 wants it. */
    String fileSystem() {
        return fileSystem.getScheme() + ":";
    }

    /** Replaces the hook. */
    public void before(Hook next) {
        hook = next;
    }

    /** Puts the test's own event between those of the files: what had happened when the store said so. */
    public void mark(String text, long number) {
        record(new FileEvent(FileEvent.Kind.MARK, text, number, 0));
    }

    /** All events until now. */
    public List<FileEvent> events() {
        synchronized (events) {
            return List.copyOf(events);
        }
    }

    /** Forgets the events until now. */
    public void clear() {
        synchronized (events) {
            events.clear();
        }
    }

    void announce(FileEvent event) throws IOException {
        hook.before(event);
    }

    void record(FileEvent event) {
        synchronized (events) {
            events.add(event);
        }
    }

    @Override
    public void close() {
        FilePath.unregister(fileSystem);
    }
}

package io.fieldmouse.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks at a store whose broker is stopped, and changes nothing. Its surprise: of the checkpoints it reads copies,
 * because a file that a kill has interrupted can only be read by finishing it.
 */
public final class StoreInspection {
    private final Disk disk;
    private final Disk copies;
    private final Path folder;
    private final Map<String, StoreReport.Part> told = new HashMap<>();

    /** Checkpoints that are damaged: when no other is whole, what can be proven of them is what a start begins with. */
    private final List<CheckpointFile> rescued = new ArrayList<>();

    private Image image = new Image();
    private long sequence;
    private boolean found;

    private StoreInspection(Disk disk, Path folder) {
        this.disk = disk;
        this.copies = Disk.of(folder);
        this.folder = folder;
    }

    /** Whether the directory holds a store, whole or not. */
    public static boolean isThere(StoreConfig config) {
        try {
            return Files.isDirectory(config.directory())
                    && config.disk().names().stream().anyMatch(StoreInspection::isOfStore);
        } catch (IOException e) {
            throw failed(config, e);
        }
    }

    /** Whether a file of this name is a part of a store: a checkpoint, a segment of the journal, or one being made. */
    static boolean isOfStore(String name) {
        return (name.endsWith(CheckpointFile.EXTENSION)
                        && (name.startsWith("store") || name.startsWith(CheckpointFile.UNFINISHED)))
                || name.startsWith("journal-");
    }

    /**
     * Reads all of it, as a start would.
     *
     * @throws StoreException if it is in use, cannot be read, or was written by a newer program
     */
    @SuppressWarnings("try") // claimed only so that nobody else is in it
    public static StoreReport of(StoreConfig config) {
        try (StoreDirectory claimed = StoreDirectory.claim(config.directory(), Clock.systemUTC())) {
            Path folder = Files.createTempDirectory("fieldmouse-check-");
            StoreInspection inspection = new StoreInspection(config.disk(), folder);
            try {
                return inspection.report();
            } finally {
                inspection.deleteCopies();
            }
        } catch (IOException e) {
            throw failed(config, e);
        }
    }

    private StoreReport report() throws IOException {
        // To close the file of the lock would give the lock away.
        List<String> names = disk.names().stream()
                .filter(name -> !name.equals(StoreDirectory.LOCK_FILE))
                .sorted()
                .toList();
        for (String name : Checkpoints.NAMES) {
            if (names.contains(name + CheckpointFile.EXTENSION)) {
                checkpoint(name);
            }
        }
        if (!found) {
            rescued.forEach(file -> file.readWhatCanBeProven(image));
        }
        Journal.Found journal;
        try (Journal read = Journal.open(
                disk, sequence, (number, body) -> ChangeCodec.read(body).forEach(image::apply))) {
            journal = read.found();
        }
        for (Journal.Damage damage : journal.damages()) {
            tell(damage.file(), "journal, damaged at byte " + damage.offset() + ": " + damage.words(), true);
        }
        List<StoreReport.Part> parts = new ArrayList<>();
        for (String name : names) {
            parts.add(part(name));
        }
        return new StoreReport(
                parts, StoreReport.Contents.of(image.state()), journal.lastSequence(), journal.missing());
    }

    /** The newest one that is whole is what the journal goes on from. */
    private void checkpoint(String name) throws IOException {
        FileCopy.of(disk, name + CheckpointFile.EXTENSION, copies, name + CheckpointFile.EXTENSION);
        CheckpointFile file = new CheckpointFile(copies, name);
        try {
            Image read = new Image();
            CheckpointFile.Header header = file.probe();
            if (header.version() > CheckpointFile.VERSION) {
                throw new StoreException(file.fileName() + " has version " + header.version() + ", this program knows "
                        + CheckpointFile.VERSION + " and older");
            }
            file.read(header, read);
            tell(
                    file.fileName(),
                    "checkpoint, format " + header.version() + ", up to commit " + header.sequence() + ", "
                            + read.rows() + " rows",
                    false);
            if (!found || header.sequence() > sequence) {
                found = true;
                sequence = header.sequence();
                image = read;
            }
        } catch (SQLException e) {
            rescued.add(file);
            tell(file.fileName(), "checkpoint, damaged: " + H2Failure.of(e).reason(), true);
        }
    }

    private void tell(String file, String words, boolean damaged) throws IOException {
        told.putIfAbsent(file, new StoreReport.Part(file, sizeOf(file), words, damaged));
    }

    private StoreReport.Part part(String name) throws IOException {
        StoreReport.Part part = told.get(name);
        if (part != null) {
            return part;
        }
        String words = "no part of the store";
        if (name.equals(StoreImport.MARK)) {
            return new StoreReport.Part(name, sizeOf(name), "an import was interrupted: import again", true);
        }
        if (name.startsWith("journal-")) {
            words = "journal";
        } else if (name.startsWith("damaged-")) {
            words = "was set aside as damaged; the store does not use it";
        } else if (isOfStore(name)) {
            words = "a checkpoint that was not finished; the store does not use it";
        }
        return new StoreReport.Part(name, sizeOf(name), words, false);
    }

    private long sizeOf(String name) throws IOException {
        try (FileChannel file = disk.open(name)) {
            return file.size();
        }
    }

    private void deleteCopies() throws IOException {
        for (String name : copies.names()) {
            copies.delete(name);
        }
        Files.delete(folder);
    }

    private static StoreException failed(StoreConfig config, IOException cause) {
        return new StoreException(
                "store " + config.directory() + " cannot be looked at: " + FileFailure.words(cause)
                        + "; it must be a directory this user can read and write",
                cause);
    }
}

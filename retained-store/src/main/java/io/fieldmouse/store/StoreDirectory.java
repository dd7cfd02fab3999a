package io.fieldmouse.store;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * The store's directory, claimed for this process: makes it, holds its lock, and moves a damaged database aside.
 *
 * <p>Its surprise is a lock file beside H2's own lock: H2 lets one process open a database twice without a word, and
 * what a second process should be told is who has it.
 */
final class StoreDirectory implements AutoCloseable {
    private static final String LOCK_FILE = "store.lock";
    private static final String DATABASE = "store";
    private static final String UNFINISHED = "unfinished";
    private static final String EXTENSION = ".mv.db";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss'Z'").withZone(ZoneOffset.UTC);

    private final Path directory;
    private final FileChannel lockFile;

    private StoreDirectory(Path directory, FileChannel lockFile) {
        this.directory = directory;
        this.lockFile = lockFile;
    }

    /** @throws StoreException if it cannot be made, is not writable, or belongs to another process */
    static StoreDirectory claim(Path path, Clock clock) {
        Path directory = path.toAbsolutePath().normalize();
        try {
            make(directory);
            return new StoreDirectory(directory, lock(directory, clock.instant()));
        } catch (IOException e) {
            throw new StoreException(
                    "store " + directory + " cannot be used: " + FileFailure.words(e)
                            + "; it must be a directory this user can write",
                    e);
        }
    }

    private static void make(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            // Payloads and client ids are nobody else's business; parents are made with the same permissions.
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(directory);
        }
    }

    private static FileChannel lock(Path directory, Instant now) throws IOException {
        FileChannel channel = FileChannel.open(directory.resolve(LOCK_FILE), CREATE, READ, WRITE);
        try {
            FileLock lock = tryLock(channel, directory);
            if (lock == null) {
                throw new StoreException("store " + directory + " is in use by another process (" + owner(channel)
                        + "): stop that one, or give this one a directory of its own");
            }
            channel.truncate(0);
            channel.write(StandardCharsets.UTF_8.encode(
                    "pid " + ProcessHandle.current().pid() + " since " + now));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel, Path directory) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            throw new StoreException("store " + directory + " is already open in this process: close it first", e);
        }
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(200);
        channel.read(text, 0);
        return StandardCharsets.UTF_8.decode(text.flip()).toString();
    }

    /** The database's path as H2 wants it: without the extension. */
    Path database() {
        return directory.resolve(DATABASE);
    }

    Path databaseFile() {
        return directory.resolve(DATABASE + EXTENSION);
    }

    /** Where to make a new database, as H2 wants it; what an interrupted attempt has left there is deleted. */
    Path beginDatabase() {
        try {
            Files.deleteIfExists(directory.resolve(UNFINISHED + EXTENSION));
            return directory.resolve(UNFINISHED);
        } catch (IOException e) {
            throw new StoreException(
                    "store " + directory + ": no new database can be made: " + FileFailure.words(e), e);
        }
    }

    /** The new database is whole and closed: gives it its name. */
    void finishDatabase() {
        try {
            Files.move(directory.resolve(UNFINISHED + EXTENSION), databaseFile(), StandardCopyOption.ATOMIC_MOVE);
            force();
        } catch (IOException e) {
            throw new StoreException(
                    "store " + directory + ": the new database cannot be renamed: " + FileFailure.words(e), e);
        }
    }

    /** Moves the database file, whole, to a dated name; nothing is deleted. */
    Path setAside(Instant now) {
        String name = "damaged-" + STAMP.format(now);
        Path target = directory.resolve(name + EXTENSION);
        try {
            for (int i = 2; Files.exists(target); i++) {
                target = directory.resolve(name + "-" + i + EXTENSION);
            }
            Files.move(databaseFile(), target, StandardCopyOption.ATOMIC_MOVE);
            force();
            return target;
        } catch (IOException e) {
            throw new StoreException(
                    "store " + directory + ": " + databaseFile() + " is damaged and cannot be moved aside: "
                            + FileFailure.words(e) + "; move it away by hand",
                    e);
        }
    }

    /** Makes names in the directory survive a power cut. */
    void force() {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new StoreException("store " + directory + " cannot be forced to disk: " + FileFailure.words(e), e);
        }
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    @Override
    public void close() {
        try {
            // The lock goes with its channel. The file stays: to delete it would let two processes lock two files.
            lockFile.close();
        } catch (IOException e) {
            throw new StoreException(
                    "store " + directory + ": its lock file does not close: " + FileFailure.words(e), e);
        }
    }
}

package io.fieldmouse.store;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The store's directory, claimed for this process: makes it and holds its lock, so that a second process
 * is told who has it.
 *
 * <p>Its surprise is the list of what this process has claimed: a process loses its lock on a file when it closes any
 * other descriptor of that file, so a second try in the same process must be refused before the file is opened.
 */
final class StoreDirectory implements AutoCloseable {
    static final String LOCK_FILE = "store.lock";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss'Z'").withZone(ZoneOffset.UTC);

    /** Of this process, because the system's locks are the process's. */
    private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final Path real;
    private final FileChannel lockFile;

    private StoreDirectory(Path directory, Path real, FileChannel lockFile) {
        this.directory = directory;
        this.real = real;
        this.lockFile = lockFile;
    }

    /** @throws StoreException if it cannot be made, is not writable, or belongs to another process */
    static StoreDirectory claim(Path path, Clock clock) {
        Path directory = path.toAbsolutePath().normalize();
        try {
            make(directory);
            return claim(directory.toRealPath(), directory, clock.instant());
        } catch (IOException e) {
            throw new StoreException(
                    "store " + directory + " cannot be used: " + FileFailure.words(e)
                            + "; it must be a directory this user can write",
                    e);
        }
    }

    private static StoreDirectory claim(Path real, Path directory, Instant now) throws IOException {
        if (!CLAIMED.add(real)) {
            throw new StoreException("store " + directory + " is already open in this process: close it first");
        }
        try {
            return new StoreDirectory(directory, real, lock(directory, now));
        } catch (IOException | RuntimeException e) {
            CLAIMED.remove(real);
            throw e;
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
            FileLock lock = channel.tryLock();
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

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(200);
        channel.read(text, 0);
        return StandardCharsets.UTF_8.decode(text.flip()).toString();
    }

    /** The name under which a damaged file is kept. */
    static String nameAside(String name, Instant now) {
        return "damaged-" + STAMP.format(now) + "-" + name;
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
        } finally {
            CLAIMED.remove(real);
        }
    }
}

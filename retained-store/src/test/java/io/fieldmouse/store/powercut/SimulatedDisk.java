package io.fieldmouse.store.powercut;

import io.fieldmouse.store.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory, and the machine around it, whose power can be cut. From that moment every operation fails, and
 * {@link #afterPowerCut} is the disk on which the machine finds itself when it starts again. Safe for use by many
 * threads; H2 finds it by {@link #h2Path} until {@link #close()}.
 *
 * <p>What a cut leaves, which is as little as POSIX promises and as a Linux file system with a journal for its
 * directories keeps:
 *
 * <ul>
 *   <li>Of a file, all that was written before its last force that returned. Each write and truncation since is lost,
 *       kept, or torn: some of its sectors of 512 bytes are there and others not. They reach the disk in any order, and
 *       a sector comes out in one of the states that it had since the force.
 *   <li>The file is as long as it was at any moment since the force, or something between two of these lengths. What
 *       it is longer by than was written reads as zeros.
 *   <li>Names as they were at the last {@link #forceNames}. Each creation, renaming and deletion since has happened or
 *       has not, and never half. Those that concern the same names happen in their order, others in any order. So a
 *       forced file whose name was not forced may be gone, and a file that was renamed without a force may be empty.
 * </ul>
 *
 * <p>After a force that fails, once it was told so, what was to be forced is read from the cache and will not be on the
 * disk, unless it is written again: as Linux does.
 */
public final class SimulatedDisk implements Disk, AutoCloseable {
    private final SimulatedFilePath fileSystem;
    private final Map<String, SimulatedFile> files = new HashMap<>();
    private final Map<String, SimulatedFile> durableNames = new HashMap<>();
    private final List<NameChange> unforcedNames = new ArrayList<>();
    private long operations;
    private long cutAtOperation = Long.MAX_VALUE;
    private Random cutRandom = new Random(0);
    private boolean forcesIgnored;
    private int forcesToFail;
    private volatile long forceNanos;
    private long capacityBytes = Long.MAX_VALUE;

    /** What the cut has left; null while there is power. */
    private @Nullable Map<String, byte[]> left;

    /** An empty disk. */
    public SimulatedDisk() {
        this(Map.of());
    }

    private SimulatedDisk(Map<String, byte[]> content) {
        content.forEach((name, bytes) -> files.put(name, new SimulatedFile(bytes)));
        durableNames.putAll(files);
        String scheme = "simulated-" + UUID.randomUUID();
        fileSystem = new SimulatedFilePath(this, scheme, SimulatedFilePath.root(scheme));
        FilePath.register(fileSystem);
    }

    // ---- what may happen to it

    /** Now. What is left is drawn with these numbers. Does nothing when there is no power any more. */
    public synchronized void cutPower(Random random) {
        if (left == null) {
            // The first numbers of two Randoms with neighbouring seeds are alike; the later ones are not.
            Random mixed = new Random(random.nextLong());
            Map<String, byte[]> content = new HashMap<>();
            NameChange.afterPowerCut(durableNames, unforcedNames, mixed)
                    .forEach((name, file) -> content.put(name, file.afterPowerCut(mixed)));
            left = content;
        }
    }

    /**
     * In the middle of one of the next operations: a write then may be torn, and a force has not come to its end.
     *
     * @param operationsFromNow 1 for the very next one, as {@link #operations} counts them
     */
    public synchronized void cutPowerAfter(long operationsFromNow, Random random) {
        cutAtOperation = operations + operationsFromNow;
        cutRandom = random;
    }

    public synchronized boolean hasPower() {
        return left == null;
    }

    /**
     * What changes a file or a name, and forces, until now. Reads do not count, and of the zeros that a file is filled
     * with, piece by piece, the first piece: else power would mostly be cut there.
     */
    public synchronized long operations() {
        return operations;
    }

    /** The disk of the machine that is switched on again. Each call gives one of its own, with the same content. */
    public synchronized SimulatedDisk afterPowerCut() {
        if (left == null) {
            throw new IllegalStateException("the power was not cut");
        }
        return new SimulatedDisk(left);
    }

    /** From now on a force does nothing, and says that it did. */
    public synchronized void ignoreForces() {
        forcesIgnored = true;
    }

    /** How long a force of a file takes at least; what is written meanwhile may be forced with it. */
    public void forceNanos(long nanos) {
        forceNanos = nanos;
    }

    /** So many of the next forces of files fail with an error of input and output; 0 for none any more. */
    public synchronized void failForces(int count) {
        forcesToFail = count;
    }

    /** How many bytes its files may have together. What would exceed it fails as on a full disk. */
    public synchronized void capacity(long bytes) {
        capacityBytes = bytes;
    }

    /** The bytes of a file, as a program would read them. */
    public synchronized byte[] content(String name) throws NoSuchFileException {
        return find(name).content();
    }

    /** Puts a file in the place of the one with this name, or beside the others; it is durable, and so are all names. */
    public synchronized void replace(String name, byte[] content) {
        files.put(name, new SimulatedFile(content));
        keepNames();
    }

    // ---- the disk

    @Override
    public synchronized List<String> names() throws IOException {
        requirePower();
        return List.copyOf(files.keySet());
    }

    @Override
    public FileChannel open(String name) throws IOException {
        return open(name, true);
    }

    synchronized FileChannel open(String name, boolean writable) throws IOException {
        requirePower();
        if (writable) {
            make(name);
        }
        return new SimulatedChannel(this, find(name), writable);
    }

    /** Whether there was none. */
    synchronized boolean make(String name) throws IOException {
        requirePower();
        boolean absent = !files.containsKey(name);
        if (absent) {
            change(new NameChange.Made(name, new SimulatedFile(new byte[0])));
        }
        return absent;
    }

    @Override
    public synchronized void rename(String name, String target) throws IOException {
        requirePower();
        find(name);
        change(new NameChange.Renamed(name, target));
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        requirePower();
        if (files.containsKey(name)) {
            change(new NameChange.Deleted(name));
        }
    }

    private void change(NameChange change) throws IOException {
        change.applyTo(files);
        unforcedNames.add(change);
        count();
    }

    @Override
    public synchronized void forceNames() throws IOException {
        requirePower();
        count();
        if (!forcesIgnored) {
            keepNames();
        }
    }

    private void keepNames() {
        durableNames.clear();
        durableNames.putAll(files);
        unforcedNames.clear();
    }

    @Override
    public synchronized long usableBytes() throws IOException {
        requirePower();
        return Math.max(0, capacityBytes - usedBytes());
    }

    private long usedBytes() {
        return files.values().stream().mapToLong(SimulatedFile::length).sum();
    }

    @Override
    public String h2Path(String name) {
        return fileSystem.name + name;
    }

    /** Forgets it. Whoever still uses it may go on; H2 does not find it any more. */
    @Override
    public void close() {
        FilePath.unregister(fileSystem);
    }

    // ---- open files

    synchronized int read(SimulatedFile file, ByteBuffer target, long position) throws IOException {
        requirePower();
        return file.read(target, Math.toIntExact(position));
    }

    synchronized void write(SimulatedFile file, byte[] source, long position) throws IOException {
        requirePower();
        long growth = position + source.length - file.length();
        if (growth > 0 && capacityBytes != Long.MAX_VALUE && growth > capacityBytes - usedBytes()) {
            throw new IOException("No space left on device");
        }
        file.write(source, Math.toIntExact(position));
        boolean goesOnFilling = position > 0 && growth == source.length && isZero(source);
        if (!goesOnFilling) {
            count();
        }
    }

    private static boolean isZero(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    synchronized void truncate(SimulatedFile file, long length) throws IOException {
        requirePower();
        file.truncate(Math.toIntExact(length));
        count();
    }

    void force(SimulatedFile file) throws IOException {
        // Others go on meanwhile.
        LockSupport.parkNanos(forceNanos);
        forceNow(file);
    }

    private synchronized void forceNow(SimulatedFile file) throws IOException {
        requirePower();
        count();
        if (forcesIgnored) {
            return;
        }
        if (forcesToFail > 0) {
            forcesToFail--;
            file.failForce();
            throw new IOException("Input/output error");
        }
        file.force();
    }

    synchronized long size(SimulatedFile file) throws IOException {
        requirePower();
        return file.length();
    }

    synchronized long size(String name) throws IOException {
        requirePower();
        return find(name).length();
    }

    private SimulatedFile find(String name) throws NoSuchFileException {
        SimulatedFile file = files.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return file;
    }

    /** After a change, so that it may be torn; before a force, so that it does not come to its end. */
    private void count() throws IOException {
        operations++;
        if (operations >= cutAtOperation) {
            cutPower(cutRandom);
            requirePower();
        }
    }

    private void requirePower() throws IOException {
        if (left != null) {
            throw new IOException("the power is cut");
        }
    }
}

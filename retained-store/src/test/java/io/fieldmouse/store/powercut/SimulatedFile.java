package io.fieldmouse.store.powercut;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One file, whatever it is called: what programs read, what a force has made durable, and what was changed since. Its
 * disk sees to it that one thread at a time is in here.
 *
 * <p>Its surprise: a change is kept as whole sectors, as they were after it. So a sector comes out of a power cut in one
 * of the states it had, as it would from a page cache, and never as a mix of two writes that never were in it together.
 */
final class SimulatedFile {
    /** What a disk writes wholly or not at all. */
    static final int SECTOR_BYTES = 512;

    /** What programs read: the operating system's cache. */
    private final GrowingBytes cached;

    private final GrowingBytes durable;
    private final List<Change> unforced = new ArrayList<>();

    /**
     * @param offset where its first sector begins
     * @param sectors whole sectors, as they were after the change
     * @param length of the file, after the change
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Change(int offset, byte[] sectors, int length) {}

    /** What becomes of a change that was not forced. */
    private enum Fate {
        LOST,
        KEPT,
        TORN;

        boolean reachesSector(Random random) {
            return switch (this) {
                case LOST -> false;
                case KEPT -> true;
                case TORN -> random.nextBoolean();
            };
        }
    }

    /** A file that has been durable for long. */
    SimulatedFile(byte[] content) {
        cached = new GrowingBytes(content);
        durable = new GrowingBytes(content);
    }

    int length() {
        return cached.length();
    }

    byte[] content() {
        return cached.toArray();
    }

    /** Returns the number of bytes, -1 at the end of the file. */
    int read(ByteBuffer target, int position) {
        if (position >= cached.length()) {
            return -1;
        }
        int end = (int) Math.min(cached.length(), (long) position + target.remaining());
        target.put(cached.copy(position, end));
        return end - position;
    }

    void write(byte[] source, int position) {
        cached.put(position, source, 0, source.length);
        int end = position + source.length;
        cached.setLength(Math.max(cached.length(), end));
        changed(position, end);
    }

    /** Only ever makes it shorter, as {@code FileChannel.truncate} does. */
    void truncate(int length) {
        int before = cached.length();
        if (length < before) {
            cached.setLength(length);
            changed(length, before);
        }
    }

    private void changed(int from, int to) {
        int first = from / SECTOR_BYTES * SECTOR_BYTES;
        int end = (to + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
        unforced.add(new Change(first, cached.copy(first, end), cached.length()));
    }

    void force() {
        for (Change change : unforced) {
            durable.put(change.offset, change.sectors, 0, change.sectors.length);
            durable.setLength(change.length);
        }
        unforced.clear();
    }

    /**
     * A force that failed has told so once. What was to be forced counts as written from then on, is read from the cache,
     * and is never written unless it is changed again.
     */
    void failForce() {
        unforced.clear();
    }

    /** What a power cut leaves of it. */
    byte[] afterPowerCut(Random random) {
        GrowingBytes left = new GrowingBytes(durable.toArray());
        List<Integer> lengths = new ArrayList<>(List.of(durable.length()));
        List<Fate> fates = fatesPossible(random);
        for (Change change : unforced) {
            lengths.add(change.length);
            Fate fate = fates.get(random.nextInt(fates.size()));
            for (int i = 0; i < change.sectors.length; i += SECTOR_BYTES) {
                if (fate.reachesSector(random)) {
                    left.put(change.offset + i, change.sectors, i, SECTOR_BYTES);
                }
            }
        }
        return left.copy(0, lengthLeft(lengths, fates, random));
    }

    /** Now and then all is lost, or all is kept: that would hardly ever happen to many changes by chance. */
    private static List<Fate> fatesPossible(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> List.of(Fate.LOST);
            case 1 -> List.of(Fate.KEPT);
            default -> List.of(Fate.values());
        };
    }

    /** The length changes apart from the content: a longer file may hold zeros where nothing was written yet. */
    private static int lengthLeft(List<Integer> lengths, List<Fate> fates, Random random) {
        int last = lengths.size() - 1;
        return switch (fates.size() == 1 ? fates.get(0) : fates.get(random.nextInt(fates.size()))) {
            case LOST -> lengths.get(0);
            case KEPT -> lengths.get(last);
            case TORN -> {
                int one = lengths.get(random.nextInt(last + 1));
                int other = lengths.get(random.nextInt(last + 1));
                int sectors = Math.abs(one - other) / SECTOR_BYTES;
                yield Math.min(one, other) + random.nextInt(sectors + 1) * SECTOR_BYTES;
            }
        };
    }
}

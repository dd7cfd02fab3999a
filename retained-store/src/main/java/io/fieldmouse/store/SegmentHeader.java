package io.fieldmouse.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a segment says of itself. It stands twice, in two blocks, because without the salt no record of the segment can
 * be proven: that a block is lost must not cost the others.
 *
 * <pre>
 *  0                               8               12              16
 * +-------------------------------+---------------+---------------+
 * | "FMjournl"                    | version: 1    | zero          |
 * +-------------------------------+---------------+---------------+
 * | generation                    | salt                          | 16
 * +-------------------------------+-------------------------------+
 * | first sequence                | bytes of the file             | 32
 * +-------------------------------+---------------+---------------+
 * | new from                      | zero          | CRC32C        | 48: over the 60 bytes before it
 * +-----------------------------------------------+---------------+
 * </pre>
 *
 * <p>Magic, version and CRC stay where they are in every version, so that each program knows a newer one's file.
 *
 * @param generation ascending by one with each use of any segment: the order of the journal
 * @param salt another one for each use; the checksums of its records begin with it
 * @param firstSequence of the first record
 * @param newFrom of the first record that is new: whatever an older generation holds from here on was given up before.
 *     Those before it, if any, stand in an older one too
 * @param bytes of the file, a multiple of {@link Segment#BLOCK}
 */
record SegmentHeader(long generation, long salt, long firstSequence, long newFrom, int bytes) {
    static final int BYTES = 64;
    static final int VERSION = 1;

    private static final long MAGIC = 0x464D_6A6F_7572_6E6CL;
    private static final int CRC_OFFSET = BYTES - Integer.BYTES;

    SegmentHeader {
        if (generation < 1
                || firstSequence < 1
                || newFrom < firstSequence
                || bytes <= Segment.FIRST_GROUP
                || bytes % Segment.BLOCK != 0) {
            throw new IllegalArgumentException(
                    "generation " + generation + ", first sequence " + firstSequence + ", bytes " + bytes);
        }
    }

    void write(ByteBuffer target, int at) {
        target.putLong(at, MAGIC)
                .putInt(at + 8, VERSION)
                .putInt(at + 12, 0)
                .putLong(at + 16, generation)
                .putLong(at + 24, salt)
                .putLong(at + 32, firstSequence)
                .putLong(at + 40, bytes)
                .putLong(at + 48, newFrom)
                .putInt(at + 56, 0);
        target.putInt(at + CRC_OFFSET, crc(target, at));
    }

    /**
     * Null where no header is.
     *
     * @throws StoreException if it is one of a newer version
     */
    static @Nullable SegmentHeader read(ByteBuffer source, int at, String file) {
        if (source.limit() < at + BYTES
                || source.getLong(at) != MAGIC
                || source.getInt(at + CRC_OFFSET) != crc(source, at)) {
            return null;
        }
        int version = source.getInt(at + 8);
        if (version > VERSION) {
            throw new StoreException("journal file " + file + " was written by a newer version of this program (format "
                    + version + ", known up to " + VERSION + "): start that version again, or use another directory");
        }
        long bytes = source.getLong(at + 40);
        try {
            return new SegmentHeader(
                    source.getLong(at + 16),
                    source.getLong(at + 24),
                    source.getLong(at + 32),
                    source.getLong(at + 48),
                    Math.toIntExact(bytes));
        } catch (IllegalArgumentException | ArithmeticException notWrittenByUs) {
            return null;
        }
    }

    /** Of two copies the one of the later use: a first write that was cut off may have replaced only one of them. */
    static @Nullable SegmentHeader later(@Nullable SegmentHeader a, @Nullable SegmentHeader b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.generation >= b.generation ? a : b;
    }

    private static int crc(ByteBuffer source, int at) {
        CRC32C crc = new CRC32C();
        crc.update(source.duplicate().limit(at + CRC_OFFSET).position(at));
        return (int) crc.getValue();
    }
}

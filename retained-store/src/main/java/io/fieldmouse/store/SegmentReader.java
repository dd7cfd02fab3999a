package io.fieldmouse.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Finds the records of one segment, however damaged. A record is proven by its checksum, and by a sequence that can be:
 * above those before it, and not so high that not all before it would have had room.
 *
 * <p>Where nothing is proven, either the journal ends or something is damaged. Each group is forced before the next is
 * written, so a later group, or a later segment that counts further, says that it is damage. Only then are the
 * remaining records of the same group taken: of a group that was cut off by a power cut some blocks may be there and
 * others not, and nobody was promised any of it.
 */
final class SegmentReader {
    /** What is read at once; Java copies it by a direct buffer of this size, bytes. */
    private static final int PIECE = 64 << 10;

    private final RecordChecksum checksum = new RecordChecksum();
    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private ByteBuffer view = bytes;
    private int end;

    // Of the segment being read.
    private long salt;
    private long firstSequence;
    private long limit;
    private long previous;

    /** Takes the proven records of a segment, ascending. */
    interface Records {

        /**
         * @param at where the record begins
         * @param damagedAt where the stretch began of which nothing is proven, right before this record; -1 for none
         */
        void record(long sequence, int at, int damagedAt, ByteBuffer body);
    }

    /** Reads a file's beginning into memory; returns why not all of it, if so. What is read can be used. */
    @Nullable
    IOException load(FileChannel channel, int length) {
        if (bytes.capacity() < length) {
            bytes = ByteBuffer.allocate(length);
            view = bytes.duplicate();
        }
        bytes.clear();
        IOException failure = null;
        try {
            int read = 0;
            while (read >= 0 && bytes.position() < length) {
                bytes.limit(Math.min(length, bytes.position() + PIECE));
                read = channel.read(bytes, bytes.position());
            }
        } catch (IOException e) {
            failure = e;
        }
        end = bytes.position();
        bytes.clear();
        return failure;
    }

    /** What was loaded from the file's beginning. */
    ByteBuffer loaded() {
        return bytes.duplicate().limit(end);
    }

    /**
     * Goes through the segment that was loaded.
     *
     * @param limit no record from this sequence on counts: a later use of a segment has given them up
     * @return where the journal ends in this file: behind it nothing is proven
     */
    int read(SegmentHeader header, long limit, Records records) {
        salt = header.salt();
        firstSequence = header.firstSequence();
        previous = firstSequence - 1;
        this.limit = limit;
        int group = Segment.FIRST_GROUP;
        int at = group;
        int damagedAt = -1;
        while (true) {
            if (isProven(at, group)) {
                int lengthWord = bytes.getInt(at);
                previous = sequence(at);
                int next = at + length(at);
                records.record(previous, at, damagedAt, view.clear().limit(next).position(at + Segment.RECORD_HEAD));
                damagedAt = -1;
                if ((lengthWord & Segment.LAST_OF_GROUP) != 0) {
                    next = group = Segment.toBlocks(next);
                }
                at = next;
                continue;
            }
            int nextGroup = nextGroup(at);
            int survivor = nextGroup < end || laterSegmentCountsFurther() ? survivor(at, group, nextGroup) : end;
            if (survivor == end && nextGroup == end) {
                return at;
            }
            damagedAt = at;
            if (survivor < nextGroup) {
                at = survivor;
            } else {
                at = group = nextGroup;
            }
        }
    }

    private boolean laterSegmentCountsFurther() {
        return limit != JournalReader.NO_LIMIT && limit > previous + 1;
    }

    /** The next block with which a group begins; the end if there is none. */
    private int nextGroup(int damaged) {
        for (int at = Segment.toBlocks(damaged + 1); at < end; at += Segment.BLOCK) {
            if (isProven(at, at)) {
                return at;
            }
        }
        return end;
    }

    /** The next proven record of the group if the lengths of those before it are sound; else the end. */
    private int survivor(int damaged, int group, int nextGroup) {
        int at = damaged;
        while (hasLength(at)) {
            at += length(at);
            if (at >= nextGroup) {
                break;
            }
            if (isProven(at, group)) {
                return at;
            }
        }
        return end;
    }

    private boolean isProven(int at, int group) {
        if (!hasLength(at)) {
            return false;
        }
        long sequence = sequence(at);
        int before = (at - Segment.FIRST_GROUP) / Segment.RECORD_HEAD;
        return sequence > previous
                && sequence < limit
                && sequence - firstSequence <= before
                && checksum.of(view, at, bytes.getInt(at), salt, group) == bytes.getInt(at + Integer.BYTES);
    }

    private boolean hasLength(int at) {
        return at <= end - Segment.RECORD_HEAD && length(at) >= Segment.RECORD_HEAD && length(at) <= end - at;
    }

    private int length(int at) {
        return bytes.getInt(at) & Segment.LENGTH_MASK;
    }

    private long sequence(int at) {
        return bytes.getLong(at + Segment.SEQUENCE_OFFSET);
    }
}

package io.fieldmouse.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The segment of the journal that is being written: a file that was filled with zeros before, so that its blocks are
 * there and a force has nothing to write but the data.
 *
 * <pre>
 *   0 +-----------------+
 *     | header, zeros   |
 * 4096+-----------------+   The first group, with both headers: one write.
 *     | header again    |
 * 4160+-----------------+
 *     | record          |       +----------------+----------------+--------------------------------+----------- - -
 *     | record          |  ---> | length         | CRC32C         | sequence                       | body
 *     | zeros           |       +----------------+----------------+--------------------------------+----------- - -
 * 8192+-----------------+       0                4                8                                16
 *     | record          |
 *     | zeros           |   Each further group begins a block of its own, so that no byte that was forced is ever
 *12288+-----------------+   written again.
 *     | not yet written |   Zeros, or what an earlier use of the file has left.
 *     +-----------------+
 * </pre>
 *
 * <p>The length is that of the whole record; its highest bit says that the group ends with it. The checksum is over the
 * salt plus the group's offset, the length, the sequence and the body ({@link RecordChecksum}).
 */
final class Segment implements AutoCloseable {
    /** A group begins at a multiple of it, bytes. What a disk writes in one piece is no larger than this. */
    static final int BLOCK = 4096;

    /** Where the first group begins. */
    static final int FIRST_GROUP = BLOCK + SegmentHeader.BYTES;

    static final int RECORD_HEAD = 16;
    static final int SEQUENCE_OFFSET = 8;
    static final int LENGTH_MASK = 0x7FFF_FFFF;
    static final int LAST_OF_GROUP = 0x8000_0000;

    private final String file;
    private final FileChannel channel;
    private final SegmentHeader header;
    private int written;
    private long lastSequence;
    private boolean forced = true;

    Segment(String file, FileChannel channel, SegmentHeader header) {
        this.file = file;
        this.channel = channel;
        this.header = header;
        this.lastSequence = header.firstSequence() - 1;
    }

    /** Rounded up to whole blocks. */
    static int toBlocks(int bytes) {
        return Math.addExact(bytes, BLOCK - 1) & -BLOCK;
    }

    /** Bytes of a segment that holds this group and nothing else. */
    static int bytesFor(RecordBuffer group) {
        return toBlocks(Math.addExact(FIRST_GROUP, group.bytes()));
    }

    /** Whether the group fits, and its records are those that come next: within a segment none is left out. */
    boolean takes(RecordBuffer group) {
        return group.firstSequence() == lastSequence + 1 && toBlocks(group.bytes()) <= header.bytes() - written;
    }

    boolean isHalfFull() {
        return written > header.bytes() / 2;
    }

    /** One write. After a failure nothing may be written or forced here. */
    void append(RecordBuffer group) throws IOException {
        ByteBuffer bytes = written == 0 ? group.segment(header) : group.group(header.salt(), written);
        // Before the write: if it fails, parts of these records may stand in the file all the same.
        lastSequence = group.lastSequence();
        forced = false;
        while (bytes.hasRemaining()) {
            written += channel.write(bytes, written);
        }
    }

    void force() throws IOException {
        if (!forced) {
            channel.force(false);
            forced = true;
        }
    }

    String file() {
        return file;
    }

    int bytes() {
        return header.bytes();
    }

    long lastSequence() {
        return lastSequence;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

package io.fieldmouse.store;

import java.nio.ByteBuffer;

/**
 * The records of one group, collected, and used again for the next. The journal writes them from here without a copy:
 * in front of the first record there is room for the header of a segment, for the group that is the first of one.
 *
 * <p>Belongs to one thread.
 */
final class RecordBuffer {
    /** Up to this it never shrinks, bytes. */
    static final int KEPT_BYTES = 1 << 20;

    private static final int FIRST_BYTES = 64 << 10;

    private final RecordChecksum checksum = new RecordChecksum();
    /** Direct: from a heap buffer Java writes by a direct copy, which it keeps for ever, however large. */
    private ByteBuffer buffer = ByteBuffer.allocateDirect(FIRST_BYTES).position(Segment.FIRST_GROUP);

    private int record = -1;
    private long firstSequence;
    private long lastSequence;

    /**
     * Starts a record; its body is what is put until {@link #end()}.
     *
     * @param sequence the one after that of the record before
     */
    void begin(long sequence) {
        if (record >= 0 || sequence < 1 || (!isEmpty() && sequence != lastSequence + 1)) {
            throw new IllegalArgumentException("record " + sequence + " cannot follow " + lastSequence);
        }
        if (isEmpty()) {
            firstSequence = sequence;
        }
        lastSequence = sequence;
        room(Segment.RECORD_HEAD);
        record = buffer.position();
        buffer.putLong(0).putLong(sequence);
    }

    void put(ByteBuffer bytes) {
        room(bytes.remaining());
        buffer.put(bytes);
    }

    /** Closes the record. */
    void end() {
        buffer.putInt(record, buffer.position() - record);
        record = -1;
    }

    boolean isEmpty() {
        return buffer.position() == Segment.FIRST_GROUP;
    }

    /** Of all records until now, with their heads. */
    int bytes() {
        return buffer.position() - Segment.FIRST_GROUP;
    }

    long firstSequence() {
        return firstSequence;
    }

    long lastSequence() {
        return lastSequence;
    }

    /** Empty again. What only an unusually large group needed is given back with the first that does not. */
    void clear() {
        if (buffer.capacity() > KEPT_BYTES && buffer.position() < buffer.capacity() / 4) {
            buffer = ByteBuffer.allocateDirect(FIRST_BYTES);
        }
        buffer.clear().position(Segment.FIRST_GROUP);
        record = -1;
    }

    int capacity() {
        return buffer.capacity();
    }

    /** The bytes to be written for a group that begins at this offset of the file, where others stand before it. */
    ByteBuffer group(long salt, long offset) {
        seal(salt, offset);
        return padded(Segment.FIRST_GROUP);
    }

    /** The bytes to be written for a group that is the first of its segment: all from the beginning of the file. */
    ByteBuffer segment(SegmentHeader header) {
        seal(header.salt(), Segment.FIRST_GROUP);
        ByteBuffer bytes = padded(0);
        for (int i = 0; i < Segment.FIRST_GROUP; i++) {
            bytes.put(i, (byte) 0);
        }
        header.write(bytes, 0);
        header.write(bytes, Segment.BLOCK);
        return bytes;
    }

    /** Gives each record its checksum, and the last one the sign that it is. */
    private void seal(long salt, long groupOffset) {
        if (record >= 0 || isEmpty()) {
            throw new IllegalStateException(isEmpty() ? "no record" : "record " + lastSequence + " has no end");
        }
        ByteBuffer view = buffer.duplicate();
        int end = buffer.position();
        int at = Segment.FIRST_GROUP;
        while (at < end) {
            int length = buffer.getInt(at) & Segment.LENGTH_MASK;
            int lengthWord = at + length == end ? length | Segment.LAST_OF_GROUP : length;
            buffer.putInt(at, lengthWord);
            buffer.putInt(at + Integer.BYTES, checksum.of(view, at, lengthWord, salt, groupOffset));
            at += length;
        }
    }

    private ByteBuffer padded(int from) {
        int end = buffer.position();
        int padding = Segment.toBlocks(end - from) - (end - from);
        room(padding);
        for (int i = 0; i < padding; i++) {
            buffer.put(end + i, (byte) 0);
        }
        return buffer.duplicate().limit(end + padding).position(from).slice();
    }

    private void room(int bytes) {
        if (buffer.remaining() < bytes) {
            int needed = Math.addExact(buffer.position(), bytes);
            int capacity = Math.max(needed, (int) Math.min(2L * buffer.capacity(), Integer.MAX_VALUE));
            buffer = ByteBuffer.allocateDirect(capacity).put(buffer.flip());
        }
    }
}

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

    void put(byte b) {
        room(1);
        buffer.put(b);
    }

    void putInt(int value) {
        room(Integer.BYTES);
        buffer.putInt(value);
    }

    void putLong(long value) {
        room(Long.BYTES);
        buffer.putLong(value);
    }

    /** Seven bits a byte, the lowest first; the highest bit says that another follows. One byte up to 127. */
    void putVarInt(int nonNegative) {
        if (nonNegative < 0) {
            throw new IllegalArgumentException("negative: " + nonNegative);
        }
        room(5);
        int rest = nonNegative;
        while (rest > 0x7F) {
            buffer.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        buffer.put((byte) rest);
    }

    /** Their number, and they. */
    void putBytes(byte[] bytes) {
        putVarInt(bytes.length);
        room(bytes.length);
        buffer.put(bytes);
    }

    /**
     * The number of bytes, and the text in UTF-8. Half of a surrogate pair that stands alone is written like any other
     * character of its range: Java's own encoder would make it a question mark, and one client id another.
     */
    void putString(String text) {
        putVarInt(utf8Length(text));
        room(3 * text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                buffer.put((byte) c);
            } else if (c < 0x800) {
                buffer.put((byte) (0xC0 | c >> 6)).put(following(c));
            } else if (isPair(text, i)) {
                int codePoint = text.codePointAt(i++);
                buffer.put((byte) (0xF0 | codePoint >> 18))
                        .put(following(codePoint >> 12))
                        .put(following(codePoint >> 6))
                        .put(following(codePoint));
            } else {
                buffer.put((byte) (0xE0 | c >> 12)).put(following(c >> 6)).put(following(c));
            }
        }
    }

    private static int utf8Length(String text) {
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                length++;
            } else if (c < 0x800) {
                length += 2;
            } else if (isPair(text, i)) {
                length += 4;
                i++;
            } else {
                length += 3;
            }
        }
        return length;
    }

    private static boolean isPair(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
    }

    private static byte following(int bits) {
        return (byte) (0x80 | (bits & 0x3F));
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

package io.fieldmouse.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes that grow as they are written; used again and again by one thread. Whole numbers are written with seven bits a
 * byte, the lowest first, the upper bit set on all but the last: most of them are small.
 */
final class ByteWriter {
    private static final int BYTES_AT_FIRST = 4096;

    /** What only an unusually large write needed is given back. */
    private static final int KEPT_BYTES_MAX = 1 << 20;

    private byte[] bytes = new byte[BYTES_AT_FIRST];
    private int size;

    int size() {
        return size;
    }

    void clear() {
        if (bytes.length > KEPT_BYTES_MAX) {
            bytes = new byte[BYTES_AT_FIRST];
        }
        size = 0;
    }

    /** What was written, without a copy: good until the next write. */
    ByteBuffer view() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes, size);
    }

    void putByte(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    /** @param value never negative */
    void putNumber(long value) {
        room(Long.BYTES + 2);
        long rest = value;
        while (rest > 0x7F) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** A number that may be negative: eight bytes. */
    void putLong(long value) {
        room(Long.BYTES);
        ByteBuffer.wrap(bytes).putLong(size, value);
        size += Long.BYTES;
    }

    void putBytes(byte[] value) {
        putNumber(value.length);
        room(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
    }

    void putString(String value) {
        putBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, more)));
        }
    }
}

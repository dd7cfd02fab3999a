package io.fieldmouse.store.powercut;

import java.util.Arrays;

/** The bytes of a file. All beyond its length are zero, as far as anyone asks. */
final class GrowingBytes {
    private byte[] bytes;
    private int length;

    GrowingBytes(byte[] content) {
        bytes = content.clone();
        length = content.length;
    }

    int length() {
        return length;
    }

    byte[] toArray() {
        return copy(0, length);
    }

    /** As many as were asked for. */
    byte[] copy(int from, int to) {
        byte[] copy = new byte[to - from];
        if (from < bytes.length) {
            System.arraycopy(bytes, from, copy, 0, Math.min(to, bytes.length) - from);
        }
        return copy;
    }

    /** Does not change the length. */
    void put(int position, byte[] source, int from, int count) {
        int end = position + count;
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length + bytes.length / 2));
        }
        System.arraycopy(source, from, bytes, position, count);
    }

    /** What is cut off is zero if the length grows again. */
    void setLength(int next) {
        if (next < bytes.length && next < length) {
            Arrays.fill(bytes, next, Math.min(length, bytes.length), (byte) 0);
        }
        length = next;
    }
}

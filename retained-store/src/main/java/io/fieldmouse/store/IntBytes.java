package io.fieldmouse.store;

import java.nio.ByteBuffer;

/** Subscription identifiers as a column keeps them: four bytes each, big-endian. */
final class IntBytes {
    private static final int[] NO_INTS = {};
    private static final byte[] NO_BYTES = {};

    private IntBytes() {}

    static byte[] encode(int[] ints) {
        if (ints.length == 0) {
            return NO_BYTES;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * ints.length);
        bytes.asIntBuffer().put(ints);
        return bytes.array();
    }

    static int[] decode(byte[] bytes) {
        if (bytes.length == 0) {
            return NO_INTS;
        }
        int[] ints = new int[bytes.length / Integer.BYTES];
        ByteBuffer.wrap(bytes).asIntBuffer().get(ints);
        return ints;
    }
}

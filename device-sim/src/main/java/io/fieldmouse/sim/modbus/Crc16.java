package io.fieldmouse.sim.modbus;

/**
 * The check sum of an RTU frame: polynomial x^16 + x^15 + x^2 + 1, bits reflected, begun with 0xFFFF
 * (MODBUS over Serial Line V1.02, section 6.2.2). On the wire its low byte comes first.
 *
 * <p>Computed bit by bit: a frame has 256 bytes at most, and a table would be one more thing to believe.
 */
final class Crc16 {
    static final int BYTES = 2;

    private static final int REFLECTED_POLYNOMIAL = 0xA001;

    private Crc16() {}

    static int of(byte[] bytes, int from, int to) {
        int crc = 0xFFFF;
        for (int i = from; i < to; i++) {
            crc ^= bytes[i] & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ REFLECTED_POLYNOMIAL : crc >>> 1;
            }
        }
        return crc;
    }

    /** Whether the bytes from {@code from} to before {@code to} end with the check sum of those before it. */
    static boolean holds(byte[] bytes, int from, int to) {
        int end = to - BYTES;
        int carried = (bytes[end] & 0xFF) | (bytes[end + 1] & 0xFF) << 8;
        return of(bytes, from, end) == carried;
    }
}

package io.fieldmouse.sim.modbus;

/**
 * In which order the four bytes of a 32-bit value, A the most significant, stand in two registers. The standard leaves it
 * open, so devices do all four.
 */
public enum RegisterOrder {
    ABCD,
    BADC,
    CDAB,
    DCBA;

    /** The register at {@code place} (0 or 1) of these 32 bits. */
    int register(int bits, int place) {
        int ab = bits >>> 16;
        int cd = bits & 0xFFFF;
        return switch (this) {
            case ABCD -> place == 0 ? ab : cd;
            case BADC -> swapBytes(place == 0 ? ab : cd);
            case CDAB -> place == 0 ? cd : ab;
            case DCBA -> swapBytes(place == 0 ? cd : ab);
        };
    }

    private static int swapBytes(int register) {
        return (register & 0xFF) << 8 | register >>> 8;
    }
}

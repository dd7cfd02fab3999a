package io.fieldmouse.sim.modbus;

/**
 * How a number is put into one place or two of a table. Integers are rounded half up; what only a counter can do, running
 * out of the range, wraps round, as meters do.
 */
public enum RegisterType {
    /** One coil or discrete input: on from 0.5 upwards. */
    BIT(1, 0, 1),
    INT16(1, Short.MIN_VALUE, Short.MAX_VALUE),
    UINT16(1, 0, 0xFFFF),
    INT32(2, Integer.MIN_VALUE, Integer.MAX_VALUE),
    UINT32(2, 0, 0xFFFF_FFFFL),
    FLOAT32(2, -Float.MAX_VALUE, Float.MAX_VALUE);

    private final int places;
    private final double lowest;
    private final double highest;

    RegisterType(int places, double lowest, double highest) {
        this.places = places;
        this.lowest = lowest;
        this.highest = highest;
    }

    /** How many addresses one value takes. */
    public int places() {
        return places;
    }

    double lowest() {
        return lowest;
    }

    double highest() {
        return highest;
    }

    /** The value as bits, the most significant half of a 32-bit type in the upper 16. */
    int bitsOf(double value) {
        return switch (this) {
            case BIT -> value >= 0.5 ? 1 : 0;
            case INT16, UINT16 -> (int) Math.round(value) & 0xFFFF;
            case INT32, UINT32 -> (int) Math.round(value);
            case FLOAT32 -> Float.floatToIntBits((float) value);
        };
    }
}

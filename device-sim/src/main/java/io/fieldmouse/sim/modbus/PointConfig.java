package io.fieldmouse.sim.modbus;

import io.fieldmouse.sim.Signal;

/**
 * One value of a slave, or a row of equal ones, and where it stands in the tables.
 *
 * @param table the table
 * @param address the address in the protocol, 0 to 65535, not the "40001" of manuals
 * @param count how many values of this kind follow one another; each takes {@code type.places()} addresses
 * @param type how the number is put there; BIT in tables of bits, another in tables of registers
 * @param order for types of two registers; the others ignore it
 * @param signal what is read; a plain stored value is a {@link Signal.Constant}. Must fit the type, except that a counter
 *     of an integer type wraps round
 * @param writable whether requests may write there; what was written stays in place of the signal
 */
public record PointConfig(
        Table table, int address, int count, RegisterType type, RegisterOrder order, Signal signal, boolean writable) {

    public PointConfig {
        String where = table + " " + address;
        if (address < 0 || count < 1 || address + (long) count * type.places() > 0x1_0000) {
            throw new IllegalArgumentException(
                    where + ": " + count + " values of " + type + " do not fit into addresses 0 to 65535");
        }
        if (table.ofBits() != (type == RegisterType.BIT)) {
            throw new IllegalArgumentException(where + ": type " + type + " cannot stand in this table");
        }
        if (writable && !table.ofOutputs()) {
            throw new IllegalArgumentException(where + ": only coils and holding registers can be writable");
        }
        boolean counts = signal instanceof Signal.Counter;
        boolean wraps = counts && type != RegisterType.FLOAT32 && type != RegisterType.BIT;
        if (counts && !wraps) {
            throw new IllegalArgumentException(
                    where + ": a counter needs an integer type, which it wraps round in; use a ramp for " + type);
        }
        if (!wraps && (signal.lowest() < type.lowest() || signal.highest() > type.highest())) {
            throw new IllegalArgumentException(where + ": the signal goes from " + signal.lowest() + " to "
                    + signal.highest() + ", which does not fit " + type);
        }
    }

    /** A writable coil that begins with this value. */
    public static PointConfig coil(int address, boolean value) {
        return stored(Table.COIL, address, RegisterType.BIT, value ? 1 : 0, true);
    }

    /** A discrete input with a fixed value. */
    public static PointConfig discreteInput(int address, boolean value) {
        return stored(Table.DISCRETE_INPUT, address, RegisterType.BIT, value ? 1 : 0, false);
    }

    /** A writable holding register that begins with this value, 0 to 65535. */
    public static PointConfig holdingRegister(int address, int value) {
        return stored(Table.HOLDING_REGISTER, address, RegisterType.UINT16, value, true);
    }

    /** An input register with a fixed value, 0 to 65535. */
    public static PointConfig inputRegister(int address, int value) {
        return stored(Table.INPUT_REGISTER, address, RegisterType.UINT16, value, false);
    }

    /** A read-only signal, big-endian where it takes two registers. */
    public static PointConfig of(Table table, int address, RegisterType type, Signal signal) {
        return new PointConfig(table, address, 1, type, RegisterOrder.ABCD, signal, false);
    }

    /** The same as a row of {@code count} values. */
    public PointConfig times(int count) {
        return new PointConfig(table, address, count, type, order, signal, writable);
    }

    /** The same in another order of bytes. */
    public PointConfig ordered(RegisterOrder order) {
        return new PointConfig(table, address, count, type, order, signal, writable);
    }

    /** The same, writable. */
    public PointConfig asWritable() {
        return new PointConfig(table, address, count, type, order, signal, true);
    }

    /** The same, read-only. */
    public PointConfig asReadOnly() {
        return new PointConfig(table, address, count, type, order, signal, false);
    }

    private static PointConfig stored(Table table, int address, RegisterType type, int value, boolean writable) {
        return new PointConfig(table, address, 1, type, RegisterOrder.ABCD, new Signal.Constant(value), writable);
    }
}

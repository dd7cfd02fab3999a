package io.fieldmouse.gateway.modbus;

/** How a point's registers are read as a number. */
public enum DataType {
    BIT(1),
    INT16(1),
    UINT16(1),
    INT32(2),
    UINT32(2),
    FLOAT32(2);

    private final int registers;

    DataType(int registers) {
        this.registers = registers;
    }

    /** Registers (or coils) it takes. */
    public int registers() {
        return registers;
    }
}

package io.fieldmouse.sim.modbus;

/** The four tables of the Modbus data model (MODBUS Application Protocol V1.1b3, section 4.3). */
public enum Table {
    COIL,
    DISCRETE_INPUT,
    INPUT_REGISTER,
    HOLDING_REGISTER;

    /** Whether its places hold one bit, not sixteen. */
    public boolean ofBits() {
        return this == COIL || this == DISCRETE_INPUT;
    }

    /** Whether the protocol has a way to write into it. */
    public boolean ofOutputs() {
        return this == COIL || this == HOLDING_REGISTER;
    }
}

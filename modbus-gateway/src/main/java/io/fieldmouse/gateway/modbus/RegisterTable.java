package io.fieldmouse.gateway.modbus;

/** The four tables of the Modbus data model (MODBUS Application Protocol V1.1b3, section 4.3). */
public enum RegisterTable {
    /** Bits, read and write: function codes 1, 5, 15. */
    COIL,
    /** Bits, read only: function code 2. */
    DISCRETE_INPUT,
    /** 16-bit registers, read only: function code 4. */
    INPUT_REGISTER,
    /** 16-bit registers, read and write: function codes 3, 6, 16. */
    HOLDING_REGISTER
}

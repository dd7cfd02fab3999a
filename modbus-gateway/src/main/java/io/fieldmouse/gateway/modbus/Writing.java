package io.fieldmouse.gateway.modbus;

/** Whether commands may write a point, and with which function codes. */
public enum Writing {
    NEVER,
    /** A coil with 5, one register with 6, two registers with 16. */
    SINGLE,
    /** A coil with 15, registers with 16, also where it is one: for devices that know no others. */
    MULTIPLE
}

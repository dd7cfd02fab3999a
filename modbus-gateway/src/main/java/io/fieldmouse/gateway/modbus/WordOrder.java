package io.fieldmouse.gateway.modbus;

/**
 * In which order the four bytes A (most significant) to D of a 32-bit value travel. For 16-bit values only the order
 * within the register counts: {@link #BADC} and {@link #DCBA} swap it.
 */
public enum WordOrder {
    /** Big-endian: as the standard has it. */
    ABCD,
    /** Bytes swapped within each register. */
    BADC,
    /** Registers swapped. */
    CDAB,
    /** Little-endian: both. */
    DCBA
}

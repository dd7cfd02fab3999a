package io.fieldmouse.sim.modbus;

/** The parity bit of a character on the wire. A virtual port carries no such bit: here it only takes its time. */
public enum Parity {
    NONE,
    EVEN,
    ODD
}

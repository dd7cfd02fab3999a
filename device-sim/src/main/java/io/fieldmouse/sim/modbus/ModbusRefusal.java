package io.fieldmouse.sim.modbus;

/** A request that is answered with an exception code (MODBUS Application Protocol V1.1b3, section 7). */
final class ModbusRefusal extends Exception {
    static final int ILLEGAL_FUNCTION = 1;
    static final int ILLEGAL_DATA_ADDRESS = 2;
    static final int ILLEGAL_DATA_VALUE = 3;

    private final int code;

    ModbusRefusal(int code) {
        // Part of normal traffic: neither message nor stack is ever looked at.
        super(null, null, false, false);
        this.code = code;
    }

    int code() {
        return code;
    }
}

package io.fieldmouse.sim.modbus;

/** The function codes a simulated slave knows (MODBUS Application Protocol V1.1b3, section 6). */
final class FunctionCode {
    static final int READ_COILS = 1;
    static final int READ_DISCRETE_INPUTS = 2;
    static final int READ_HOLDING_REGISTERS = 3;
    static final int READ_INPUT_REGISTERS = 4;
    static final int WRITE_SINGLE_COIL = 5;
    static final int WRITE_SINGLE_REGISTER = 6;
    static final int WRITE_MULTIPLE_COILS = 15;
    static final int WRITE_MULTIPLE_REGISTERS = 16;

    private FunctionCode() {}
}

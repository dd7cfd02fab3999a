package io.fieldmouse.sim.modbus;

import io.fieldmouse.sim.AddressRange;
import java.time.Duration;
import java.util.Arrays;

/**
 * Executes one request on a slave's tables: the one switch over function codes. Requests and replies are PDUs, without unit
 * and check sum (MODBUS Application Protocol V1.1b3, sections 6.1 to 6.6, 6.11, 6.12; all numbers big-endian):
 *
 * <pre>
 *          request                                        reply
 * 1, 2     function, address 2, quantity 2                function, n = bytes 1, bits n, first one lowest
 * 3, 4     function, address 2, quantity 2                function, n = bytes 1, registers n
 * 5, 6     function, address 2, value 2                   the same as the request
 * 15, 16   function, address 2, quantity 2, n 1, data n   function, address 2, quantity 2
 * refused                                                 function + 0x80, exception code 1
 * </pre>
 *
 * Checked in the order of the standard's diagrams: function, quantity and value, address. A place that must not be written
 * counts as one that does not exist.
 */
final class RequestExecution {
    private static final int READ_BITS_MAX = 2000;
    private static final int READ_REGISTERS_MAX = 125;
    private static final int WRITE_BITS_MAX = 1968;
    private static final int WRITE_REGISTERS_MAX = 123;
    private static final int COIL_ON = 0xFF00;
    private static final int EXCEPTION_FLAG = 0x80;

    private final SlaveTables tables;
    private final byte[] request;
    private final Duration sinceStart;

    private RequestExecution(SlaveTables tables, byte[] request, Duration sinceStart) {
        this.tables = tables;
        this.request = request;
        this.sinceStart = sinceStart;
    }

    static byte[] execute(SlaveTables tables, byte[] request, Duration sinceStart) {
        try {
            return new RequestExecution(tables, request, sinceStart).reply();
        } catch (ModbusRefusal refusal) {
            return exception(request, refusal.code());
        }
    }

    static byte[] exception(byte[] request, int code) {
        return new byte[] {(byte) (request[0] | EXCEPTION_FLAG), (byte) code};
    }

    static boolean isException(byte[] reply) {
        return (reply[0] & EXCEPTION_FLAG) != 0;
    }

    static boolean isWrite(byte[] request) {
        return switch (request[0]) {
            case FunctionCode.WRITE_SINGLE_COIL,
                    FunctionCode.WRITE_SINGLE_REGISTER,
                    FunctionCode.WRITE_MULTIPLE_COILS,
                    FunctionCode.WRITE_MULTIPLE_REGISTERS -> true;
            default -> false;
        };
    }

    /** The addresses a request is about, as far as they can exist; of an unknown function, all. */
    static AddressRange addresses(byte[] request) {
        int function = request[0];
        boolean known = isWrite(request)
                || (function >= FunctionCode.READ_COILS && function <= FunctionCode.READ_INPUT_REGISTERS);
        if (!known) {
            return AddressRange.ALL;
        }
        int first = word(request, 1);
        boolean single = function == FunctionCode.WRITE_SINGLE_COIL || function == FunctionCode.WRITE_SINGLE_REGISTER;
        int count = single ? 1 : Math.max(1, word(request, 3));
        return new AddressRange(first, Math.min(0xFFFF, first + count - 1));
    }

    private byte[] reply() throws ModbusRefusal {
        return switch (request[0]) {
            case FunctionCode.READ_COILS -> readBits(Table.COIL);
            case FunctionCode.READ_DISCRETE_INPUTS -> readBits(Table.DISCRETE_INPUT);
            case FunctionCode.READ_HOLDING_REGISTERS -> readRegisters(Table.HOLDING_REGISTER);
            case FunctionCode.READ_INPUT_REGISTERS -> readRegisters(Table.INPUT_REGISTER);
            case FunctionCode.WRITE_SINGLE_COIL -> writeCoil();
            case FunctionCode.WRITE_SINGLE_REGISTER -> writeRegister();
            case FunctionCode.WRITE_MULTIPLE_COILS -> writeCoils();
            case FunctionCode.WRITE_MULTIPLE_REGISTERS -> writeRegisters();
            default -> throw new ModbusRefusal(ModbusRefusal.ILLEGAL_FUNCTION);
        };
    }

    private byte[] readBits(Table table) throws ModbusRefusal {
        int quantity = quantity(READ_BITS_MAX);
        tables.requireReadable(table, address(), quantity);
        byte[] reply = replyWithBytes((quantity + 7) / 8);
        for (int i = 0; i < quantity; i++) {
            reply[2 + i / 8] |= (byte) (tables.read(table, address() + i, sinceStart) << (i % 8));
        }
        return reply;
    }

    private byte[] readRegisters(Table table) throws ModbusRefusal {
        int quantity = quantity(READ_REGISTERS_MAX);
        tables.requireReadable(table, address(), quantity);
        byte[] reply = replyWithBytes(2 * quantity);
        for (int i = 0; i < quantity; i++) {
            int register = tables.read(table, address() + i, sinceStart);
            reply[2 + 2 * i] = (byte) (register >>> 8);
            reply[3 + 2 * i] = (byte) register;
        }
        return reply;
    }

    private byte[] writeCoil() throws ModbusRefusal {
        int value = word(request, 3);
        if (value != 0 && value != COIL_ON) {
            throw new ModbusRefusal(ModbusRefusal.ILLEGAL_DATA_VALUE);
        }
        tables.requireWritable(Table.COIL, address(), 1);
        tables.write(Table.COIL, address(), value == COIL_ON ? 1 : 0, sinceStart);
        return request;
    }

    private byte[] writeRegister() throws ModbusRefusal {
        tables.requireWritable(Table.HOLDING_REGISTER, address(), 1);
        tables.write(Table.HOLDING_REGISTER, address(), word(request, 3), sinceStart);
        return request;
    }

    private byte[] writeCoils() throws ModbusRefusal {
        int quantity = quantity(WRITE_BITS_MAX);
        requireDataBytes((quantity + 7) / 8);
        tables.requireWritable(Table.COIL, address(), quantity);
        for (int i = 0; i < quantity; i++) {
            int bit = (request[6 + i / 8] >>> (i % 8)) & 1;
            tables.write(Table.COIL, address() + i, bit, sinceStart);
        }
        return Arrays.copyOf(request, 5);
    }

    private byte[] writeRegisters() throws ModbusRefusal {
        int quantity = quantity(WRITE_REGISTERS_MAX);
        requireDataBytes(2 * quantity);
        tables.requireWritable(Table.HOLDING_REGISTER, address(), quantity);
        for (int i = 0; i < quantity; i++) {
            tables.write(Table.HOLDING_REGISTER, address() + i, word(request, 6 + 2 * i), sinceStart);
        }
        return Arrays.copyOf(request, 5);
    }

    private int address() {
        return word(request, 1);
    }

    private int quantity(int max) throws ModbusRefusal {
        int quantity = word(request, 3);
        if (quantity < 1 || quantity > max) {
            throw new ModbusRefusal(ModbusRefusal.ILLEGAL_DATA_VALUE);
        }
        return quantity;
    }

    private void requireDataBytes(int expected) throws ModbusRefusal {
        if ((request[5] & 0xFF) != expected) {
            throw new ModbusRefusal(ModbusRefusal.ILLEGAL_DATA_VALUE);
        }
    }

    private byte[] replyWithBytes(int count) {
        byte[] reply = new byte[2 + count];
        reply[0] = request[0];
        reply[1] = (byte) count;
        return reply;
    }

    private static int word(byte[] bytes, int index) {
        return (bytes[index] & 0xFF) << 8 | (bytes[index + 1] & 0xFF);
    }
}

package io.fieldmouse.gateway.modbus;

import com.ghgande.j2mod.modbus.msg.ModbusRequest;
import com.ghgande.j2mod.modbus.msg.ModbusResponse;
import com.ghgande.j2mod.modbus.msg.ReadCoilsRequest;
import com.ghgande.j2mod.modbus.msg.ReadCoilsResponse;
import com.ghgande.j2mod.modbus.msg.ReadInputDiscretesRequest;
import com.ghgande.j2mod.modbus.msg.ReadInputDiscretesResponse;
import com.ghgande.j2mod.modbus.msg.ReadInputRegistersRequest;
import com.ghgande.j2mod.modbus.msg.ReadInputRegistersResponse;
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersRequest;
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersResponse;
import com.ghgande.j2mod.modbus.msg.WriteCoilRequest;
import com.ghgande.j2mod.modbus.msg.WriteMultipleCoilsRequest;
import com.ghgande.j2mod.modbus.msg.WriteMultipleRegistersRequest;
import com.ghgande.j2mod.modbus.msg.WriteSingleRegisterRequest;
import com.ghgande.j2mod.modbus.procimg.Register;
import com.ghgande.j2mod.modbus.procimg.SimpleRegister;
import io.fieldmouse.gateway.modbus.OwedReplies.Shape;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** What is asked and answered, as j2mod's messages. */
final class Messages {
    private Messages() {}

    /** Function codes 1 to 4, by the table. */
    static ModbusRequest read(int unitId, ReadRequest request) {
        int address = request.address();
        int count = request.count();
        return to(
                unitId,
                switch (request.table()) {
                    case COIL -> new ReadCoilsRequest(address, count);
                    case DISCRETE_INPUT -> new ReadInputDiscretesRequest(address, count);
                    case HOLDING_REGISTER -> new ReadMultipleRegistersRequest(address, count);
                    case INPUT_REGISTER -> new ReadInputRegistersRequest(address, count);
                });
    }

    /**
     * A read at the address of this request, of its table, whose answer looks like none that is owed: of fewer places
     * rather than more, because those the unit has.
     */
    static ModbusRequest readUnlike(byte[] request, Predicate<Shape> isOwed) {
        RegisterTable table =
                switch (RtuFrame.function(request)) {
                    case 1, 5, 15 -> RegisterTable.COIL;
                    case 2 -> RegisterTable.DISCRETE_INPUT;
                    case 3, 6, 16 -> RegisterTable.HOLDING_REGISTER;
                    default -> RegisterTable.INPUT_REGISTER;
                };
        // Eight bits travel in one byte: fewer steps than that do not change the length.
        boolean bits = ReadPlan.ofBits(table);
        int step = bits ? 8 : 1;
        int count = RtuFrame.count(request);
        for (int distance = 0; distance < ReadPlan.placesMax(table); distance += step) {
            for (int other : new int[] {count - distance, count + distance}) {
                ReadRequest unlike = new ReadRequest(table, RtuFrame.address(request), other, List.of());
                int length = bits ? RtuFrame.bitsReplyLength(other) : RtuFrame.registersReplyLength(other);
                Shape shape = new Shape(readFunction(table), length);
                if (other >= 1 && other <= ReadPlan.placesMax(table) && !isOwed.test(shape)) {
                    return read(RtuFrame.unit(request), unlike);
                }
            }
        }
        throw new IllegalStateException("more answers are owed than are remembered");
    }

    private static int readFunction(RegisterTable table) {
        return switch (table) {
            case COIL -> 1;
            case DISCRETE_INPUT -> 2;
            case HOLDING_REGISTER -> 3;
            case INPUT_REGISTER -> 4;
        };
    }

    /** What the reply to such a request holds: registers as 0 to 65535, bits as 0 and 1. */
    static int[] places(ReadRequest request, ModbusResponse response) {
        IntStream indices = IntStream.range(0, request.count());
        return switch (request.table()) {
            case COIL ->
                indices.map(i -> ((ReadCoilsResponse) response).getCoilStatus(i) ? 1 : 0)
                        .toArray();
            case DISCRETE_INPUT ->
                indices.map(i -> ((ReadInputDiscretesResponse) response).getDiscreteStatus(i) ? 1 : 0)
                        .toArray();
            case HOLDING_REGISTER ->
                indices.map(i -> ((ReadMultipleRegistersResponse) response).getRegisterValue(i))
                        .toArray();
            case INPUT_REGISTER ->
                indices.map(i -> ((ReadInputRegistersResponse) response).getRegisterValue(i))
                        .toArray();
        };
    }

    /** Function code 5 or 15. */
    static ModbusRequest writeCoil(int unitId, int address, boolean on, Writing writing) {
        if (writing == Writing.MULTIPLE) {
            WriteMultipleCoilsRequest request = new WriteMultipleCoilsRequest(address, 1);
            request.setCoilStatus(0, on);
            return to(unitId, request);
        }
        return to(unitId, new WriteCoilRequest(address, on));
    }

    /** Function code 6 for one register, 16 for more, or for all where the device wants it. */
    static ModbusRequest writeRegisters(int unitId, int address, List<Integer> values, Writing writing) {
        if (values.size() == 1 && writing != Writing.MULTIPLE) {
            return to(unitId, new WriteSingleRegisterRequest(address, new SimpleRegister(values.get(0))));
        }
        Register[] registers = values.stream().map(SimpleRegister::new).toArray(Register[]::new);
        return to(unitId, new WriteMultipleRegistersRequest(address, registers));
    }

    private static ModbusRequest to(int unitId, ModbusRequest request) {
        request.setUnitID(unitId);
        return request;
    }

    /**
     * Whether a unit that answers a write with this exception has left all as it was. A failure on the way (4, 11) may
     * have come after the write, and an acknowledgement (5) says that it is being done.
     */
    static boolean meansNothingDone(int code) {
        return switch (code) {
            case 1, 2, 3, 6, 10 -> true;
            default -> false;
        };
    }

    /** Whether a unit that answers with this exception is busy, and may answer the same request another time. */
    static boolean meansLater(int code) {
        return code == 5 || code == 6;
    }

    /** An exception code in words (MODBUS Application Protocol V1.1b3, section 7). */
    static String exceptionInWords(int code) {
        String meaning =
                switch (code) {
                    case 1 -> "illegal function";
                    case 2 -> "illegal data address";
                    case 3 -> "illegal data value";
                    case 4 -> "device failure";
                    case 5 -> "acknowledged, takes longer";
                    case 6 -> "device busy";
                    case 8 -> "memory parity error";
                    case 10 -> "gateway path unavailable";
                    case 11 -> "gateway target does not respond";
                    default -> "not in the standard";
                };
        return "exception " + code + " (" + meaning + ")";
    }
}

package io.fieldmouse.gateway.modbus;

import io.fieldmouse.gateway.reading.Value;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Registers to values, in engineering units. Pure.
 *
 * <pre>
 *   order   first register   second register     value, A most significant
 *   ABCD        A B              C D
 *   BADC        B A              D C
 *   CDAB        C D              A B
 *   DCBA        D C              B A
 * </pre>
 *
 * Scaling is decimal: 215 * 0.1 is 21.5 here, and a float that a device shows as 21.3 is 21.3.
 */
final class RegisterDecoder {
    private RegisterDecoder() {}

    /**
     * @param places what was read: registers as 0 to 65535, or bits as 0 and 1
     * @param at where the point begins in it
     * @return null when a float holds no finite number
     */
    static @Nullable Value decode(ModbusPoint point, int[] places, int at) {
        return switch (point.type()) {
            case BIT -> new Value.Flag(bit(point, places[at]));
            case INT16 -> scaled(point, (short) word(point.order(), places[at]));
            case UINT16 -> scaled(point, word(point.order(), places[at]));
            case INT32 -> scaled(point, doubleWord(point.order(), places, at));
            case UINT32 -> scaled(point, Integer.toUnsignedLong(doubleWord(point.order(), places, at)));
            case FLOAT32 -> decimal(point, Float.intBitsToFloat(doubleWord(point.order(), places, at)));
        };
    }

    /** The 32 bits that two registers hold. */
    static int doubleWord(WordOrder order, int[] registers, int at) {
        boolean swapped = order == WordOrder.CDAB || order == WordOrder.DCBA;
        int high = word(order, registers[swapped ? at + 1 : at]);
        int low = word(order, registers[swapped ? at : at + 1]);
        return (high << 16) | low;
    }

    /** The 16 bits of one register, its bytes exchanged where the order says so; its own inverse. */
    static int word(WordOrder order, int register) {
        return switch (order) {
            case ABCD, CDAB -> register;
            case BADC, DCBA -> ((register & 0xFF) << 8) | (register >> 8);
        };
    }

    private static boolean bit(ModbusPoint point, int place) {
        return switch (point.table()) {
            case COIL, DISCRETE_INPUT -> place != 0;
            case INPUT_REGISTER, HOLDING_REGISTER -> ((word(point.order(), place) >> point.bit()) & 1) != 0;
        };
    }

    private static Value scaled(ModbusPoint point, long raw) {
        if (isUnscaled(point)) {
            return new Value.Whole(raw);
        }
        return new Value.Decimal(inUnits(point, BigDecimal.valueOf(raw)));
    }

    private static @Nullable Value decimal(ModbusPoint point, float raw) {
        if (!Float.isFinite(raw)) {
            return null;
        }
        // By way of its shortest decimal form: widening 21.3f itself would give 21.299999237060547.
        return new Value.Decimal(inUnits(point, new BigDecimal(Float.toString(raw))));
    }

    private static double inUnits(ModbusPoint point, BigDecimal raw) {
        return raw.multiply(BigDecimal.valueOf(point.scale()))
                .add(BigDecimal.valueOf(point.offset()))
                .doubleValue();
    }

    static boolean isUnscaled(ModbusPoint point) {
        return point.scale() == 1 && point.offset() == 0;
    }
}

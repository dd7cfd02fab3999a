package io.fieldmouse.gateway.modbus;

import io.fieldmouse.gateway.reading.Value;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;

/**
 * Values, in engineering units, to the registers or the bit that hold them. The inverse of {@link RegisterDecoder}, with
 * one surprise: a scaled point has steps, and a value between two of them is written as the nearer one (40.05 at scale
 * 0.1 as 40.1, halves away from zero), not refused. What a command's result then gives as the value is what was read
 * back, so the step and not the wish. Without a scale a fraction is refused.
 */
final class RegisterEncoder {

    /** The registers to write, or why there are none. */
    sealed interface Encoded {
        /** @param places registers as 0 to 65535; for a bit one element, 0 or 1 */
        record Places(List<Integer> places) implements Encoded {}

        /** The value cannot stand in this point. */
        record Refused(String reason) implements Encoded {}
    }

    private RegisterEncoder() {}

    static Encoded encode(ModbusPoint point, Value value) {
        if (point.type() == DataType.BIT) {
            return encodeBit(value);
        }
        if (value instanceof Value.Flag) {
            return new Encoded.Refused("on or off does not fit " + name(point.type()) + ": a number is needed");
        }
        BigDecimal number = number(value);
        BigDecimal raw = number.subtract(BigDecimal.valueOf(point.offset()))
                .divide(BigDecimal.valueOf(point.scale()), MathContext.DECIMAL64);
        return switch (point.type()) {
            case BIT -> encodeBit(value);
            case INT16 -> encodeWhole(point, number, raw, Short.MIN_VALUE, Short.MAX_VALUE);
            case UINT16 -> encodeWhole(point, number, raw, 0, 0xFFFF);
            case INT32 -> encodeWhole(point, number, raw, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case UINT32 -> encodeWhole(point, number, raw, 0, 0xFFFF_FFFFL);
            case FLOAT32 -> encodeFloat(point, number, raw.floatValue());
        };
    }

    private static Encoded encodeBit(Value value) {
        if (value instanceof Value.Flag flag) {
            return new Encoded.Places(List.of(flag.on() ? 1 : 0));
        }
        BigDecimal number = number(value);
        if (number.compareTo(BigDecimal.ZERO) == 0 || number.compareTo(BigDecimal.ONE) == 0) {
            return new Encoded.Places(List.of(number.intValue()));
        }
        return new Encoded.Refused(plain(number) + " does not fit a bit: it takes on or off, 1 or 0");
    }

    private static Encoded encodeWhole(
            ModbusPoint point, BigDecimal number, BigDecimal raw, long lowest, long highest) {
        BigDecimal rounded = raw.setScale(0, RoundingMode.HALF_UP);
        if (RegisterDecoder.isUnscaled(point) && rounded.compareTo(raw) != 0) {
            return new Encoded.Refused(
                    plain(number) + " does not fit " + name(point.type()) + ": it takes whole numbers only");
        }
        if (rounded.compareTo(BigDecimal.valueOf(lowest)) < 0 || rounded.compareTo(BigDecimal.valueOf(highest)) > 0) {
            return new Encoded.Refused(plain(number) + " does not fit " + name(point.type()) + " (" + lowest + ".."
                    + highest + ")" + scaling(point));
        }
        return places(point, (int) rounded.longValue());
    }

    private static Encoded encodeFloat(ModbusPoint point, BigDecimal number, float raw) {
        if (!Float.isFinite(raw)) {
            return new Encoded.Refused(plain(number) + " does not fit float32" + scaling(point));
        }
        return places(point, Float.floatToIntBits(raw));
    }

    private static Encoded places(ModbusPoint point, int bits) {
        int low = RegisterDecoder.word(point.order(), bits & 0xFFFF);
        if (point.type().registers() == 1) {
            return new Encoded.Places(List.of(low));
        }
        int high = RegisterDecoder.word(point.order(), bits >>> 16);
        return switch (point.order()) {
            case ABCD, BADC -> new Encoded.Places(List.of(high, low));
            case CDAB, DCBA -> new Encoded.Places(List.of(low, high));
        };
    }

    private static BigDecimal number(Value value) {
        if (value instanceof Value.Whole whole) {
            return BigDecimal.valueOf(whole.number());
        }
        if (value instanceof Value.Decimal decimal) {
            return BigDecimal.valueOf(decimal.number());
        }
        return ((Value.Flag) value).on() ? BigDecimal.ONE : BigDecimal.ZERO;
    }

    private static String scaling(ModbusPoint point) {
        if (RegisterDecoder.isUnscaled(point)) {
            return "";
        }
        return " after scale " + plain(BigDecimal.valueOf(point.scale()))
                + (point.offset() == 0 ? "" : " and offset " + plain(BigDecimal.valueOf(point.offset())));
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    private static String name(DataType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}

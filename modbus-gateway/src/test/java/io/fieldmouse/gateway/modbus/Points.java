package io.fieldmouse.gateway.modbus;

/** Points for tests, each saying only what matters to it. */
final class Points {
    private Points() {}

    static ModbusPoint holding(int address, DataType type) {
        return point(RegisterTable.HOLDING_REGISTER, address, type);
    }

    static ModbusPoint point(RegisterTable table, int address, DataType type) {
        return new ModbusPoint(
                "p" + address,
                table,
                address,
                type,
                0,
                WordOrder.ABCD,
                1,
                0,
                "",
                table == RegisterTable.COIL || table == RegisterTable.HOLDING_REGISTER ? Writing.SINGLE : Writing.NEVER,
                true);
    }

    static ModbusPoint scaled(DataType type, double scale, double offset) {
        return new ModbusPoint(
                "scaled",
                RegisterTable.HOLDING_REGISTER,
                0,
                type,
                0,
                WordOrder.ABCD,
                scale,
                offset,
                "",
                Writing.SINGLE,
                true);
    }

    static ModbusPoint ordered(DataType type, WordOrder order) {
        return new ModbusPoint(
                "ordered", RegisterTable.HOLDING_REGISTER, 0, type, 0, order, 1, 0, "", Writing.SINGLE, true);
    }

    static ModbusPoint bit(int address, int bit) {
        return new ModbusPoint(
                "bit" + bit,
                RegisterTable.HOLDING_REGISTER,
                address,
                DataType.BIT,
                bit,
                WordOrder.ABCD,
                1,
                0,
                "",
                Writing.SINGLE,
                true);
    }
}

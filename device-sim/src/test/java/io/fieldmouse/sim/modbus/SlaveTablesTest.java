package io.fieldmouse.sim.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fieldmouse.sim.Signal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SlaveTablesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SlaveTables tables = new SlaveTables();

    /** 21.5 is 0x41AC0000 as a float; 123456.789f is 0x47F12065. */
    @ParameterizedTest
    @CsvSource({
        "FLOAT32, ABCD, 21.5,       41AC, 0000",
        "FLOAT32, CDAB, 21.5,       0000, 41AC",
        "FLOAT32, ABCD, 123456.789, 47F1, 2065",
        "FLOAT32, BADC, 123456.789, F147, 6520",
        "FLOAT32, CDAB, 123456.789, 2065, 47F1",
        "FLOAT32, DCBA, 123456.789, 6520, F147",
        "INT32,   ABCD, -2,         FFFF, FFFE",
        "INT32,   DCBA, 305419896,  7856, 3412",
        "UINT32,  ABCD, 4294967295, FFFF, FFFF",
        "UINT32,  CDAB, 305419896,  5678, 1234",
    })
    void wideValuesStandInTwoRegistersInTheirOrder(
            RegisterType type, RegisterOrder order, double value, String first, String second) {
        tables.define(PointConfig.of(Table.INPUT_REGISTER, 40, type, new Signal.Constant(value))
                .ordered(order));
        assertEquals(first, hex(Table.INPUT_REGISTER, 40));
        assertEquals(second, hex(Table.INPUT_REGISTER, 41));
    }

    @Test
    void integersAreRoundedAndNegativeOnesAreTwosComplement() {
        tables.define(PointConfig.of(Table.INPUT_REGISTER, 0, RegisterType.INT16, new Signal.Constant(-1.4)));
        tables.define(PointConfig.of(Table.INPUT_REGISTER, 1, RegisterType.UINT16, new Signal.Constant(65534.5)));
        assertEquals("FFFF", hex(Table.INPUT_REGISTER, 0));
        assertEquals("FFFF", hex(Table.INPUT_REGISTER, 1));
    }

    @Test
    void countersWrapRoundAsMetersDo() {
        Signal counter = new Signal.Counter(65535, 1, SECOND);
        tables.define(PointConfig.of(Table.INPUT_REGISTER, 0, RegisterType.UINT16, counter));
        assertEquals(65535, tables.read(Table.INPUT_REGISTER, 0, Duration.ZERO));
        assertEquals(0, tables.read(Table.INPUT_REGISTER, 0, SECOND));
        Signal wide = new Signal.Counter(4294967295.0, 1, SECOND);
        tables.define(PointConfig.of(Table.INPUT_REGISTER, 2, RegisterType.UINT32, wide));
        assertEquals(0, tables.read(Table.INPUT_REGISTER, 2, SECOND));
        assertEquals(1, tables.read(Table.INPUT_REGISTER, 3, SECOND.multipliedBy(2)));
    }

    @Test
    void bitsFollowTheirSignal() {
        Signal blink = new Signal.Ramp(0, 1, SECOND);
        tables.define(PointConfig.of(Table.DISCRETE_INPUT, 3, RegisterType.BIT, blink));
        assertEquals(0, tables.read(Table.DISCRETE_INPUT, 3, Duration.ofMillis(499)));
        assertEquals(1, tables.read(Table.DISCRETE_INPUT, 3, Duration.ofMillis(500)));
    }

    @Test
    void rowsRepeatTheirValue() throws ModbusRefusal {
        tables.define(PointConfig.of(Table.INPUT_REGISTER, 10, RegisterType.UINT32, new Signal.Constant(7))
                .times(3));
        tables.requireReadable(Table.INPUT_REGISTER, 10, 6);
        assertThrows(ModbusRefusal.class, () -> tables.requireReadable(Table.INPUT_REGISTER, 10, 7));
        for (int value = 0; value < 3; value++) {
            assertEquals(0, tables.read(Table.INPUT_REGISTER, 10 + 2 * value, SECOND));
            assertEquals(7, tables.read(Table.INPUT_REGISTER, 11 + 2 * value, SECOND));
        }
    }

    @Test
    void writingHalfOfASignalFreezesTheOtherHalf() {
        Signal counter = new Signal.Counter(0x0001_0000, 1, SECOND);
        tables.define(PointConfig.of(Table.HOLDING_REGISTER, 0, RegisterType.UINT32, counter)
                .asWritable());
        tables.write(Table.HOLDING_REGISTER, 0, 9, SECOND.multipliedBy(5));
        assertEquals(9, tables.read(Table.HOLDING_REGISTER, 0, SECOND.multipliedBy(100)));
        assertEquals(5, tables.read(Table.HOLDING_REGISTER, 1, SECOND.multipliedBy(100)));
    }

    @Test
    void pointsThatMayNotExistAreRefused() {
        Signal zero = new Signal.Constant(0);
        List<Runnable> refused = List.of(
                () -> PointConfig.holdingRegister(0x10000, 0),
                () -> PointConfig.holdingRegister(-1, 0),
                () -> PointConfig.holdingRegister(0, 65536),
                () -> PointConfig.holdingRegister(0, 0).times(0),
                () -> PointConfig.holdingRegister(0xFFFF, 0).times(2),
                () -> PointConfig.inputRegister(0, 0).asWritable(),
                () -> PointConfig.of(Table.INPUT_REGISTER, 0xFFFF, RegisterType.INT32, zero),
                () -> PointConfig.of(Table.INPUT_REGISTER, 0, RegisterType.BIT, zero),
                () -> PointConfig.of(Table.COIL, 0, RegisterType.UINT16, zero),
                () -> PointConfig.of(Table.INPUT_REGISTER, 0, RegisterType.INT16, new Signal.Sine(0, 40000, SECOND)));
        for (int i = 0; i < refused.size(); i++) {
            Runnable attempt = refused.get(i);
            assertThrows(IllegalArgumentException.class, attempt::run, "number " + i);
        }
    }

    @Test
    void slavesAndLinesThatMayNotExistAreRefused() {
        SlaveConfig one = SlaveConfig.of(1);
        List<Runnable> refused = List.of(
                () -> SlaveConfig.of(0),
                () -> SlaveConfig.of(248),
                () -> one.withTurnaround(Duration.ofMillis(-1)),
                () -> LineConfig.unpaced(" "),
                () -> LineConfig.unpaced("x", one, one),
                () -> LineConfig.paced("x", 110, Parity.NONE),
                () -> new LineConfig("x", null, 9600, Parity.NONE, 3, List.of()));
        for (int i = 0; i < refused.size(); i++) {
            Runnable attempt = refused.get(i);
            assertThrows(IllegalArgumentException.class, attempt::run, "number " + i);
        }
    }

    private String hex(Table table, int address) {
        return String.format("%04X", tables.read(table, address, Duration.ZERO));
    }
}

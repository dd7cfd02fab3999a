package io.fieldmouse.gateway.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fieldmouse.gateway.reading.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RegisterDecoderTest {

    @ParameterizedTest
    @CsvSource({
        "ABCD, 0x1234, 0x5678",
        "BADC, 0x3412, 0x7856",
        "CDAB, 0x5678, 0x1234",
        "DCBA, 0x7856, 0x3412",
    })
    void everyOrderOfFourBytesIsRead(WordOrder order, String first, String second) {
        int[] registers = {Integer.decode(first), Integer.decode(second)};
        assertEquals(
                new Value.Whole(0x12345678),
                RegisterDecoder.decode(Points.ordered(DataType.UINT32, order), registers, 0));
    }

    @ParameterizedTest
    @CsvSource({"ABCD, 0x1234", "BADC, 0x3412", "CDAB, 0x1234", "DCBA, 0x3412"})
    void sixteenBitValuesKnowOnlyTheOrderOfTheirBytes(WordOrder order, String register) {
        int[] registers = {Integer.decode(register)};
        assertEquals(
                new Value.Whole(0x1234), RegisterDecoder.decode(Points.ordered(DataType.UINT16, order), registers, 0));
    }

    @ParameterizedTest
    @CsvSource({
        "INT16, 0xFFFF, 0, -1",
        "INT16, 0x8000, 0, -32768",
        "UINT16, 0xFFFF, 0, 65535",
        "INT32, 0xFFFF, 0xFFFE, -2",
        "UINT32, 0xFFFF, 0xFFFE, 4294967294",
        "INT32, 0x8000, 0x0000, -2147483648",
    })
    void signsAreKept(DataType type, String first, String second, long expected) {
        int[] registers = {Integer.decode(first), Integer.decode(second)};
        assertEquals(new Value.Whole(expected), RegisterDecoder.decode(Points.holding(0, type), registers, 0));
    }

    @ParameterizedTest
    @CsvSource({"215, 0.1, 0, 21.5", "3, 0.1, 0, 0.3", "1000, 0.01, -40, -30", "7, 10, 0, 70", "65535, 0.001, 0, 65.535"
    })
    void scalingShowsNoBinaryNoise(int raw, double scale, double offset, double expected) {
        assertEquals(
                new Value.Decimal(expected),
                RegisterDecoder.decode(Points.scaled(DataType.UINT16, scale, offset), new int[] {raw}, 0));
    }

    @Test
    void aFloatIsTheNumberItsDeviceShows() {
        int bits = Float.floatToIntBits(21.3f);
        int[] registers = {bits >>> 16, bits & 0xFFFF};
        assertEquals(
                new Value.Decimal(21.3), RegisterDecoder.decode(Points.holding(0, DataType.FLOAT32), registers, 0));
    }

    @ParameterizedTest
    @CsvSource({"0x7FC0, 0", "0x7F80, 0", "0xFF80, 0", "0x7F80, 1"})
    void aFloatThatIsNoNumberIsNoValue(String first, int second) {
        int[] registers = {Integer.decode(first), second};
        assertNull(RegisterDecoder.decode(Points.holding(0, DataType.FLOAT32), registers, 0));
    }

    @Test
    void oneBitOfARegisterIsRead() {
        int[] registers = {0, 0b1000_0000_0000_0100};
        assertEquals(new Value.Flag(true), RegisterDecoder.decode(Points.bit(1, 2), registers, 1));
        assertEquals(new Value.Flag(true), RegisterDecoder.decode(Points.bit(1, 15), registers, 1));
        assertEquals(new Value.Flag(false), RegisterDecoder.decode(Points.bit(1, 3), registers, 1));
    }

    @Test
    void aCoilIsAFlag() {
        ModbusPoint coil = Points.point(RegisterTable.COIL, 0, DataType.BIT);
        assertEquals(new Value.Flag(true), RegisterDecoder.decode(coil, new int[] {0, 1}, 1));
    }
}

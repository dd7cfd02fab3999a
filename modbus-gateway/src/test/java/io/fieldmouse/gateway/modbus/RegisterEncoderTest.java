package io.fieldmouse.gateway.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.fieldmouse.gateway.modbus.RegisterEncoder.Encoded;
import io.fieldmouse.gateway.reading.Value;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class RegisterEncoderTest {

    @ParameterizedTest
    @EnumSource(WordOrder.class)
    void whatIsEncodedDecodesToItself(WordOrder order) {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 500; i++) {
            assertRoundTrip(Points.ordered(DataType.INT16, order), new Value.Whole((short) random.nextInt()));
            assertRoundTrip(Points.ordered(DataType.UINT16, order), new Value.Whole(random.nextInt(0x10000)));
            assertRoundTrip(Points.ordered(DataType.INT32, order), new Value.Whole(random.nextInt()));
            assertRoundTrip(Points.ordered(DataType.UINT32, order), new Value.Whole(random.nextLong(0x1_0000_0000L)));
            float number = (float) random.nextDouble(-1e6, 1e6);
            assertRoundTrip(
                    Points.ordered(DataType.FLOAT32, order),
                    new Value.Decimal(Double.parseDouble(Float.toString(number))));
        }
    }

    private static void assertRoundTrip(ModbusPoint point, Value value) {
        Encoded.Places encoded = assertInstanceOf(Encoded.Places.class, RegisterEncoder.encode(point, value));
        int[] registers = encoded.places().stream().mapToInt(Integer::intValue).toArray();
        assertEquals(value, RegisterDecoder.decode(point, registers, 0), point.toString());
    }

    @Test
    void theOrderOfFourBytesIsAsDrawn() {
        assertEquals(
                new Encoded.Places(List.of(0x7856, 0x3412)),
                RegisterEncoder.encode(Points.ordered(DataType.UINT32, WordOrder.DCBA), new Value.Whole(0x12345678)));
    }

    @ParameterizedTest
    @CsvSource({
        "21.5, 0.1, 0, 215",
        "0.3, 0.1, 0, 3",
        "-30, 0.01, -40, 1000",
        "21.53, 0.1, 0, 215",
        "21.55, 0.1, 0, 216"
    })
    void aScaledPointTakesTheNearestStep(double value, double scale, double offset, int raw) {
        assertEquals(
                new Encoded.Places(List.of(raw)),
                RegisterEncoder.encode(Points.scaled(DataType.UINT16, scale, offset), new Value.Decimal(value)));
    }

    @Test
    void aWholeNumberSentAsDecimalFitsAnUnscaledRegister() {
        assertEquals(
                new Encoded.Places(List.of(40)),
                RegisterEncoder.encode(Points.holding(0, DataType.UINT16), new Value.Decimal(40.0)));
    }

    @Test
    void aValueBetweenTwoStepsIsWrittenAsTheNearerOne() {
        ModbusPoint tenths = Points.scaled(DataType.INT16, 0.1, 0);
        assertEquals(new Encoded.Places(List.of(401)), RegisterEncoder.encode(tenths, new Value.Decimal(40.05)));
        assertEquals(new Encoded.Places(List.of(400)), RegisterEncoder.encode(tenths, new Value.Decimal(40.04)));
        assertEquals(
                new Encoded.Places(List.of(0x10000 - 401)), RegisterEncoder.encode(tenths, new Value.Decimal(-40.05)));
    }

    @Test
    void whatDoesNotFitIsRefusedInWords() {
        assertRefused(
                "70000 does not fit uint16 (0..65535) after scale 0.1",
                Points.scaled(DataType.UINT16, 0.1, 0),
                new Value.Whole(70_000));
        assertRefused(
                "65536 does not fit uint16 (0..65535)", Points.holding(0, DataType.UINT16), new Value.Whole(65_536));
        assertRefused("-1 does not fit uint16 (0..65535)", Points.holding(0, DataType.UINT16), new Value.Whole(-1));
        assertRefused(
                "40000 does not fit int16 (-32768..32767)", Points.holding(0, DataType.INT16), new Value.Whole(40_000));
        assertRefused(
                "9223372036854775807 does not fit uint32 (0..4294967295)",
                Points.holding(0, DataType.UINT32),
                new Value.Whole(Long.MAX_VALUE));
        assertRefused(
                "21.5 does not fit uint16: it takes whole numbers only",
                Points.holding(0, DataType.UINT16),
                new Value.Decimal(21.5));
        assertRefused(
                "on or off does not fit uint16: a number is needed",
                Points.holding(0, DataType.UINT16),
                new Value.Flag(true));
        assertRefused("2 does not fit a bit: it takes on or off, 1 or 0", Points.bit(0, 3), new Value.Whole(2));
        assertInstanceOf(
                Encoded.Refused.class,
                RegisterEncoder.encode(Points.holding(0, DataType.FLOAT32), new Value.Decimal(1e300)));
    }

    @Test
    void oneAndZeroAreOnAndOff() {
        assertEquals(new Encoded.Places(List.of(1)), RegisterEncoder.encode(Points.bit(0, 3), new Value.Whole(1)));
        assertEquals(new Encoded.Places(List.of(0)), RegisterEncoder.encode(Points.bit(0, 3), new Value.Flag(false)));
    }

    private static void assertRefused(String reason, ModbusPoint point, Value value) {
        assertEquals(new Encoded.Refused(reason), RegisterEncoder.encode(point, value));
    }
}

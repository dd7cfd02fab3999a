package io.fieldmouse.gateway.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.link.SerialSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReadPlanTest {
    private final ReadPlan plan = planAt(9600, 4_000);

    /** Break-even gaps as computed by hand from the cost of a frame: facts of the wire, not of this program. */
    @ParameterizedTest
    @CsvSource({
        "9600, 4000, 10",
        "19200, 2000, 10",
        "115200, 300, 18",
        "115200, 5000, 45",
    })
    void aGapIsBridgedAsLongAsItIsCheaperThanAnotherRequest(int baud, long turnaroundMicros, int bridged) {
        ReadPlan plan = planAt(baud, turnaroundMicros);
        assertEquals(1, plan.of(twoRegistersWithGap(bridged)).size(), "gap " + bridged);
        assertEquals(2, plan.of(twoRegistersWithGap(bridged + 1)).size(), "gap " + (bridged + 1));
    }

    private static List<ModbusPoint> twoRegistersWithGap(int gap) {
        return List.of(Points.holding(100, DataType.UINT16), Points.holding(101 + gap, DataType.UINT16));
    }

    @Test
    void adjacentPointsAreOneRequestWhateverTheirOrder() {
        List<ReadRequest> requests = plan.of(List.of(
                Points.holding(12, DataType.FLOAT32),
                Points.holding(10, DataType.UINT16),
                Points.holding(11, DataType.INT16)));
        assertEquals(List.of("holding registers 10..13"), inWords(requests));
    }

    @Test
    void tablesAreNeverMixed() {
        List<ReadRequest> requests = plan.of(List.of(
                Points.holding(1, DataType.UINT16),
                Points.point(RegisterTable.INPUT_REGISTER, 2, DataType.UINT16),
                Points.point(RegisterTable.COIL, 3, DataType.BIT),
                Points.point(RegisterTable.DISCRETE_INPUT, 4, DataType.BIT)));
        assertEquals(
                List.of("coil 3", "discrete input 4", "input register 2", "holding register 1"), inWords(requests));
    }

    @Test
    void noRequestReadsMoreThanTheStandardAllows() {
        List<ModbusPoint> registers = IntStream.range(0, 300)
                .mapToObj(address -> Points.holding(address, DataType.UINT16))
                .toList();
        assertEquals(3, plan.of(registers).size());
        assertTrue(plan.of(registers).stream().allMatch(request -> request.count() <= 125));

        List<ModbusPoint> coils = IntStream.range(0, 2_001)
                .mapToObj(address -> Points.point(RegisterTable.COIL, address, DataType.BIT))
                .toList();
        assertEquals(2, plan.of(coils).size());
        assertTrue(plan.of(coils).stream().allMatch(request -> request.count() <= 2_000));
    }

    @Test
    void aValueOfTwoRegistersIsNeverCut() {
        List<ModbusPoint> floats = IntStream.range(0, 100)
                .mapToObj(i -> Points.holding(2 * i, DataType.FLOAT32))
                .toList();
        List<ReadRequest> requests = plan.of(floats);
        assertEquals(2, requests.size());
        assertTrue(requests.stream().allMatch(request -> request.count() % 2 == 0 && request.count() <= 124));
    }

    @Test
    void bitsAreCheapSoThatWideGapsAreBridged() {
        List<ReadRequest> requests = plan.of(List.of(
                Points.point(RegisterTable.COIL, 0, DataType.BIT),
                Points.point(RegisterTable.COIL, 150, DataType.BIT)));
        assertEquals(List.of("coils 0..150"), inWords(requests));
    }

    @Test
    void everyPlanReadsEveryPointOnceAndCostsNoMoreThanOneByOne() {
        SplittableRandom random = new SplittableRandom(42);
        for (int round = 0; round < 200; round++) {
            List<ModbusPoint> points = new ArrayList<>();
            for (int i = random.nextInt(1, 40); i > 0; i--) {
                points.add(Points.holding(
                        random.nextInt(0, 400), random.nextBoolean() ? DataType.UINT16 : DataType.UINT32));
            }
            List<ReadRequest> requests = plan.of(points);
            List<ModbusPoint> read = requests.stream()
                    .flatMap(request -> request.points().stream())
                    .toList();
            assertEquals(points.size(), read.size());
            assertEquals(new HashSet<>(points), new HashSet<>(read));
            requests.forEach(ReadPlanTest::assertCovered);
            List<ReadRequest> oneByOne =
                    points.stream().map(point -> ReadRequest.of(List.of(point))).toList();
            assertTrue(plan.nanos(requests) <= plan.nanos(oneByOne));
        }
    }

    private static void assertCovered(ReadRequest request) {
        for (ModbusPoint point : request.points()) {
            assertTrue(point.address() >= request.address()
                    && ReadRequest.end(point) <= request.address() + request.count());
        }
    }

    @Test
    void aDeclinedRequestIsPartedAtItsWidestGap() {
        ReadRequest request = ReadRequest.of(List.of(
                Points.holding(0, DataType.UINT16),
                Points.holding(1, DataType.UINT16),
                Points.holding(5, DataType.UINT16),
                Points.holding(7, DataType.UINT16)));
        assertEquals(List.of("holding registers 0..1", "holding registers 5..7"), inWords(request.split()));
    }

    @Test
    void aDeclinedRequestWithoutGapsIsPartedInTheMiddle() {
        ReadRequest request = ReadRequest.of(IntStream.range(0, 8)
                .mapToObj(address -> Points.holding(address, DataType.UINT16))
                .toList());
        assertEquals(List.of("holding registers 0..3", "holding registers 4..7"), inWords(request.split()));
    }

    @Test
    void partingEndsWithSinglePoints() {
        Set<String> pieces = new HashSet<>();
        List<ReadRequest> waiting = new ArrayList<>(plan.of(IntStream.range(0, 20)
                .mapToObj(address -> Points.holding(address, DataType.UINT16))
                .toList()));
        while (!waiting.isEmpty()) {
            ReadRequest request = waiting.remove(0);
            List<ReadRequest> parts = request.split();
            if (parts.isEmpty()) {
                pieces.add(request.inWords());
            }
            waiting.addAll(parts);
        }
        assertEquals(20, pieces.size());
    }

    @Test
    void bitsOfOneRegisterCannotBeParted() {
        assertEquals(
                List.of(),
                ReadRequest.of(List.of(Points.bit(3, 0), Points.bit(3, 9))).split());
    }

    @Test
    void theTimeOfARequestIsThatOfTheFormula() {
        LineTiming timing = LineTiming.of(new SerialSettings("x", 9600, SerialSettings.Parity.NONE, 8, 1));
        ReadPlan plan = new ReadPlan(timing, 0);
        // (13 + 2 * 10) characters of 1.041667 ms and a silence of 3.645834 ms, each rounded up to a nanosecond
        assertEquals(33 * 1_041_667 + 3_645_834, plan.nanos(RegisterTable.HOLDING_REGISTER, 10));
    }

    private static ReadPlan planAt(int baud, long turnaroundMicros) {
        LineTiming timing = LineTiming.of(new SerialSettings("x", baud, SerialSettings.Parity.NONE, 8, 1));
        return new ReadPlan(timing, TimeUnit.MICROSECONDS.toNanos(turnaroundMicros));
    }

    private static List<String> inWords(List<ReadRequest> requests) {
        return requests.stream().map(ReadRequest::inWords).toList();
    }
}

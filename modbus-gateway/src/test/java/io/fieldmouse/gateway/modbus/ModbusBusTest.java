package io.fieldmouse.gateway.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.LogLines;
import io.fieldmouse.gateway.link.SerialSettings;
import io.fieldmouse.gateway.reading.Quality;
import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.SetRequest;
import io.fieldmouse.gateway.reading.Value;
import io.fieldmouse.sim.Fault;
import io.fieldmouse.sim.Trigger;
import io.fieldmouse.sim.modbus.LineConfig;
import io.fieldmouse.sim.modbus.Parity;
import io.fieldmouse.sim.modbus.PointConfig;
import io.fieldmouse.sim.modbus.SeenFrame;
import io.fieldmouse.sim.modbus.SimulatedLine;
import io.fieldmouse.sim.modbus.SlaveConfig;
import io.fieldmouse.sim.modbus.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole bus against simulated devices on a pseudo-terminal, in real time. */
final class ModbusBusTest {
    private static final int BAUD = 115_200;
    private static final Duration TIMEOUT = Duration.ofMillis(400);

    private final ReadingLog readings = new ReadingLog();
    private Path link;
    private SimulatedLine simulated;
    private @Nullable ModbusBus bus;

    @BeforeEach
    void startLine(@TempDir Path folder) throws IOException {
        link = folder.resolve("tty");
        simulated = SimulatedLine.start(LineConfig.paced(
                        "line",
                        BAUD,
                        Parity.NONE,
                        SlaveConfig.of(
                                1,
                                PointConfig.holdingRegister(0, 215),
                                PointConfig.holdingRegister(1, 0b101),
                                PointConfig.holdingRegister(2, 0x41AA),
                                PointConfig.holdingRegister(3, 0x6666),
                                PointConfig.holdingRegister(9, 9).asReadOnly(),
                                PointConfig.coil(0, true)),
                        SlaveConfig.of(2, PointConfig.inputRegister(7, 77)))
                .withLink(link));
    }

    @AfterEach
    void stop() throws IOException {
        if (bus != null) {
            bus.close();
        }
        simulated.close();
    }

    private static ModbusPoint temperature() {
        return named("temperature", RegisterTable.HOLDING_REGISTER, 0, DataType.UINT16, 0.1);
    }

    private static ModbusPoint named(String name, RegisterTable table, int address, DataType type, double scale) {
        boolean bothWays = table == RegisterTable.COIL || table == RegisterTable.HOLDING_REGISTER;
        Writing writable = bothWays ? Writing.SINGLE : Writing.NEVER;
        return new ModbusPoint(name, table, address, type, 0, WordOrder.ABCD, scale, 0, "", writable, true);
    }

    private static ModbusDevice device(String name, int unitId, ModbusPoint... points) {
        return new ModbusDevice(name, unitId, List.of(points), Duration.ofMillis(100), TIMEOUT);
    }

    private void start(ModbusDevice... devices) {
        SerialSettings serial = new SerialSettings(link.toString(), BAUD, SerialSettings.Parity.NONE, 8, 1);
        bus = new ModbusBus(new ModbusBusConfig("line", serial, List.of(devices)), readings);
        bus.start();
    }

    private ModbusBus bus() {
        return Objects.requireNonNull(bus, "not started");
    }

    private SetOutcome set(String device, String point, Value value) {
        CompletableFuture<SetOutcome> outcome = new CompletableFuture<>();
        bus().submit(new SetRequest(device, point, value), outcome::complete);
        return outcome.orTimeout(20, TimeUnit.SECONDS).join();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1000 | INFO bus starts bus=line demandedLoad=",
                "  74 | WARN bus nearly full bus=line demandedLoad=",
                "  50 | ERROR bus cannot keep its intervals bus=line demandedLoad=",
            })
    void howFullTheLineWillBeIsSaidAtTheStart(int intervalMillis, String line) {
        // Twenty registers in one read take about 63 ms of a line at 9600 baud.
        ModbusPoint[] row = IntStream.range(0, 20)
                .mapToObj(address -> named("p" + address, RegisterTable.HOLDING_REGISTER, address, DataType.UINT16, 1))
                .toArray(ModbusPoint[]::new);
        SerialSettings serial = new SerialSettings("/dev/ttyNONE7", 9_600, SerialSettings.Parity.NONE, 8, 1);
        ModbusDevice device = new ModbusDevice("row", 1, List.of(row), Duration.ofMillis(intervalMillis), TIMEOUT);
        try (LogLines log = new LogLines();
                ModbusBus full = new ModbusBus(new ModbusBusConfig("line", serial, List.of(device)), readings)) {
            full.start();
            String said = log.of(ModbusBus.class).get(0);
            assertTrue(
                    said.startsWith(line + "\"at least " + Math.round(100 * full.demandedLoad())
                            + " % (if each device answers within 4 ms)\""),
                    said);
            assertEquals(1, log.of(ModbusBus.class).size());
        }
    }

    @Test
    void everyPointOfEveryDeviceIsRead() {
        start(
                device(
                        "heater",
                        1,
                        temperature(),
                        named("pressure", RegisterTable.HOLDING_REGISTER, 2, DataType.FLOAT32, 1),
                        named("running", RegisterTable.COIL, 0, DataType.BIT, 1)),
                device("meter", 2, named("count", RegisterTable.INPUT_REGISTER, 7, DataType.UINT16, 1)));
        assertEquals(new Value.Decimal(21.5), readings.awaitGood("heater/temperature"));
        assertEquals(new Value.Decimal(21.3), readings.awaitGood("heater/pressure"));
        assertEquals(new Value.Flag(true), readings.awaitGood("heater/running"));
        assertEquals(new Value.Whole(77), readings.awaitGood("meter/count"));
        readings.awaitAvailability("heater", true);
        readings.awaitAvailability("meter", true);
    }

    @Test
    void aWriteIsVerifiedAndItsFreshValueIsReportedAtOnce() {
        start(device("heater", 1, temperature()));
        readings.awaitGood("heater/temperature");
        assertEquals(
                new SetOutcome.Verified(new Value.Decimal(30.5)),
                set("heater", "temperature", new Value.Decimal(30.5)));
        assertEquals(305, simulated.slave(1).read(Table.HOLDING_REGISTER, 0));
        // The outcome is told after the reading.
        assertEquals(
                new Value.Decimal(30.5), readings.last("heater/temperature").value());
    }

    @Test
    void aFloatACoilAndOneBitAreWritten() {
        ModbusPoint bit = Points.bit(1, 1);
        start(device(
                "heater",
                1,
                named("pressure", RegisterTable.HOLDING_REGISTER, 2, DataType.FLOAT32, 1),
                named("running", RegisterTable.COIL, 0, DataType.BIT, 1),
                bit));
        assertEquals(
                new SetOutcome.Verified(new Value.Decimal(-7.25)), set("heater", "pressure", new Value.Decimal(-7.25)));
        assertEquals(new SetOutcome.Verified(new Value.Flag(false)), set("heater", "running", new Value.Flag(false)));
        assertEquals(new SetOutcome.Verified(new Value.Flag(true)), set("heater", bit.name(), new Value.Flag(true)));
        assertEquals(0, simulated.slave(1).read(Table.COIL, 0));
        assertEquals(0b111, simulated.slave(1).read(Table.HOLDING_REGISTER, 1));
        assertEquals(Float.floatToIntBits(-7.25f) >>> 16, simulated.slave(1).read(Table.HOLDING_REGISTER, 2));
    }

    @Test
    void devicesThatKnowOnlyFunctions15And16AreWrittenWithThose() {
        ModbusPoint level = multiple("level", RegisterTable.HOLDING_REGISTER, 0, DataType.UINT16);
        ModbusPoint running = multiple("running", RegisterTable.COIL, 0, DataType.BIT);
        start(device("heater", 1, level, running));
        assertEquals(new SetOutcome.Verified(new Value.Whole(42)), set("heater", "level", new Value.Whole(42)));
        assertEquals(new SetOutcome.Verified(new Value.Flag(false)), set("heater", "running", new Value.Flag(false)));
        List<String> requests = simulated.traffic().stream()
                .filter(frame -> frame.kind() == SeenFrame.Kind.REQUEST)
                .map(frame -> frame.hex().replace(" ", ""))
                .toList();
        assertTrue(requests.stream().anyMatch(hex -> hex.startsWith("011000000001" + "02002a")), requests.toString());
        assertTrue(requests.stream().anyMatch(hex -> hex.startsWith("010f00000001" + "0100")), requests.toString());
        assertTrue(requests.stream().noneMatch(hex -> hex.startsWith("0106") || hex.startsWith("0105")));
    }

    private static ModbusPoint multiple(String name, RegisterTable table, int address, DataType type) {
        return new ModbusPoint(name, table, address, type, 0, WordOrder.ABCD, 1, 0, "", Writing.MULTIPLE, true);
    }

    @Test
    void whatCannotBeWrittenIsRefusedInWords() {
        start(
                device("heater", 1, temperature()),
                device("meter", 2, named("count", RegisterTable.INPUT_REGISTER, 7, DataType.UINT16, 1)));
        assertEquals(
                new SetOutcome.Refused("there is no device boiler on bus line"),
                set("boiler", "temperature", new Value.Whole(1)));
        assertEquals(new SetOutcome.Refused("heater has no point colour"), set("heater", "colour", new Value.Whole(1)));
        assertEquals(new SetOutcome.Refused("meter/count is not writable"), set("meter", "count", new Value.Whole(1)));
        assertEquals(
                new SetOutcome.Refused("heater/temperature: 70000 does not fit uint16 (0..65535) after scale 0.1"),
                set("heater", "temperature", new Value.Whole(70_000)));
    }

    @Test
    void aWriteTheDeviceDeclinesHasFailed() {
        start(device("heater", 1, named("fixed", RegisterTable.HOLDING_REGISTER, 9, DataType.UINT16, 1)));
        SetOutcome.Failed failed =
                assertInstanceOf(SetOutcome.Failed.class, set("heater", "fixed", new Value.Whole(10)));
        assertTrue(failed.reason().startsWith("the device declined to write: exception"), failed.reason());
    }

    @Test
    void oneUnknownAddressDoesNotCostTheGoodPoints() {
        start(device(
                "heater",
                1,
                temperature(),
                named("missing", RegisterTable.HOLDING_REGISTER, 4, DataType.UINT16, 1),
                named("fixed", RegisterTable.HOLDING_REGISTER, 9, DataType.UINT16, 1)));
        assertEquals(new Value.Decimal(21.5), readings.awaitGood("heater/temperature"));
        assertEquals(new Value.Whole(9), readings.awaitGood("heater/fixed"));
        readings.await("heater/missing is bad", () -> readings.has("heater/missing", Quality.BAD));
        assertEquals(
                "the device answered exception 2 (illegal data address) to reading holding register 4",
                readings.last("heater/missing").reason());
        // Parted once and for all: from now on the one bad address is all that is declined.
        simulated.clearTraffic();
        readings.awaitNext("heater/temperature");
        readings.awaitNext("heater/temperature");
        assertFalse(simulated.traffic().stream().anyMatch(ModbusBusTest::isMergedRead));
    }

    @Test
    void aBusyDeviceKeepsItsLastValueAsStale() {
        simulated.slave(1).setFaults(new Fault.ExceptionReply(6, Trigger.always()));
        start(device("heater", 1, temperature()));
        String busy = "the device answered exception 6 (device busy) to reading holding register 0";
        readings.await("bad, it never had a value", () -> readings.has("heater/temperature", Quality.BAD));
        assertEquals(busy, readings.last("heater/temperature").reason());
        simulated.slave(1).setFaults();
        readings.awaitGood("heater/temperature");
        simulated.slave(1).setFaults(new Fault.ExceptionReply(6, Trigger.always()));
        readings.await("stale", () -> readings.has("heater/temperature", Quality.STALE));
        assertEquals(
                new Value.Decimal(21.5), readings.last("heater/temperature").value());
        assertEquals(busy, readings.last("heater/temperature").reason());
        readings.awaitAvailability("heater", true);
        simulated.slave(1).setFaults(new Fault.ExceptionReply(4, Trigger.always()));
        readings.await("bad", () -> readings.last("heater/temperature").quality() == Quality.BAD);
    }

    private static boolean isMergedRead(SeenFrame frame) {
        return frame.kind() == SeenFrame.Kind.REQUEST && frame.bytes()[5] > 1;
    }

    @Test
    void aSilentDeviceGoesStaleOnceAndComesBack() {
        start(device("heater", 1, temperature()));
        readings.awaitGood("heater/temperature");
        simulated.slave(1).setFaults(new Fault.Silent(Trigger.always()));
        readings.awaitAvailability("heater", false);
        assertEquals(Quality.STALE, readings.last("heater/temperature").quality());
        assertEquals(
                new Value.Decimal(21.5), readings.last("heater/temperature").value());
        assertEquals(
                "unit 1: no reply within 400 ms",
                readings.last("heater/temperature").reason());
        SetOutcome refused = set("heater", "temperature", new Value.Whole(1));
        assertEquals(new SetOutcome.Refused("heater is offline: it does not answer"), refused);
        simulated.slave(1).setFaults();
        readings.awaitAvailability("heater", true);
        assertEquals(Quality.GOOD, readings.last("heater/temperature").quality());
        assertEquals(1, readings.count("heater/temperature", Quality.STALE));
    }

    @Test
    void whatIsNotAnsweredGoesStaleAloneAndComesBack() {
        start(device(
                "heater",
                1,
                named("running", RegisterTable.COIL, 0, DataType.BIT, 1),
                named("level", RegisterTable.HOLDING_REGISTER, 2, DataType.UINT16, 1)));
        readings.awaitGood("heater/level");
        simulated.slave(1).setFaults(new Fault.Silent(Trigger.always().touching(2, 2)));
        readings.await("heater/level is stale", () -> readings.has("heater/level", Quality.STALE));
        assertEquals(
                "unit 1: no reply within 400 ms", readings.last("heater/level").reason());
        readings.awaitNext("heater/running");
        assertEquals(Quality.GOOD, readings.last("heater/running").quality());
        assertEquals(new SetOutcome.Verified(new Value.Flag(false)), set("heater", "running", new Value.Flag(false)));
        readings.awaitAvailability("heater", true);
        simulated.slave(1).setFaults();
        readings.await(
                "heater/level is good", () -> readings.last("heater/level").quality() == Quality.GOOD);
    }

    @Test
    void aLateReplyIsNeverTakenForAnotherRegister() {
        ModbusPoint far = named("far", RegisterTable.HOLDING_REGISTER, 9, DataType.UINT16, 1);
        ModbusPoint near = named("near", RegisterTable.HOLDING_REGISTER, 1, DataType.UINT16, 1);
        simulated.slave(1).setFaults(new Fault.Late(TIMEOUT.plusMillis(100), Trigger.everyNthRequest(3)));
        // Two devices on one unit, one register each: only the rest of the unit keeps their replies apart.
        start(device("a", 1, far), device("b", 1, near));
        readings.await("three late replies", () -> bus().diagnostics().get(0).lateReplies() >= 3);
        readings.goodValues("a/far").forEach(value -> assertEquals(new Value.Whole(9), value));
        readings.goodValues("b/near").forEach(value -> assertEquals(new Value.Whole(5), value));
    }

    @Test
    void aMissingPortIsTriedUntilItIsThere() throws IOException {
        simulated.unplug();
        start(device("heater", 1, temperature()));
        readings.awaitAvailability("heater", false);
        assertEquals(Quality.BAD, readings.last("heater/temperature").quality());
        assertTrue(readings.last("heater/temperature").reason().contains("does not exist"));
        assertInstanceOf(SetOutcome.Refused.class, set("heater", "temperature", new Value.Whole(1)));
        simulated.plugIn();
        assertEquals(new Value.Decimal(21.5), readings.awaitGood("heater/temperature"));
        readings.awaitAvailability("heater", true);
    }

    @Test
    void aPulledAdapterHealsWithoutARestart() throws IOException {
        start(device("heater", 1, temperature()));
        readings.awaitGood("heater/temperature");
        simulated.unplug();
        readings.awaitAvailability("heater", false);
        assertEquals(Quality.STALE, readings.last("heater/temperature").quality());
        simulated.plugIn();
        readings.awaitAvailability("heater", true);
        assertEquals(Quality.GOOD, readings.last("heater/temperature").quality());
    }

    @Test
    void closingEndsTheThreadAndFreesThePort() {
        start(device("heater", 1, temperature()));
        readings.awaitGood("heater/temperature");
        bus().close();
        assertFalse(Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("bus-line")));
        assertInstanceOf(SetOutcome.Refused.class, set("heater", "temperature", new Value.Whole(1)));
    }

    @Test
    void theDemandedLoadIsTheShareOfTheLinesTime() {
        SerialSettings serial = new SerialSettings("/dev/none", 9600, SerialSettings.Parity.NONE, 8, 1);
        ModbusDevice device = device("heater", 1, temperature());
        ModbusBus unstarted = new ModbusBus(new ModbusBusConfig("x", serial, List.of(device)), readings);
        // 15 characters of 1.0417 ms, 4 ms of thinking and 3.646 ms of silence in each 100 ms
        assertEquals(0.2327, unstarted.demandedLoad(), 0.0001);
        unstarted.close();
    }

    @Test
    void aDeviceTooSlowForItsIntervalIsToldOnceWithTheNumbers() throws IOException {
        simulated.close();
        Duration slow = Duration.ofMillis(150);
        simulated = SimulatedLine.start(LineConfig.paced(
                        "line",
                        BAUD,
                        Parity.NONE,
                        SlaveConfig.of(1, PointConfig.holdingRegister(0, 215)).withTurnaround(slow),
                        SlaveConfig.of(2, PointConfig.inputRegister(7, 77)))
                .withLink(link));
        try (LogLines log = new LogLines()) {
            start(
                    device("meter", 2, named("count", RegisterTable.INPUT_REGISTER, 7, DataType.UINT16, 1)),
                    device("heater", 1, temperature()));
            readings.await("the warning", () -> warnings(log).size() == 1);
            String told = warnings(log).get(0);
            assertTrue(told.startsWith("WARN bus cannot keep its intervals bus=line measuredLoad=\"1"), told);
            assertTrue(told.contains(" slowest=heater unit=1 turnaroundMs=1"), told);
            long replies = bus().diagnostics().get(1).replies();
            readings.await("more polls", () -> bus().diagnostics().get(1).replies() > replies + 10);
            assertEquals(1, warnings(log).size());
        }
    }

    private static List<String> warnings(LogLines log) {
        return log.of(LineReport.class).stream()
                .filter(line -> line.startsWith("WARN"))
                .toList();
    }

    @Test
    void theCountersAreToldAtTheEndWithTheUnitsThatHadFaults() {
        try (LogLines log = new LogLines()) {
            start(device("heater", 1, temperature()), device("nobody", 9, temperature()));
            readings.awaitGood("heater/temperature");
            readings.awaitAvailability("nobody", false);
            bus().close();
            bus().close();
            List<String> told = log.of(LineReport.class);
            assertEquals(2, told.size(), told.toString());
            assertTrue(told.get(0).matches("INFO bus ended bus=line requests=[1-9]\\d* replies=[1-9].*"), told.get(0));
            assertTrue(
                    told.get(1)
                            .matches("INFO unit counters bus=line device=nobody unit=9 requests=(\\d+) replies=0"
                                    + " exceptions=0 timeouts=\\1 crc=0 .*"),
                    told.get(1));
        }
    }

    @Test
    void diagnosticsCountWhatHappened() {
        start(device("heater", 1, temperature()), device("nobody", 9, temperature()));
        readings.awaitAvailability("nobody", false);
        List<UnitDiagnostics> units = bus().diagnostics();
        assertTrue(units.get(0).replies() > 0);
        assertTrue(units.get(0).turnaroundMicros() > 0);
        assertTrue(units.get(1).timeouts() >= 2);
        assertEquals(0, units.get(1).replies());
    }
}

package io.fieldmouse.gateway.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.LogLines;
import io.fieldmouse.gateway.bus.DeviceHealth;
import io.fieldmouse.gateway.link.SerialSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a bus says of its line in the course of hours. */
final class LineReportTest {
    private static final long START = Long.MAX_VALUE - 5;
    private static final LineTiming TIMING =
            LineTiming.of(new SerialSettings("x", 9600, SerialSettings.Parity.NONE, 8, 1));

    private final LineCounters counters = new LineCounters();
    private final List<ModbusDevice> devices = List.of(device("heater", 1), device("meter", 2));
    private final LineReport report = new LineReport(
            "line",
            new LineLoad(TIMING, devices.stream().map(this::unit).toList(), counters, 0),
            counters,
            () -> devices.stream()
                    .map(device -> UnitDiagnostics.of(device, new DeviceHealth.Online(), counters))
                    .toList(),
            START);

    private static ModbusDevice device(String name, int unitId) {
        Duration second = Duration.ofSeconds(1);
        return new ModbusDevice(name, unitId, List.of(Points.holding(0, DataType.UINT16)), second, second);
    }

    private ModbusUnit unit(ModbusDevice device) {
        ScriptedLink link = new ScriptedLink();
        RtuLine line = new RtuLine(() -> link, TIMING, counters, link::now);
        return new ModbusUnit(device, new ReadPlan(TIMING, 0), line, new LineClock(() -> Instant.EPOCH, link::now));
    }

    private void answered(int unit, long turnaroundNanos) {
        counters.count(unit, LineCounters.Kind.REQUESTS);
        counters.count(unit, LineCounters.Kind.REPLIES);
        counters.turnaround(unit, turnaroundNanos);
    }

    @Test
    void theCountersAreToldEveryHourWithTheUnitsThatHadFaultsMeanwhile() {
        try (LogLines log = new LogLines()) {
            answered(1, 0);
            counters.count(2, LineCounters.Kind.REQUESTS);
            counters.count(2, Exchange.Fault.BAD_CRC);
            report.look(START);
            report.look(START + LineReport.EVERY_NANOS - 1);
            assertEquals(List.of(), log.of(LineReport.class));
            for (long minute = 60; minute < 180; minute++) {
                report.look(START + LineReport.EVERY_NANOS / 60 * minute);
            }
            String line = "INFO bus counters bus=line requests=2 replies=1 exceptions=0 timeouts=0 crc=1 short=0"
                    + " mismatched=0 lineBusy=0 late=0 strayBytes=0 measuredLoad=\"4 %\"";
            String unit = "INFO unit counters bus=line device=meter unit=2 requests=1 replies=0 exceptions=0 timeouts=0"
                    + " crc=1 short=0 mismatched=0 lineBusy=0 late=0 turnaroundMs=0";
            assertEquals(List.of(line, unit, line), log.of(LineReport.class));
        }
    }

    @Test
    void aFewSlowRepliesAreNoMeasure() {
        try (LogLines log = new LogLines()) {
            for (int reply = 1; reply < 8; reply++) {
                answered(1, 2_000_000_000L);
            }
            report.look(START);
            assertEquals(List.of(), log.of(LineReport.class));
            answered(1, 2_000_000_000L);
            report.look(START + LineReport.EVERY_NANOS / 2);
            report.look(START + LineReport.EVERY_NANOS / 2 + 2_000_000_000L);
            assertEquals(1, log.of(LineReport.class).size());
            String told = log.of(LineReport.class).get(0);
            assertTrue(
                    told.startsWith("WARN bus cannot keep its intervals bus=line measuredLoad=\"204 %\" slowest=heater"
                            + " unit=1 turnaroundMs=2000 needs=\"202 %\""),
                    told);
        }
    }
}

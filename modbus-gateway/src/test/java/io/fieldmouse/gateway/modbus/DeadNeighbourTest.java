package io.fieldmouse.gateway.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.link.SerialSettings;
import io.fieldmouse.sim.modbus.LineConfig;
import io.fieldmouse.sim.modbus.Parity;
import io.fieldmouse.sim.modbus.PointConfig;
import io.fieldmouse.sim.modbus.SeenFrame;
import io.fieldmouse.sim.modbus.SimulatedLine;
import io.fieldmouse.sim.modbus.SlaveConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a dead device costs the others, seen on the wire. */
final class DeadNeighbourTest {
    private static final int BAUD = 9_600;
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration TIMEOUT = Duration.ofMillis(250);
    /** Registers for one poll that takes about 170 ms at 9600 baud: two of them are a load of 70 %. */
    private static final int REGISTERS = 72;

    /** What any machine may add; what a busy one adds beyond that is measured. */
    private static final Duration MACHINE = Duration.ofMillis(150);

    private static final int POLLS = 12;

    @Test
    void noLivePollStartsLaterThanItsIntervalAndOneTimeout() throws IOException {
        PointConfig row = PointConfig.holdingRegister(0, 7).times(REGISTERS);
        ReadingLog readings = new ReadingLog();
        try (MachineDelay machine = new MachineDelay();
                SimulatedLine line = SimulatedLine.start(
                        LineConfig.paced("line", BAUD, Parity.NONE, SlaveConfig.of(1, row), SlaveConfig.of(2, row)))) {
            SerialSettings serial = new SerialSettings(line.path().toString(), BAUD, SerialSettings.Parity.NONE, 8, 1);
            List<ModbusDevice> devices = List.of(device("one", 1), device("dead", 9), device("two", 2));
            try (ModbusBus bus = new ModbusBus(new ModbusBusConfig("line", serial, devices), readings)) {
                assertEquals(0.7, (bus.demandedLoad() * 2) / 3, 0.03, "the two live devices");
                bus.start();
                readings.await(
                        "polls of both",
                        () -> starts(line, 1).size() > POLLS && starts(line, 2).size() > POLLS);
            }
            assertTrue(starts(line, 9).size() >= 3, "the dead one was asked, retried and probed");
            assertPunctual(starts(line, 1), machine);
            assertPunctual(starts(line, 2), machine);
        }
    }

    private static void assertPunctual(List<Long> starts, MachineDelay machine) {
        long allowed = INTERVAL.plus(TIMEOUT).plus(MACHINE).toNanos();
        for (int i = 1; i < starts.size(); i++) {
            long gap = starts.get(i) - starts.get(i - 1);
            // The bus and the simulated line are late one after the other.
            long late = 2 * machine.nanosBetween(starts.get(i - 1), starts.get(i));
            assertTrue(
                    gap <= allowed + late,
                    "poll " + i + " began " + gap / 1_000_000 + " ms after the one before, of which the machine took "
                            + late / 1_000_000);
        }
    }

    private static List<Long> starts(SimulatedLine line, int unitId) {
        return line.traffic().stream()
                .filter(frame -> frame.kind() == SeenFrame.Kind.REQUEST && frame.unitId() == unitId)
                .map(SeenFrame::startNanos)
                .toList();
    }

    private static ModbusDevice device(String name, int unitId) {
        List<ModbusPoint> points = IntStream.range(0, REGISTERS)
                .mapToObj(address -> Points.holding(address, DataType.UINT16))
                .toList();
        return new ModbusDevice(name, unitId, points, INTERVAL, TIMEOUT);
    }
}

package io.fieldmouse.sim.modbus;

import io.fieldmouse.sim.Fault;
import java.time.Duration;
import java.util.List;

/**
 * One simulated device on a line.
 *
 * @param unitId its address, 1 to 247
 * @param name for logs
 * @param turnaround how long it takes to begin a reply; the line's frame silence if that is longer
 * @param points what its tables hold; of two at the same address the later one counts
 * @param faults how it misbehaves from the start
 */
public record SlaveConfig(int unitId, String name, Duration turnaround, List<PointConfig> points, List<Fault> faults) {
    public SlaveConfig {
        if (unitId < 1 || unitId > 247) {
            throw new IllegalArgumentException(name + ": unit " + unitId + ", allowed are 1 to 247");
        }
        if (turnaround.isNegative()) {
            throw new IllegalArgumentException(name + ": turnaround is " + turnaround + ", must not be negative");
        }
        points = List.copyOf(points);
        faults = List.copyOf(faults);
    }

    /** A well-behaved device that answers at once, named after its unit. */
    public static SlaveConfig of(int unitId, PointConfig... points) {
        return new SlaveConfig(unitId, "unit" + unitId, Duration.ZERO, List.of(points), List.of());
    }

    /** The same with another time to begin a reply. */
    public SlaveConfig withTurnaround(Duration turnaround) {
        return new SlaveConfig(unitId, name, turnaround, points, faults);
    }

    /** The same with these faults. */
    public SlaveConfig withFaults(Fault... faults) {
        return new SlaveConfig(unitId, name, turnaround, points, List.of(faults));
    }
}

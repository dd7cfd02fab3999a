package io.fieldmouse.gateway.modbus;

import java.util.List;

/**
 * The share of a line's time that its polls need, 1 for all of it, while nobody is silent. Whether a device takes one
 * millisecond or seven hundred to begin its answer is not in the configuration: it is assumed until it was measured.
 */
final class LineLoad {
    /** A mean over fewer replies says more of the moment than of the unit. */
    private static final long REPLIES_MIN = 8;

    private final LineTiming timing;
    private final List<ModbusUnit> units;
    private final LineCounters counters;
    private final long assumedNanos;

    /** @param assumedNanos what a unit is taken to need before it answers, while too little was measured */
    LineLoad(LineTiming timing, List<ModbusUnit> units, LineCounters counters, long assumedNanos) {
        this.timing = timing;
        this.units = units;
        this.counters = counters;
        this.assumedNanos = assumedNanos;
    }

    /** As if each unit needed the assumed time. */
    double assumed() {
        return units.stream().mapToDouble(unit -> share(unit, assumedNanos)).sum();
    }

    /** With what was measured. The bus's thread only. */
    double measured() {
        return units.stream()
                .mapToDouble(unit -> share(unit, turnaroundNanos(unit)))
                .sum();
    }

    /** The unit that needs the most of the line's time. The bus's thread only. */
    ModbusUnit slowest() {
        ModbusUnit slowest = units.get(0);
        for (ModbusUnit unit : units) {
            if (share(unit, turnaroundNanos(unit)) > share(slowest, turnaroundNanos(slowest))) {
                slowest = unit;
            }
        }
        return slowest;
    }

    /** From the end of a request to the begin of its reply. */
    long turnaroundNanos(ModbusUnit unit) {
        boolean known = counters.of(unit.unitId(), LineCounters.Kind.REPLIES) >= REPLIES_MIN;
        return known ? counters.turnaroundNanos(unit.unitId()) : assumedNanos;
    }

    double share(ModbusUnit unit, long turnaroundNanos) {
        return (double) unit.pollNanos(new ReadPlan(timing, turnaroundNanos))
                / unit.interval().toNanos();
    }

    static String percent(double share) {
        return Math.round(100 * share) + " %";
    }
}

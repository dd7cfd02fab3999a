package io.fieldmouse.gateway.modbus;

import io.fieldmouse.gateway.bus.DeviceHealth;
import java.util.concurrent.TimeUnit;

/**
 * What happened with one unit since the start. All counts only grow.
 *
 * @param replies answers used, exception replies not among them
 * @param slaveExceptions exception replies
 * @param timeouts requests that nothing answered
 * @param badCrc requests answered by bytes that make no frame
 * @param shortReplies requests answered by the beginning of a frame
 * @param mismatched requests for which only replies to something else came: other unit, function, length or echo
 * @param lineBusy requests not sent because the line was never silent
 * @param lateReplies complete replies that came too late or unasked; recognised and never used. When they grow, the
 *     timeout is too short for the unit
 * @param turnaroundMicros how long the unit thinks before it answers, a running mean; 0 before the first answer
 */
public record UnitDiagnostics(
        String device,
        int unitId,
        DeviceHealth health,
        long requests,
        long replies,
        long slaveExceptions,
        long timeouts,
        long badCrc,
        long shortReplies,
        long mismatched,
        long lineBusy,
        long lateReplies,
        long turnaroundMicros) {

    /** Everything that went otherwise than asked and answered in time. */
    long faults() {
        return slaveExceptions + timeouts + badCrc + shortReplies + mismatched + lineBusy + lateReplies;
    }

    static UnitDiagnostics of(ModbusDevice device, DeviceHealth health, LineCounters counters) {
        int unit = device.unitId();
        return new UnitDiagnostics(
                device.name(),
                unit,
                health,
                counters.of(unit, LineCounters.Kind.REQUESTS),
                counters.of(unit, LineCounters.Kind.REPLIES),
                counters.of(unit, LineCounters.Kind.SLAVE_EXCEPTIONS),
                counters.of(unit, Exchange.Fault.TIMEOUT),
                counters.of(unit, Exchange.Fault.BAD_CRC),
                counters.of(unit, Exchange.Fault.SHORT),
                counters.of(unit, Exchange.Fault.WRONG_UNIT)
                        + counters.of(unit, Exchange.Fault.WRONG_FUNCTION)
                        + counters.of(unit, Exchange.Fault.WRONG_LENGTH)
                        + counters.of(unit, Exchange.Fault.WRONG_ECHO),
                counters.of(unit, Exchange.Fault.LINE_BUSY),
                counters.of(unit, LineCounters.Kind.LATE_REPLIES),
                TimeUnit.NANOSECONDS.toMicros(counters.turnaroundNanos(unit)));
    }
}

package io.fieldmouse.gateway.modbus;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a bus says of its line in the log: its counters every hour, all since the start, with a line for each unit that
 * had faults meanwhile; and once, when its units turn out to be too slow for their intervals. Owned by the bus's thread,
 * but for {@link #ended}.
 */
final class LineReport {
    private static final Logger LOG = LoggerFactory.getLogger(LineReport.class);

    static final long EVERY_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String bus;
    private final LineLoad load;
    private final LineCounters counters;
    private final Supplier<List<UnitDiagnostics>> units;
    /** By device, what was told last. */
    private final Map<String, Long> faultsTold = new HashMap<>();

    private long nextLookNanos;
    private long nextReportNanos;
    private boolean overloadTold;

    LineReport(String bus, LineLoad load, LineCounters counters, Supplier<List<UnitDiagnostics>> units, long nowNanos) {
        this.bus = bus;
        this.load = load;
        this.counters = counters;
        this.units = units;
        this.nextLookNanos = nowNanos;
        this.nextReportNanos = nowNanos + EVERY_NANOS;
    }

    /** To be called often; says something when it is time to. */
    void look(long nowNanos) {
        if (nowNanos - nextLookNanos < 0) {
            return;
        }
        nextLookNanos = nowNanos + LOOK_NANOS;
        double measured = load.measured();
        if (measured > 1 && !overloadTold) {
            overloadTold = true;
            tellOverload(measured);
        }
        if (nowNanos - nextReportNanos >= 0) {
            nextReportNanos = nowNanos + EVERY_NANOS;
            List<UnitDiagnostics> now = units.get();
            LOG.info("bus counters bus={} {} measuredLoad=\"{}\"", bus, totals(now), LineLoad.percent(measured));
            now.stream().filter(this::isNews).forEach(this::tell);
        }
    }

    private void tellOverload(double measured) {
        ModbusUnit slowest = load.slowest();
        long turnaroundNanos = load.turnaroundNanos(slowest);
        LOG.warn(
                "bus cannot keep its intervals bus={} measuredLoad=\"{}\" slowest={} unit={} turnaroundMs={} needs=\"{}\""
                        + " cure=\"lengthen the slow device's interval, or move it to another line\"",
                bus,
                LineLoad.percent(measured),
                slowest.name(),
                slowest.unitId(),
                TimeUnit.NANOSECONDS.toMillis(turnaroundNanos),
                LineLoad.percent(load.share(slowest, turnaroundNanos)));
    }

    private boolean isNews(UnitDiagnostics unit) {
        Long before = faultsTold.put(unit.device(), unit.faults());
        return unit.faults() > (before == null ? 0 : before);
    }

    /** The last word, when the bus's thread has ended. */
    void ended() {
        List<UnitDiagnostics> atTheEnd = units.get();
        LOG.info("bus ended bus={} {}", bus, totals(atTheEnd));
        atTheEnd.stream().filter(unit -> unit.faults() > 0).forEach(this::tell);
    }

    private void tell(UnitDiagnostics unit) {
        LOG.info(
                "unit counters bus={} device={} unit={} {} turnaroundMs={}",
                bus,
                unit.device(),
                unit.unitId(),
                counts(List.of(unit)),
                TimeUnit.MICROSECONDS.toMillis(unit.turnaroundMicros()));
    }

    private String totals(List<UnitDiagnostics> all) {
        return counts(all) + " strayBytes=" + counters.strayBytes();
    }

    private static String counts(List<UnitDiagnostics> of) {
        return "requests=" + sum(of, UnitDiagnostics::requests)
                + " replies=" + sum(of, UnitDiagnostics::replies)
                + " exceptions=" + sum(of, UnitDiagnostics::slaveExceptions)
                + " timeouts=" + sum(of, UnitDiagnostics::timeouts)
                + " crc=" + sum(of, UnitDiagnostics::badCrc)
                + " short=" + sum(of, UnitDiagnostics::shortReplies)
                + " mismatched=" + sum(of, UnitDiagnostics::mismatched)
                + " lineBusy=" + sum(of, UnitDiagnostics::lineBusy)
                + " late=" + sum(of, UnitDiagnostics::lateReplies);
    }

    private static long sum(List<UnitDiagnostics> of, ToLongFunction<UnitDiagnostics> count) {
        return of.stream().mapToLong(count).sum();
    }
}

package io.fieldmouse.gateway.modbus;

import io.fieldmouse.gateway.modbus.Exchange.Fault;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What happened on a line, unit by unit. Written by the bus's thread, read by any. */
final class LineCounters {

    /** Everything that is counted of one unit besides its faults. */
    enum Kind {
        REQUESTS,
        REPLIES,
        SLAVE_EXCEPTIONS,
        /** Complete replies that came when nobody waited for them, or waited for another: recognised, never used. */
        LATE_REPLIES
    }

    /** At most 256 entries: unit ids are one byte. */
    private final Map<Integer, UnitTally> units = new ConcurrentHashMap<>();

    private final AtomicLong strayBytes = new AtomicLong();

    void count(int unit, Kind kind) {
        unit(unit).kind(kind).incrementAndGet();
    }

    void count(int unit, Fault fault) {
        unit(unit).fault(fault).incrementAndGet();
    }

    /** From the end of the request on the wire to the first byte of the reply; a running mean over some eight replies. */
    void turnaround(int unit, long nanos) {
        unit(unit).turnaroundNanos.updateAndGet(mean -> mean == 0 ? nanos : mean + (nanos - mean) / 8);
    }

    void strayBytes(int bytes) {
        strayBytes.addAndGet(bytes);
    }

    long of(int unit, Kind kind) {
        return unit(unit).kind(kind).get();
    }

    long of(int unit, Fault fault) {
        return unit(unit).fault(fault).get();
    }

    long turnaroundNanos(int unit) {
        return unit(unit).turnaroundNanos.get();
    }

    /** Bytes that belonged to no recognisable frame. */
    long strayBytes() {
        return strayBytes.get();
    }

    private UnitTally unit(int unit) {
        return units.computeIfAbsent(unit, id -> new UnitTally());
    }

    /** The counters of one unit; the maps are full from the start and never change. */
    private static final class UnitTally {
        private final Map<Kind, AtomicLong> kinds = new EnumMap<>(Kind.class);
        private final Map<Fault, AtomicLong> faults = new EnumMap<>(Fault.class);
        private final AtomicLong turnaroundNanos = new AtomicLong();

        UnitTally() {
            for (Kind kind : Kind.values()) {
                kinds.put(kind, new AtomicLong());
            }
            for (Fault fault : Fault.values()) {
                faults.put(fault, new AtomicLong());
            }
        }

        AtomicLong kind(Kind kind) {
            return Objects.requireNonNull(kinds.get(kind));
        }

        AtomicLong fault(Fault fault) {
            return Objects.requireNonNull(faults.get(fault));
        }
    }
}

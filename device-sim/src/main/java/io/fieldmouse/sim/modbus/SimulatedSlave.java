package io.fieldmouse.sim.modbus;

import io.fieldmouse.sim.AddressRange;
import io.fieldmouse.sim.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One simulated Modbus device: its tables, its faults of the moment, its counters.
 *
 * <p>The line's thread asks it for replies; tests look into it and change it meanwhile, so each method takes the slave's
 * lock. Signals and fault windows run from the start of the line, also while the line is unplugged.
 */
public final class SimulatedSlave {
    /** What the slave has done since the line started. */
    public record Counters(long requests, long replies, long exceptions, long faults) {}

    /** A reply to be sent, and how long after it could have been. */
    record Reply(RtuFrame frame, Duration delay) {}

    private static final int UNIT_ID_MAX = 247;

    private final SlaveConfig config;
    private final SlaveTables tables = new SlaveTables();
    private List<CountedFault> faults = List.of();
    private Duration now = Duration.ZERO;
    private long requests;
    private long replies;
    private long exceptions;
    private long faulted;

    SimulatedSlave(SlaveConfig config) {
        this.config = config;
        config.points().forEach(tables::define);
        setFaults(config.faults());
    }

    public int unitId() {
        return config.unitId();
    }

    public String name() {
        return config.name();
    }

    Duration turnaround() {
        return config.turnaround();
    }

    /** Replaces all faults; their requests are counted from here, their windows still from the start of the line. */
    public synchronized void setFaults(List<? extends Fault> faults) {
        List<CountedFault> counted = new ArrayList<>();
        for (Fault fault : faults) {
            counted.add(new CountedFault(fault));
        }
        this.faults = counted;
    }

    /** Replaces all faults; none at all makes the slave behave. */
    public void setFaults(Fault... faults) {
        setFaults(List.of(faults));
    }

    /** Adds a point, or puts another in its place. */
    public synchronized void define(PointConfig point) {
        tables.define(point);
    }

    /**
     * What stands at an address: 0 or 1 in tables of bits, 0 to 65535 in tables of registers. A signal is taken at the time
     * of the last request.
     *
     * @throws IllegalArgumentException when the address does not exist
     */
    public synchronized int read(Table table, int address) {
        return tables.read(table, address, now);
    }

    /**
     * Stores a bit or register from inside the device, whether or not requests may write there.
     *
     * @throws IllegalArgumentException when the value does not fit, or the address is none
     */
    public synchronized void store(Table table, int address, int value) {
        int highest = table.ofBits() ? 1 : 0xFFFF;
        if (address < 0 || address > 0xFFFF || value < 0 || value > highest) {
            throw new IllegalArgumentException(
                    name() + ": " + table + " " + address + " := " + value + ", allowed are 0 to " + highest);
        }
        tables.write(table, address, value, now);
    }

    public synchronized Counters counters() {
        return new Counters(requests, replies, exceptions, faulted);
    }

    /** Executes a request to this unit; null when there is no reply. */
    synchronized @Nullable Reply answer(byte[] pdu, Duration sinceStart) {
        now = sinceStart;
        requests++;
        List<Fault> showing = showing(pdu, sinceStart);
        if (showing.stream().anyMatch(Fault.Silent.class::isInstance)) {
            return null;
        }
        byte[] reply = exceptionOf(showing, pdu);
        if (reply == null) {
            reply = RequestExecution.execute(tables, pdu, sinceStart);
        }
        replies++;
        if (RequestExecution.isException(reply)) {
            exceptions++;
        }
        return spoilt(reply, showing);
    }

    /** Executes a request to all units, if it is a write and the slave is not silent. */
    synchronized void hear(byte[] pdu, Duration sinceStart) {
        now = sinceStart;
        requests++;
        boolean silent = showing(pdu, sinceStart).stream().anyMatch(Fault.Silent.class::isInstance);
        if (!silent && RequestExecution.isWrite(pdu)) {
            RequestExecution.execute(tables, pdu, sinceStart);
        }
    }

    private List<Fault> showing(byte[] pdu, Duration sinceStart) {
        AddressRange addresses = RequestExecution.addresses(pdu);
        List<Fault> showing = new ArrayList<>();
        for (CountedFault fault : faults) {
            if (fault.showsAt(addresses, sinceStart)) {
                showing.add(fault.fault);
            }
        }
        if (!showing.isEmpty()) {
            faulted++;
        }
        return showing;
    }

    private static byte @Nullable [] exceptionOf(List<Fault> showing, byte[] pdu) {
        for (Fault fault : showing) {
            if (fault instanceof Fault.ExceptionReply exception) {
                return RequestExecution.exception(pdu, exception.code());
            }
        }
        return null;
    }

    private Reply spoilt(byte[] pdu, List<Fault> showing) {
        int replyUnitId = unitId();
        int crcMask = 0;
        Duration delay = Duration.ZERO;
        for (Fault fault : showing) {
            if (fault instanceof Fault.Late late) {
                delay = delay.plus(late.delay());
            } else if (fault instanceof Fault.WrongUnit) {
                replyUnitId = unitId() % UNIT_ID_MAX + 1;
            } else if (fault instanceof Fault.CorruptCrc) {
                crcMask = 0xFFFF;
            }
        }
        return new Reply(RtuFrame.of(replyUnitId, pdu, crcMask), delay);
    }

    /** A fault and how many requests have touched its addresses since it was set. */
    private static final class CountedFault {
        private final Fault fault;
        private long touched;

        CountedFault(Fault fault) {
            this.fault = fault;
        }

        boolean showsAt(AddressRange addresses, Duration sinceStart) {
            if (!fault.trigger().addresses().touches(addresses)) {
                return false;
            }
            touched++;
            return fault.trigger().fires(sinceStart, touched);
        }
    }
}

package io.fieldmouse.gateway.modbus;

import io.fieldmouse.gateway.bus.Bus;
import io.fieldmouse.gateway.link.SerialLink;
import io.fieldmouse.gateway.reading.ReadingSink;
import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.SetRequest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A serial line with Modbus units on it: polls them, writes to them, and heals by itself when the port comes back. */
public final class ModbusBus implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ModbusBus.class);

    /** What a device is taken to need before it answers, while nothing was measured; common for small controllers. */
    static final long ASSUMED_TURNAROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    /** Above this share of the line's time one retry or one slow device is enough to delay polls. */
    private static final double LOAD_WARNING = 0.8;

    private final ModbusBusConfig config;
    private final LineCounters counters = new LineCounters();
    private final RtuLine line;
    private final Bus bus;
    private final LineReport report;
    private final double demandedLoad;
    private final AtomicBoolean running = new AtomicBoolean();

    /** @param sink told on the bus's thread */
    public ModbusBus(ModbusBusConfig config, ReadingSink sink) {
        this(config, sink, InstantSource.system(), System::nanoTime);
    }

    /** @param nanos a monotonic clock that runs with the passing of real time, such as {@link System#nanoTime()} */
    public ModbusBus(ModbusBusConfig config, ReadingSink sink, InstantSource instants, LongSupplier nanos) {
        this.config = config;
        LineTiming timing = LineTiming.of(config.serial());
        this.line = new RtuLine(() -> SerialLink.open(config.serial()), timing, counters, nanos);
        ReadPlan plan = new ReadPlan(timing, ASSUMED_TURNAROUND_NANOS);
        LineClock clock = new LineClock(instants, nanos);
        List<ModbusUnit> units = new ArrayList<>();
        for (ModbusDevice device : config.devices()) {
            units.add(new ModbusUnit(device, plan, line, clock));
        }
        LineLoad load = new LineLoad(timing, units, counters, ASSUMED_TURNAROUND_NANOS);
        this.demandedLoad = load.assumed();
        this.report = new LineReport(config.name(), load, counters, this::diagnostics, nanos.getAsLong());
        this.bus = new Bus(config.name(), line, List.copyOf(units), sink, instants, nanos, report::look);
    }

    /** Begins to poll. To be called once; a port that is missing is tried until it is there. */
    public void start() {
        String demanded = demandedLoadInWords();
        if (demandedLoad > 1) {
            log.error(
                    "bus cannot keep its intervals bus={} demandedLoad=\"{}\" port={} baud={}"
                            + " cure=\"lengthen intervals, raise the baud rate, or move devices to another line\"",
                    config.name(),
                    demanded,
                    config.serial().port(),
                    config.serial().baud());
        } else if (demandedLoad > LOAD_WARNING) {
            log.warn("bus nearly full bus={} demandedLoad=\"{}\"", config.name(), demanded);
        } else {
            log.info("bus starts bus={} demandedLoad=\"{}\"", config.name(), demanded);
        }
        running.set(true);
        bus.start();
    }

    /**
     * Asks for a value to be written, before the polls that wait.
     *
     * @param asker told exactly once what became of it, on the bus's thread or, when it is refused at once, on this one;
     *     must return at once
     */
    public void submit(SetRequest request, Consumer<SetOutcome> asker) {
        bus.submit(request, asker);
    }

    /**
     * The share of the line's time that the configured polls need at least, 1 for all of it, when nobody is silent and
     * each device answers as soon as most do.
     */
    public double demandedLoad() {
        return demandedLoad;
    }

    /** The same for people, with what is assumed: {@code at least 6 % (if each device answers within 4 ms)}. */
    public String demandedLoadInWords() {
        return "at least " + LineLoad.percent(demandedLoad) + " (if each device answers within "
                + TimeUnit.NANOSECONDS.toMillis(ASSUMED_TURNAROUND_NANOS) + " ms)";
    }

    /** What happened with each unit, in the order of the configuration. Any thread, any time. */
    public List<UnitDiagnostics> diagnostics() {
        return config.devices().stream()
                .map(device -> UnitDiagnostics.of(device, bus.health(device.name()), counters))
                .toList();
    }

    /** Bytes that belonged to no recognisable frame; grows with noise and with a second master. */
    public long strayBytes() {
        return counters.strayBytes();
    }

    /** Stops polling, refuses the commands that wait, and gives the port back; takes five seconds at most. */
    @Override
    public void close() {
        bus.close();
        if (running.getAndSet(false)) {
            report.ended();
        }
    }
}

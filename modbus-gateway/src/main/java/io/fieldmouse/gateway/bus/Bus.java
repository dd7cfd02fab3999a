package io.fieldmouse.gateway.bus;

import io.fieldmouse.gateway.reading.FaultLog;
import io.fieldmouse.gateway.reading.ReadingSink;
import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.SetRequest;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bus: one thread that owns one port and asks the devices on it. Everything about a device happens on that thread;
 * commands come from any other and wait in a bounded queue.
 *
 * <p>The thread outlives every fault of the program but one: when memory has run out, it ends with the
 * {@link OutOfMemoryError}, for the program to be ended by whoever runs it.
 */
public final class Bus implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Bus.class);

    /** More commands than this do not wait: whoever sends them is told. */
    public static final int COMMANDS_MAX = 64;

    /** How long closing waits for the thread: the longest thing it can be in is an exchange. */
    private static final long CLOSE_MILLIS = TimeUnit.SECONDS.toMillis(5);

    /** After an error in the program itself the loop goes on, but not at full speed. */
    private static final long AFTER_ERROR_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String name;
    private final Map<String, FieldDevice> devices = new HashMap<>();
    private final ArrayBlockingQueue<Command> commands = new ArrayBlockingQueue<>(COMMANDS_MAX);
    private final BusWorker worker;
    private final Thread thread;
    private final FaultLog faults;
    private final LongSupplier nanos;
    private final LongConsumer afterTurn;
    private volatile boolean closing;

    /** @param afterTurn told the time on the bus's thread after each request or short wait; must return at once */
    public Bus(
            String name,
            FieldPort port,
            List<FieldDevice> devices,
            ReadingSink sink,
            InstantSource clock,
            LongSupplier nanos,
            LongConsumer afterTurn) {
        this.name = name;
        this.nanos = nanos;
        this.afterTurn = afterTurn;
        for (FieldDevice device : devices) {
            if (this.devices.put(device.name(), device) != null) {
                throw new IllegalArgumentException("bus " + name + " has two devices named " + device.name());
            }
        }
        this.worker = new BusWorker(name, port, devices, commands, sink, clock, nanos, LockSupport::parkNanos);
        this.thread = new Thread(this::run, "bus-" + name);
        this.faults = new FaultLog(log, "bus=" + name);
    }

    /** Begins to poll, and to try to open the port until that succeeds. To be called once. */
    public void start() {
        thread.start();
    }

    /**
     * Asks for a value to be written, before the polls that wait.
     *
     * @param asker told exactly once what became of it, on the bus's thread or, when it is refused at once, on this one;
     *     must return at once
     */
    public void submit(SetRequest request, Consumer<SetOutcome> asker) {
        Command command = new Command(request, asker);
        String refusal = refusal(request);
        if (refusal != null) {
            command.refuse(refusal);
        } else if (!commands.offer(command)) {
            command.refuse("bus " + name + " has " + COMMANDS_MAX + " commands waiting; try again later");
        } else {
            LockSupport.unpark(thread);
            if (closing && commands.remove(command)) {
                // It came after the thread had told those who waited.
                command.refuse("the gateway is stopping");
            }
        }
    }

    private @Nullable String refusal(SetRequest request) {
        FieldDevice device = devices.get(request.device());
        if (device == null) {
            return "there is no device " + request.device() + " on bus " + name;
        }
        String objection = device.objection(request);
        return objection != null ? objection : worker.hindrance(request.device());
    }

    /** Whether a device answers; for diagnostics. */
    public DeviceHealth health(String device) {
        return worker.health(device);
    }

    private void run() {
        try {
            while (!closing) {
                turn();
            }
        } finally {
            closing = true;
            worker.stop();
        }
    }

    private void turn() {
        try {
            worker.turn();
            afterTurn.accept(nanos.getAsLong());
        } catch (RuntimeException | Error e) {
            faults.tell(e, nanos.getAsLong());
            LockSupport.parkNanos(AFTER_ERROR_NANOS);
        }
    }

    /** Stops polling, refuses what waits, closes the port; returns when the thread has ended or after five seconds. */
    @Override
    public void close() {
        closing = true;
        if (thread.getState() == Thread.State.NEW) {
            worker.stop();
            return;
        }
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            log.warn("bus is slow to stop, left behind bus={} waitedMs={}", name, CLOSE_MILLIS);
        }
    }
}

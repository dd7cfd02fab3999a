package io.fieldmouse.gateway.bus;

import io.fieldmouse.gateway.reading.FaultLog;
import io.fieldmouse.gateway.reading.LogText;
import io.fieldmouse.gateway.reading.ReadingSink;
import io.fieldmouse.gateway.reading.SetOutcome;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop of a bus: one turn asks one device one thing. Commands go first, a few at a time, then polls by deadline;
 * whoever is silent or gone costs the others no more than its timeout.
 *
 * <p>Owned by the bus's thread, except for what is volatile.
 */
final class BusWorker {
    private static final Logger log = LoggerFactory.getLogger(BusWorker.class);

    /** So many commands may go before a poll that is due. */
    static final int COMMAND_BURST = 4;

    /** How long to wait before a port is tried again. */
    static final long REOPEN_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

    /** The longest time without a look at the port: bounds how late a pulled adapter or a late reply is noticed. */
    private static final long IDLE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

    private final String name;
    private final FieldPort port;
    private final List<DeviceSlot> slots = new ArrayList<>();
    private final PollSchedule schedule;
    private final Queue<Command> commands;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final LongConsumer pause;
    private final FaultLog faults;
    private int burst;
    private long nextOpenNanos;
    private boolean open;
    /** Why the port is not open; null when it is, or was not tried yet. Read by any thread. */
    private volatile @Nullable String portTrouble;

    /** @param pause lets time pass, in nanoseconds; ends early when a command comes */
    BusWorker(
            String name,
            FieldPort port,
            List<FieldDevice> devices,
            Queue<Command> commands,
            ReadingSink sink,
            InstantSource clock,
            LongSupplier nanos,
            LongConsumer pause) {
        this.name = name;
        this.port = port;
        devices.forEach(device -> slots.add(new DeviceSlot(name, device, sink)));
        this.commands = commands;
        this.clock = clock;
        this.nanos = nanos;
        this.pause = pause;
        this.faults = new FaultLog(log, "bus=" + name);
        this.nextOpenNanos = nanos.getAsLong();
        this.schedule =
                new PollSchedule(devices.stream().map(FieldDevice::interval).toList(), nextOpenNanos);
    }

    /** Why a command for this device would be refused now, for reasons that pass; null when it would not. Any thread. */
    @Nullable
    String hindrance(String device) {
        String trouble = portTrouble;
        if (trouble != null) {
            return device + " is offline: " + trouble;
        }
        return slot(device).health() instanceof DeviceHealth.Silent ? device + " is offline: it does not answer" : null;
    }

    /** Any thread. */
    DeviceHealth health(String device) {
        return slot(device).health();
    }

    private DeviceSlot slot(String device) {
        for (DeviceSlot slot : slots) {
            if (slot.device().name().equals(device)) {
                return slot;
            }
        }
        throw new IllegalArgumentException("bus " + name + " has no device " + device);
    }

    /** Does the next thing, or waits a little. */
    void turn() {
        if (!open && !tryOpen()) {
            refuseAll("the bus is offline");
            pause.accept(Math.min(IDLE_NANOS_MAX, nextOpenNanos - nanos.getAsLong()));
            return;
        }
        Command command = burst < COMMAND_BURST ? nextCommand() : null;
        if (command != null) {
            burst++;
            execute(command);
            return;
        }
        boolean burstWasFull = burst == COMMAND_BURST;
        burst = 0;
        int next = schedule.next(nanos.getAsLong(), this::restNanos);
        if (next != PollSchedule.NOBODY) {
            ask(next);
        } else if (!burstWasFull) {
            idle();
        }
    }

    private long restNanos(int device) {
        return slots.get(device).device().restNanos();
    }

    private boolean tryOpen() {
        if (nanos.getAsLong() - nextOpenNanos < 0) {
            return false;
        }
        String trouble = openPort();
        if (trouble != null) {
            nextOpenNanos = nanos.getAsLong() + REOPEN_NANOS;
            portFailed(trouble);
            return false;
        }
        open = true;
        portTrouble = null;
        long now = nanos.getAsLong();
        for (int device = 0; device < slots.size(); device++) {
            schedule.pollNow(device, now);
        }
        log.info("port open bus={} devices={}", name, slots.size());
        return true;
    }

    /** Why it could not be opened; null when it was. */
    private @Nullable String openPort() {
        try {
            port.open();
            return null;
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (RuntimeException | Error e) {
            faults.tell(e, nanos.getAsLong());
            return FaultLog.inWords(e);
        }
    }

    private void portLost(String reason) {
        port.close();
        open = false;
        nextOpenNanos = nanos.getAsLong() + REOPEN_NANOS;
        portFailed(reason);
    }

    /** Says so once for each reason, however many attempts fail for it. */
    private void portFailed(String reason) {
        if (!reason.equals(portTrouble)) {
            log.warn("port not usable, trying again bus={} reason={}", name, LogText.quoted(reason));
        }
        portTrouble = reason;
        slots.forEach(slot -> slot.cutOff(reason, clock.instant()));
    }

    private void idle() {
        try {
            port.listen();
        } catch (IOException e) {
            portLost(String.valueOf(e.getMessage()));
            return;
        }
        long untilPoll = schedule.nanosUntilNext(nanos.getAsLong(), this::restNanos);
        pause.accept(Math.min(untilPoll, IDLE_NANOS_MAX));
    }

    private void ask(int device) {
        DeviceSlot slot = slots.get(device);
        try {
            if (slot.health() instanceof DeviceHealth.Silent || slot.health() instanceof DeviceHealth.Doubtful) {
                probe(device, slot);
            } else {
                poll(device, slot);
            }
        } catch (RuntimeException | Error e) {
            // A fault of ours in one device's affairs is that device's silence, not the end of its neighbours.
            faulted(device, e);
        }
    }

    private void probe(int device, DeviceSlot slot) {
        boolean silent = slot.health() instanceof DeviceHealth.Silent;
        StepOutcome outcome = slot.device().probe();
        if (outcome instanceof StepOutcome.Answered) {
            slot.probed();
            if (silent) {
                schedule.pollNow(device, nanos.getAsLong());
            }
        } else {
            unanswered(device, outcome);
        }
    }

    private void poll(int device, DeviceSlot slot) {
        if (!slot.hasRequest(nanos.getAsLong(), clock.instant())) {
            schedule.pollComplete(device, nanos.getAsLong());
            return;
        }
        StepOutcome outcome = slot.pollStep();
        if (outcome instanceof StepOutcome.Answered answer) {
            slot.polled(answer);
            if (answer.pollComplete()) {
                schedule.pollComplete(device, nanos.getAsLong());
            }
        } else {
            if (outcome instanceof StepOutcome.Missed missed) {
                slot.requestMissed(missed.reason(), nanos.getAsLong(), clock.instant());
            }
            unanswered(device, outcome);
        }
    }

    private void unanswered(int device, StepOutcome outcome) {
        if (outcome instanceof StepOutcome.PortLost lost) {
            portLost(lost.reason());
        } else if (outcome instanceof StepOutcome.Missed missed) {
            slots.get(device).missed(missed.reason(), nanos.getAsLong(), clock.instant());
            scheduleProbe(device);
        }
    }

    private void faulted(int device, Throwable fault) {
        DeviceSlot slot = slots.get(device);
        long now = nanos.getAsLong();
        slot.silence(slot.faulted(fault, now).reason(), now, clock.instant());
        scheduleProbe(device);
    }

    private void scheduleProbe(int device) {
        if (slots.get(device).health() instanceof DeviceHealth.Silent silent) {
            schedule.probeAt(device, silent.nextProbeNanos());
        }
    }

    /** The first command whose device is not at rest. What became impossible meanwhile is refused on the way. */
    private @Nullable Command nextCommand() {
        for (Iterator<Command> waiting = commands.iterator(); waiting.hasNext(); ) {
            Command command = waiting.next();
            String hindrance = hindrance(command.request().device());
            if (hindrance != null) {
                waiting.remove();
                command.refuse(hindrance);
                continue;
            }
            if (slot(command.request().device()).device().restNanos() <= 0) {
                waiting.remove();
                return command;
            }
        }
        return null;
    }

    private void execute(Command command) {
        DeviceSlot slot = slot(command.request().device());
        WriteOutcome written = write(slot, command);
        try {
            if (written.contact() instanceof StepOutcome.Answered contact) {
                slot.wrote(command.request().point(), contact);
            } else {
                unanswered(slots.indexOf(slot), written.contact());
            }
        } catch (RuntimeException | Error e) {
            faulted(slots.indexOf(slot), e);
        } finally {
            // Whatever fails in noting it down: the device has acted, or has not, and whoever asked is to know.
            command.answer(written.outcome());
        }
    }

    private WriteOutcome write(DeviceSlot slot, Command command) {
        try {
            return slot.device().write(command.request());
        } catch (RuntimeException | Error e) {
            StepOutcome.Missed fault = slot.faulted(e, nanos.getAsLong());
            return new WriteOutcome(new SetOutcome.Failed(fault.reason()), fault);
        }
    }

    private void refuseAll(String reason) {
        Command command;
        while ((command = commands.poll()) != null) {
            command.refuse(portTrouble == null ? reason : reason + ": " + portTrouble);
        }
    }

    /** Ends it: whoever still waits is told, and the port is closed. */
    void stop() {
        try {
            refuseAll("the gateway is stopping");
        } finally {
            if (open) {
                open = false;
                port.close();
            }
        }
    }
}

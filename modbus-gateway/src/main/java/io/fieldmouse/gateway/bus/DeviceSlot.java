package io.fieldmouse.gateway.bus;

import io.fieldmouse.gateway.reading.FaultLog;
import io.fieldmouse.gateway.reading.LogText;
import io.fieldmouse.gateway.reading.ReadingSink;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a bus knows of one of its devices. Owned by the bus's thread; only the health is read by others. */
final class DeviceSlot {
    private static final Logger log = LoggerFactory.getLogger(DeviceSlot.class);

    private final FieldDevice device;
    private final ReadingSink sink;
    private final PointStates points;
    private final FaultLog faults;
    private volatile DeviceHealth health = new DeviceHealth.Unknown();
    private @Nullable Boolean announced;
    private boolean polling;
    /** Points written since the running poll began: what it brings may be older than the write. */
    private final Set<String> written = new HashSet<>();

    DeviceSlot(String bus, FieldDevice device, ReadingSink sink) {
        this.device = device;
        this.sink = sink;
        this.points = new PointStates(device, sink);
        this.faults = new FaultLog(log, "bus=" + bus + " device=" + device.name());
    }

    FieldDevice device() {
        return device;
    }

    DeviceHealth health() {
        return health;
    }

    /** Runs the next request of the poll, or the first of a new one. */
    StepOutcome pollStep() {
        if (!polling) {
            device.beginPoll();
            written.clear();
            polling = true;
        }
        return device.nextRequest();
    }

    void polled(StepOutcome.Answered answer) {
        for (Sample sample : answer.samples()) {
            if (!written.contains(sample.point())) {
                points.sampled(sample);
            }
        }
        polling = !answer.pollComplete();
        answered();
    }

    void wrote(String point, StepOutcome.Answered contact) {
        if (polling) {
            written.add(point);
        }
        contact.samples().forEach(points::sampled);
        answered();
    }

    private void answered() {
        health = health.answered();
        announce(true, "");
    }

    /** A probe was answered: values follow with the next poll, and only then is the device called available. */
    void probed() {
        health = health.answered();
    }

    void missed(String reason, long nowNanos, Instant now) {
        health = health.missed(nowNanos);
        if (health instanceof DeviceHealth.Silent) {
            polling = false;
            points.missed(reason, now);
            announce(false, reason);
        }
    }

    /** The program itself failed in this device's affairs. */
    StepOutcome.Missed faulted(Throwable fault, long nowNanos) {
        faults.tell(fault, nowNanos);
        return new StepOutcome.Missed(FaultLog.inWords(fault));
    }

    /** The port is gone: nothing is known of the device until it is back. */
    void cutOff(String reason, Instant now) {
        health = new DeviceHealth.Unknown();
        polling = false;
        points.missed(reason, now);
        announce(false, reason);
    }

    private void announce(boolean online, String reason) {
        if (announced != null && announced == online) {
            return;
        }
        announced = online;
        if (online) {
            log.info("device online device={}", device.name());
        } else {
            log.warn("device offline device={} reason={}", device.name(), LogText.quoted(reason));
        }
        sink.availability(device.name(), online);
    }
}

package io.fieldmouse.gateway.bus;

import io.fieldmouse.gateway.reading.FaultLog;
import io.fieldmouse.gateway.reading.LogText;
import io.fieldmouse.gateway.reading.ReadingSink;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
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
    private final MissedRequests requests = new MissedRequests();
    private final FaultLog faults;
    private volatile DeviceHealth health = new DeviceHealth.Unknown();
    private @Nullable Boolean announced;
    private boolean polling;
    /** Points written since the running poll began: what it brings may be older than the write. */
    private final Set<String> written = new HashSet<>();
    /** What the request reads that was asked last. */
    private List<String> asked = List.of();

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

    /**
     * Goes to the next request of the poll, or to the first of a new one, over those that get no answer.
     *
     * @return whether there is one to ask; if not, the poll is complete
     */
    boolean hasRequest(long nowNanos, Instant now) {
        if (!polling) {
            device.beginPoll();
            written.clear();
            polling = true;
        }
        while (polling) {
            List<String> next = device.nextPoints();
            String reason = requests.leftOut(next, nowNanos);
            if (reason == null) {
                return true;
            }
            // A write may have made one of them good again.
            points.missed(
                    next.stream().filter(point -> !written.contains(point)).toList(), reason, now);
            polling = !device.skipRequest();
        }
        return false;
    }

    StepOutcome pollStep() {
        asked = device.nextPoints();
        return device.nextRequest();
    }

    void polled(StepOutcome.Answered answer) {
        for (Sample sample : answer.samples()) {
            if (!written.contains(sample.point())) {
                points.sampled(sample);
            }
        }
        polling = !answer.pollComplete();
        if (requests.answered(asked)) {
            log.info("points are answered again device={} points={}", device.name(), LogText.quoted(inWords(asked)));
        }
        answered();
    }

    /** The request of the poll got no answer. What that says about the device is another matter. */
    void requestMissed(String reason, long nowNanos, Instant now) {
        if (requests.missed(asked, reason, nowNanos)) {
            log.warn(
                    "points get no answer, asking less often device={} points={} reason={}",
                    device.name(),
                    LogText.quoted(inWords(asked)),
                    LogText.quoted(reason));
        }
        if (requests.leftOut(asked, nowNanos) != null) {
            points.missed(asked, reason, now);
        }
    }

    private static String inWords(List<String> points) {
        return String.join(" ", points);
    }

    /** The device answered; for the requests of its poll that says nothing. */
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

    /**
     * A probe was answered. After a silence values follow with the next poll, and only then is the device called
     * available; one that was in doubt is available even if nothing else is answered.
     */
    void probed() {
        if (health instanceof DeviceHealth.Silent) {
            health = health.answered();
        } else {
            answered();
        }
    }

    void missed(String reason, long nowNanos, Instant now) {
        become(health.missed(nowNanos), reason, now);
    }

    /** The program failed: not a matter of luck, so it is not tried again at once. */
    void silence(String reason, long nowNanos, Instant now) {
        DeviceHealth missed = health.missed(nowNanos);
        become(missed instanceof DeviceHealth.Silent ? missed : missed.missed(nowNanos), reason, now);
    }

    private void become(DeviceHealth next, String reason, Instant now) {
        health = next;
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
        requests.clear();
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

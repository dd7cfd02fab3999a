package io.fieldmouse.gateway.bus;

import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.SetRequest;
import io.fieldmouse.gateway.reading.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A device in memory with points a and b, read by one request each; every request takes 10 ms of the bus's time. */
final class SteppedDevice implements FieldDevice {
    private static final long REQUEST_NANOS = 10_000_000;
    private static final long TIMEOUT_NANOS = 100_000_000;

    private final String name;
    private final Duration interval;
    private final SteppedTime time;
    /** What the device is asked, in words, with the moment in milliseconds. */
    final Deque<String> asked = new ArrayDeque<>();

    boolean silent;
    boolean unplugged;
    /** Points whose poll gets no answer; probes and writes do. */
    final Set<String> dead = new HashSet<>();
    /** Runs at each read and write, to fail as a program fails. */
    Runnable trouble = () -> {};

    /** Makes the names of points wrong. */
    String suffix = "";

    long restNanos;
    private int next;
    private long value;

    SteppedDevice(String name, Duration interval, SteppedTime time) {
        this.name = name;
        this.interval = interval;
        this.time = time;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Duration interval() {
        return interval;
    }

    @Override
    public List<PointLabel> points() {
        return List.of(new PointLabel("a", "V"), new PointLabel("b", ""));
    }

    @Override
    public long restNanos() {
        return restNanos;
    }

    @Override
    public void beginPoll() {
        next = 0;
    }

    @Override
    public List<String> nextPoints() {
        return List.of(next == 0 ? "a" : "b");
    }

    @Override
    public boolean skipRequest() {
        next++;
        return next == 2;
    }

    @Override
    public StepOutcome nextRequest() {
        String point = nextPoints().get(0);
        ask("read " + point);
        trouble.run();
        StepOutcome failure = failure(dead.contains(point));
        if (failure != null) {
            return failure;
        }
        next++;
        return new StepOutcome.Answered(List.of(sample(point)), next == 2);
    }

    private Sample sample(String point) {
        return Sample.of(point + suffix, new Value.Whole(value), Instant.EPOCH);
    }

    private @Nullable StepOutcome failure(boolean deadRequest) {
        if (unplugged) {
            return new StepOutcome.PortLost("pulled");
        }
        if (silent || deadRequest) {
            time.pass(TIMEOUT_NANOS);
            return new StepOutcome.Missed("no reply");
        }
        return null;
    }

    private void ask(String what) {
        asked.add(time.nanos() / 1_000_000 + " " + what);
        time.pass(REQUEST_NANOS);
    }

    @Override
    public StepOutcome probe() {
        ask("probe");
        StepOutcome failure = failure(false);
        return failure == null ? new StepOutcome.Answered(List.of(), false) : failure;
    }

    @Override
    public @Nullable String objection(SetRequest request) {
        return request.point().equals("a") || request.point().equals("b") ? null : "no such point";
    }

    @Override
    public WriteOutcome write(SetRequest request) {
        ask("write " + request.point());
        trouble.run();
        StepOutcome failure = failure(false);
        if (failure != null) {
            return new WriteOutcome(new SetOutcome.Failed("no reply"), failure);
        }
        value = ((Value.Whole) request.value()).number();
        return new WriteOutcome(
                new SetOutcome.Verified(request.value()),
                new StepOutcome.Answered(List.of(sample(request.point())), false));
    }
}

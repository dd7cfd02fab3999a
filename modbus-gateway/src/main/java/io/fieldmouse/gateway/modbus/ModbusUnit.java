package io.fieldmouse.gateway.modbus;

import io.fieldmouse.gateway.bus.FieldDevice;
import io.fieldmouse.gateway.bus.PointLabel;
import io.fieldmouse.gateway.bus.Sample;
import io.fieldmouse.gateway.bus.StepOutcome;
import io.fieldmouse.gateway.bus.WriteOutcome;
import io.fieldmouse.gateway.reading.SetRequest;
import io.fieldmouse.gateway.reading.Value;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One unit on the line: which requests a poll of it takes, and what their answers mean. Its surprise is that the plan
 * learns: a merged request that the unit declines for its addresses is parted, for good, until what is good in it is
 * read.
 */
final class ModbusUnit implements FieldDevice {
    private static final Logger log = LoggerFactory.getLogger(ModbusUnit.class);

    private static final int ILLEGAL_DATA_ADDRESS = 2;
    private static final int ILLEGAL_DATA_VALUE = 3;

    private final ModbusDevice config;
    private final RtuLine line;
    private final LineClock clock;
    private final List<ReadRequest> requests;
    /** Of this a probe reads the smallest point: the request that was answered last, after a miss the next one. */
    private ReadRequest witness;

    private int next;

    ModbusUnit(ModbusDevice config, ReadPlan plan, RtuLine line, LineClock clock) {
        if (config.points().isEmpty()) {
            throw new IllegalArgumentException("device " + config.name() + " has no points to read");
        }
        this.config = config;
        this.line = line;
        this.clock = clock;
        this.requests = new ArrayList<>(plan.of(config.points()));
        this.witness = requests.get(0);
    }

    @Override
    public String name() {
        return config.name();
    }

    @Override
    public Duration interval() {
        return config.interval();
    }

    @Override
    public List<PointLabel> points() {
        return config.points().stream()
                .map(point -> new PointLabel(point.name(), point.unit()))
                .toList();
    }

    @Override
    public long restNanos() {
        return line.restNanos(config.unitId());
    }

    @Override
    public void beginPoll() {
        next = 0;
    }

    @Override
    public List<String> nextPoints() {
        return requests.get(next).points().stream().map(ModbusPoint::name).toList();
    }

    @Override
    public boolean skipRequest() {
        next++;
        return next == requests.size();
    }

    @Override
    public StepOutcome nextRequest() {
        ReadRequest request = requests.get(next);
        Exchange exchange = ask(request);
        if (isAnswer(exchange)) {
            witness = request;
        }
        if (exchange instanceof Exchange.Reply reply) {
            return answered(samples(request, reply));
        }
        if (exchange instanceof Exchange.SlaveException exception) {
            return declined(request, exception.code());
        }
        return unanswered(exchange);
    }

    private Exchange ask(ReadRequest request) {
        return line.exchange(
                Messages.read(config.unitId(), request), config.timeout().toNanos());
    }

    private StepOutcome answered(List<Sample> samples) {
        next++;
        return new StepOutcome.Answered(samples, next == requests.size());
    }

    private List<Sample> samples(ReadRequest request, Exchange.Reply reply) {
        int[] places = Messages.places(request, reply.response());
        Instant time = clock.instantOf(reply.lastByteNanos());
        return request.points().stream()
                .map(point -> sample(point, places, point.address() - request.address(), time))
                .toList();
    }

    private static Sample sample(ModbusPoint point, int[] places, int at, Instant time) {
        Value value = RegisterDecoder.decode(point, places, at);
        return value == null
                ? Sample.bad(point.name(), "not a number: the float registers hold NaN or infinity", time)
                : Sample.of(point.name(), value, time);
    }

    private StepOutcome declined(ReadRequest request, int code) {
        List<ReadRequest> parts =
                code == ILLEGAL_DATA_ADDRESS || code == ILLEGAL_DATA_VALUE ? request.split() : List.of();
        if (!parts.isEmpty()) {
            log.info(
                    "device declines a merged read, asking in parts device={} unit={} read=\"{}\" exception={}",
                    config.name(),
                    config.unitId(),
                    request.inWords(),
                    code);
            requests.remove(next);
            requests.addAll(next, parts);
            return new StepOutcome.Answered(List.of(), false);
        }
        Instant now = clock.now();
        String reason = "the device answered " + Messages.exceptionInWords(code) + " to reading " + request.inWords();
        return answered(request.points().stream()
                .map(point -> Messages.meansLater(code)
                        ? Sample.notNow(point.name(), reason, now)
                        : Sample.bad(point.name(), reason, now))
                .toList());
    }

    private StepOutcome unanswered(Exchange exchange) {
        return exchange instanceof Exchange.PortLost lost
                ? new StepOutcome.PortLost(lost.detail())
                : new StepOutcome.Missed("unit " + config.unitId() + ": " + ((Exchange.NoReply) exchange).detail());
    }

    @Override
    public StepOutcome probe() {
        Exchange exchange = ask(smallest(witness));
        if (isAnswer(exchange)) {
            return new StepOutcome.Answered(List.of(), false);
        }
        witness = requests.get((requests.indexOf(witness) + 1) % requests.size());
        return unanswered(exchange);
    }

    private static boolean isAnswer(Exchange exchange) {
        return exchange instanceof Exchange.Reply || exchange instanceof Exchange.SlaveException;
    }

    private static ReadRequest smallest(ReadRequest request) {
        return request.points().stream()
                .map(point -> ReadRequest.of(List.of(point)))
                .min(Comparator.comparingInt(ReadRequest::count))
                .orElseThrow();
    }

    @Override
    public @Nullable String objection(SetRequest request) {
        ModbusPoint point = point(request.point());
        if (point == null) {
            return config.name() + " has no point " + request.point();
        }
        boolean readOnlyTable =
                point.table() == RegisterTable.DISCRETE_INPUT || point.table() == RegisterTable.INPUT_REGISTER;
        if (!point.isWritable() || readOnlyTable) {
            return config.name() + "/" + point.name() + " is not writable";
        }
        return RegisterEncoder.encode(point, request.value()) instanceof RegisterEncoder.Encoded.Refused refused
                ? config.name() + "/" + point.name() + ": " + refused.reason()
                : null;
    }

    private @Nullable ModbusPoint point(String name) {
        return config.points().stream()
                .filter(point -> point.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    @Override
    public WriteOutcome write(SetRequest request) {
        ModbusPoint point = point(request.point());
        if (point == null
                || !(RegisterEncoder.encode(point, request.value())
                        instanceof RegisterEncoder.Encoded.Places encoded)) {
            throw new IllegalArgumentException("not checked by objection(): " + request);
        }
        return new PointWriter(config, line, clock).write(point, encoded.places());
    }

    int unitId() {
        return config.unitId();
    }

    /** How long one poll of this unit occupies the line, with the requests as they are parted now. */
    long pollNanos(ReadPlan plan) {
        return plan.nanos(requests);
    }
}

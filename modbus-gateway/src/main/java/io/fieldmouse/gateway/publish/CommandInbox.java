package io.fieldmouse.gateway.publish;

import io.fieldmouse.gateway.reading.LogText;
import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.SetRequest;
import io.fieldmouse.gateway.reading.TopicTemplate;
import io.fieldmouse.gateway.reading.TopicTemplate.PointName;
import io.fieldmouse.gateway.reading.Value;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands from the broker: read, checked, handed to the gateway, answered. Every command that is not ignored is
 * answered once per sender, in words when it is refused.
 *
 * <p>A command with an id executes once: every message with the topic and the id of one of the last minute is taken for
 * its copy, and the answer of the first is repeated; only after a refusal, when nothing was sent, it is tried anew. Without an id nothing tells a copy from the wish to write the same
 * again, so it executes. The DUP flag would not: it tells of one hop only [MQTT-3.3.1-3], and on this one nothing is
 * sent again, since the session ends with its connection. A retained command is ignored, the first time too where the
 * broker tells (MQTT 5): it would come again with each connection, and say what someone wanted some time ago.
 */
public final class CommandInbox {
    private static final Logger LOG = LoggerFactory.getLogger(CommandInbox.class);
    private static final int ANSWER_QOS = 1;
    private static final int CORRELATION_BYTES_MAX = 1024;

    private final TopicTemplate topics;
    private final BrokerLink link;
    private final BiConsumer<SetRequest, Consumer<SetOutcome>> setter;
    private final LongSupplier nanoTime;
    private final RecentCommands recent = new RecentCommands();

    private final AtomicBoolean withoutPointTold = new AtomicBoolean();
    private final LongAdder executed = new LongAdder();
    private final LongAdder copies = new LongAdder();
    private final LongAdder retainedIgnored = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder answersLost = new LongAdder();

    /**
     * An inbox.
     *
     * @param setter takes a request at once, on the link's thread, and gives its outcome exactly once, at any time and
     *     on any thread
     * @param nanoTime a clock that never jumps, as {@link System#nanoTime}
     */
    public CommandInbox(
            TopicTemplate topics,
            BrokerLink link,
            BiConsumer<SetRequest, Consumer<SetOutcome>> setter,
            LongSupplier nanoTime) {
        this.topics = topics;
        this.link = link;
        this.setter = setter;
        this.nanoTime = nanoTime;
    }

    /**
     * What became of all messages so far.
     *
     * @param executed handed to the gateway
     * @param copies recognised as copies of a command
     * @param retainedIgnored were retained
     * @param refused answered by the inbox itself, as malformed or too many; or named no point, and not answered
     * @param answersLost answers that the link did not take, or took and lost
     */
    public record Counts(long executed, long copies, long retainedIgnored, long refused, long answersLost) {}

    public Counts counts() {
        return new Counts(executed.sum(), copies.sum(), retainedIgnored.sum(), refused.sum(), answersLost.sum());
    }

    /** Asks for commands, now and after each reconnection. */
    public void start() {
        link.subscribe(topics.commands());
        link.subscribe(topics.commandsWithoutPoint());
    }

    /** A message from the link; what names no point is counted as refused, and told in the log once. */
    public void received(LinkMessage message) {
        Optional<PointName> name = topics.command(message.topic());
        if (name.isEmpty()) {
            withoutPoint(message);
            return;
        }
        if (message.retain()) {
            retainedIgnored.increment();
            LOG.warn("retained command ignored, publish without retain topic={}", LogText.word(message.topic()));
            return;
        }
        command(message, name.get());
    }

    private void withoutPoint(LinkMessage message) {
        refused.increment();
        String topic = LogText.word(message.topic());
        if (withoutPointTold.getAndSet(true)) {
            LOG.debug("command without a point ignored topic={}", topic);
        } else {
            LOG.warn("command without a point ignored, publish to {}/DEVICE/POINT/set topic={}", topics.root(), topic);
        }
    }

    private void command(LinkMessage message, PointName name) {
        CommandJson.Command command = CommandJson.parse(message.payload());
        ReturnAddress address = ReturnAddress.of(message, topics, name, command.id());
        String fault = command.fault().isEmpty() ? addressFault(message, name) : command.fault();
        Value value = command.value();
        if (value == null || !fault.isEmpty()) {
            refuse(name, value, address, fault);
            return;
        }
        String key = command.id() == null ? null : message.topic() + " " + command.id();
        RecentCommands.Admission admission = recent.admit(key, value, address, nanoTime.getAsLong());
        if (admission instanceof RecentCommands.Admission.Execute execute) {
            executed.increment();
            SetRequest request = new SetRequest(name.device(), name.point(), value);
            setter.accept(request, outcome -> settle(execute.entry(), request, outcome));
        } else if (admission instanceof RecentCommands.Admission.Refuse refusal) {
            refuse(name, value, address, refusal.reason());
        } else {
            copies.increment();
            LOG.debug("copy of a command topic={}", LogText.word(message.topic()));
            if (admission instanceof RecentCommands.Admission.Repeat repeat) {
                answer(address, repeat.outcome());
            }
        }
    }

    /** The link took an answer and it did not arrive. Not sent again: who asked may have given up. Any thread. */
    public void answerLost() {
        answersLost.increment();
    }

    private String addressFault(LinkMessage message, PointName name) {
        byte[] correlation = message.correlationData();
        if (correlation != null && correlation.length > CORRELATION_BYTES_MAX) {
            return "the correlation data has more than " + CORRELATION_BYTES_MAX + " bytes";
        }
        return ReturnAddress.fault(message, topics, name).orElse("");
    }

    private void settle(RecentCommands.Entry entry, SetRequest request, SetOutcome outcome) {
        log(new PointName(request.device(), request.point()), request.value(), outcome);
        recent.settle(entry, outcome).forEach(address -> answer(address, outcome));
    }

    private void refuse(PointName name, @Nullable Value value, ReturnAddress address, String reason) {
        refused.increment();
        SetOutcome outcome = new SetOutcome.Refused(reason);
        log(name, value, outcome);
        answer(address, outcome);
    }

    /** One line for each command, whoever decided on it. */
    private static void log(PointName name, @Nullable Value value, SetOutcome outcome) {
        StringBuilder line = new StringBuilder("command device=")
                .append(LogText.word(name.device()))
                .append(" point=")
                .append(LogText.word(name.point()));
        if (value != null) {
            line.append(" value=").append(ValueText.of(value));
        }
        line.append(" result=").append(CommandJson.result(outcome));
        String reason = CommandJson.reason(outcome);
        if (reason.isEmpty()) {
            LOG.info("{}", line);
        } else {
            LOG.warn("{}", line.append(" reason=").append(LogText.quoted(reason)));
        }
    }

    private void answer(ReturnAddress address, SetOutcome outcome) {
        if (!link.publish(address.message(CommandJson.answer(address.id(), outcome), ANSWER_QOS))) {
            answerLost();
        }
    }
}

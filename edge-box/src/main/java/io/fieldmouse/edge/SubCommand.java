package io.fieldmouse.edge;

import io.fieldmouse.gateway.publish.ApplicationMessage;
import io.fieldmouse.gateway.publish.BrokerAddress;
import io.fieldmouse.gateway.publish.MqttClient;
import io.fieldmouse.gateway.publish.MqttException;
import io.fieldmouse.gateway.publish.MqttOptions;
import io.fieldmouse.gateway.publish.MqttSession;
import io.fieldmouse.gateway.publish.ReasonCode;
import io.fieldmouse.gateway.publish.Subscription;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fieldmouse sub}: prints messages as they come, as mosquitto_sub does; reconnects when the broker was away. */
@Command(
        name = "sub",
        header = "Subscribe and print messages, as mosquitto_sub does.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse sub -v -t 'fieldmouse/#'          readings with their topics",
            "  ./fieldmouse sub -t plant/lamp -C 1            one message, then end",
            "  ./fieldmouse sub -t plant/lamp -C 1 -W 5 || echo none came",
            "  ./fieldmouse sub -t 'plant/#' -F '%%I %%t %%p'    with the time of day",
            "",
            "Exit codes: 0 enough messages or Ctrl-C, 1 failed, 2 wrong usage,",
            "27 the time of -W was up."
        })
final class SubCommand implements Callable<Integer> {

    private static final Duration RECONNECT_PAUSE = Duration.ofSeconds(1);

    @Option(
            names = {"-t", "--topic"},
            required = true,
            paramLabel = "FILTER",
            description = "A topic to subscribe to, with + and #; may be repeated.")
    private List<String> topicFilters = new ArrayList<>();

    @Option(
            names = {"-q", "--qos"},
            paramLabel = "QOS",
            description = "The highest QoS wanted: 0, 1 or 2 (default: 0).")
    private int qos;

    @Option(
            names = {"-v", "--verbose"},
            description = "Print the topic before each payload.")
    private boolean verbose;

    @Option(
            names = {"-F", "--format"},
            paramLabel = "FORMAT",
            description = {
                "Print each message in this form:",
                "%%t topic, %%q QoS, %%r retain,",
                "%%p payload, %%x in hex, %%l its length,",
                "%%I time (ISO 8601), %%U time (Unix),",
                "%%%% a percent sign."
            })
    private @Nullable String format;

    @Option(names = "-N", description = "No line end after each message.")
    private boolean noLineEnd;

    @Option(names = "-R", description = "Do not print messages that were kept from earlier.")
    private boolean noRetained;

    @Option(names = "-C", paramLabel = "COUNT", description = "End after this many messages.")
    private @Nullable Long count;

    @Option(names = "-W", paramLabel = "SECONDS", description = "End after this time, with exit code 27.")
    private @Nullable Integer timeoutSeconds;

    @Mixin
    private ConnectOptions connect = new ConnectOptions();

    private final OutputStream out = new FileOutputStream(FileDescriptor.out);

    @Override
    public Integer call() throws Exception {
        BrokerAddress address = connect.address();
        MqttOptions options = connect.options();
        List<Subscription> subscriptions = connect.asUsage(() -> topicFilters.stream()
                .map(filter -> Subscription.of(filter, qos))
                .toList());
        if (count != null && count < 1) {
            throw connect.usage("-C is " + count + ", allowed are numbers from 1");
        }
        if (timeoutSeconds != null && timeoutSeconds < 1) {
            throw connect.usage("-W is " + timeoutSeconds + ", allowed are numbers from 1");
        }
        MessageFormat messageFormat = connect.asUsage(() ->
                format != null ? MessageFormat.parse(format, !noLineEnd) : MessageFormat.plain(verbose, !noLineEnd));
        connect.beginLogging();
        return Stop.frame(
                stop -> printUntilEnd(address, options, subscriptions, new Printer(messageFormat, stop), stop));
    }

    private int printUntilEnd(
            BrokerAddress address, MqttOptions options, List<Subscription> subscriptions, Printer printer, Stop stop)
            throws IOException, InterruptedException, CommandFailure {
        Deadline deadline = Deadline.in(timeoutSeconds == null ? null : Duration.ofSeconds(timeoutSeconds));
        MqttSession session = new MqttSession(1, 1);
        boolean first = true;
        while (true) {
            try (MqttClient client = MqttClient.connect(address, options, session, printer)) {
                subscribe(client, subscriptions);
                first = false;
                printer.awaitLoss(deadline, stop);
            } catch (MqttException e) {
                if (first) {
                    throw e;
                }
                System.err.println("fieldmouse sub: " + e.getMessage() + "; trying again");
            }
            if (printer.isBroken()) {
                return ExitCode.FAILED;
            }
            if (stop.isAsked()) {
                return ExitCode.DONE;
            }
            if (deadline.isOver()) {
                System.err.println("Timed out");
                return ExitCode.TIMED_OUT;
            }
            stop.await(RECONNECT_PAUSE);
        }
    }

    private static void subscribe(MqttClient client, List<Subscription> subscriptions)
            throws InterruptedException, CommandFailure, MqttException {
        List<Integer> granted;
        try {
            granted = client.subscribe(subscriptions).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MqttException reason) {
                throw reason;
            }
            throw new IllegalStateException(e);
        }
        int refused = 0;
        for (int i = 0; i < granted.size(); i++) {
            if (granted.get(i) >= ReasonCode.FIRST_ERROR) {
                refused++;
                System.err.println("fieldmouse sub: the broker refused "
                        + subscriptions.get(i).topicFilter() + ": " + ReasonCode.words(granted.get(i)));
            }
        }
        if (refused == granted.size()) {
            throw new CommandFailure("the broker refused every subscription");
        }
    }

    /** Prints on the client's thread: a slow terminal holds the broker back instead of filling the memory. */
    private final class Printer implements MqttClient.Listener {

        private final MessageFormat messageFormat;
        private final Stop stop;
        private final BlockingQueue<MqttException> losses = new LinkedBlockingQueue<>();
        private long printed;
        private volatile boolean broken;

        Printer(MessageFormat messageFormat, Stop stop) {
            this.messageFormat = messageFormat;
            this.stop = stop;
        }

        @Override
        public void received(ApplicationMessage message) {
            boolean enough = count != null && printed >= count;
            if (enough || broken || (noRetained && message.retain())) {
                return;
            }
            try {
                out.write(messageFormat.bytes(message, Instant.now()));
            } catch (IOException e) {
                // Nobody reads any more, as in `fieldmouse sub ... | head`.
                broken = true;
                stop.ask();
            }
            printed++;
            if (count != null && printed == count) {
                stop.ask();
            }
        }

        @Override
        public void closed(MqttException reason) {
            losses.add(reason);
        }

        boolean isBroken() {
            return broken;
        }

        void awaitLoss(Deadline deadline, Stop end) throws InterruptedException, MqttException {
            while (!end.isAsked() && !deadline.isOver()) {
                MqttException lost = losses.poll();
                if (lost != null) {
                    throw lost;
                }
                end.await(deadline.atMost(Duration.ofMillis(100)));
            }
        }
    }
}

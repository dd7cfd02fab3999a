package io.fieldmouse.edge;

import io.fieldmouse.gateway.publish.ApplicationMessage;
import io.fieldmouse.gateway.publish.BrokerAddress;
import io.fieldmouse.gateway.publish.MqttClient;
import io.fieldmouse.gateway.publish.MqttException;
import io.fieldmouse.gateway.publish.MqttOptions;
import io.fieldmouse.gateway.publish.MqttSession;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fieldmouse pub}: publishes and ends, as mosquitto_pub does. */
@Command(
        name = "pub",
        header = "Publish messages, as mosquitto_pub does.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse pub -t plant/lamp -m on",
            "  ./fieldmouse pub -t plant/lamp -m on -q 1 -r          kept by the broker",
            "  ./fieldmouse pub -t plant/lamp -n -r                  no longer kept",
            "  tail -f log | ./fieldmouse pub -t plant/log -l        each line a message"
        })
final class PubCommand implements Callable<Integer> {

    /** Messages on their way at a time when lines come faster than the broker takes them. */
    private static final int UNDER_WAY_MAX = 100;

    private static final int PAYLOAD_BYTES_MAX = 268_435_455;

    @Option(
            names = {"-t", "--topic"},
            required = true,
            paramLabel = "TOPIC",
            description = "The topic to publish to.")
    private String topic = "";

    @ArgGroup(multiplicity = "1")
    private Payload payload = new Payload();

    /** Where the payload comes from: exactly one of these. */
    static final class Payload {
        @Option(
                names = {"-m", "--message"},
                paramLabel = "TEXT",
                description = "The payload.")
        private @Nullable String text;

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "A file's contents.")
        private @Nullable Path file;

        @Option(
                names = {"-s", "--stdin-file"},
                description = "All of standard input as one message.")
        private boolean wholeInput;

        @Option(
                names = {"-l", "--stdin-line"},
                description = "Each line of standard input as a message.")
        private boolean inputLines;

        @Option(
                names = {"-n", "--null-message"},
                description = "An empty payload.")
        private boolean empty;
    }

    @Option(
            names = {"-q", "--qos"},
            paramLabel = "QOS",
            description = "0, 1 or 2 (default: 0).")
    private int qos;

    @Option(
            names = {"-r", "--retain"},
            description = "The broker keeps the message.")
    private boolean retain;

    @Mixin
    private ConnectOptions connect = new ConnectOptions();

    private final Deque<CompletableFuture<Void>> underWay = new ArrayDeque<>();

    @Override
    public Integer call() throws IOException, InterruptedException, CommandFailure {
        BrokerAddress address = connect.address();
        MqttOptions options = connect.options();
        connect.asUsage(() -> message(new byte[0]));
        byte[] whole = payload.inputLines ? new byte[0] : wholePayload();
        connect.beginLogging();
        MqttSession session = new MqttSession(2 * UNDER_WAY_MAX, PAYLOAD_BYTES_MAX);
        try (MqttClient client = MqttClient.connect(address, options, session, new Quiet())) {
            if (payload.inputLines) {
                publishLines(client, System.in);
            } else {
                underWay.add(client.publish(message(whole)));
            }
            while (!underWay.isEmpty()) {
                awaitOldest();
            }
        }
        return ExitCode.DONE;
    }

    private ApplicationMessage message(byte[] bytes) {
        return ApplicationMessage.of(topic, bytes, qos, retain);
    }

    private byte[] wholePayload() throws IOException, CommandFailure {
        if (payload.text != null) {
            return payload.text.getBytes(StandardCharsets.UTF_8);
        }
        if (payload.file != null) {
            try (InputStream in = Files.newInputStream(payload.file)) {
                return bounded(in, payload.file.toString());
            } catch (IOException e) {
                throw new CommandFailure("cannot read " + payload.file + ": " + FileFailure.words(e));
            }
        }
        if (payload.wholeInput) {
            return bounded(System.in, "standard input");
        }
        if (payload.empty) {
            return new byte[0];
        }
        throw new IllegalStateException("the options were checked to name one payload");
    }

    private static byte[] bounded(InputStream in, String name) throws IOException, CommandFailure {
        byte[] bytes = in.readNBytes(PAYLOAD_BYTES_MAX);
        if (bytes.length == PAYLOAD_BYTES_MAX && in.read() >= 0) {
            throw new CommandFailure(name + " is longer than a message may be, " + PAYLOAD_BYTES_MAX + " bytes");
        }
        return bytes;
    }

    /** Lines are cut as bytes: a payload need not be text. */
    private void publishLines(MqttClient client, InputStream input)
            throws IOException, InterruptedException, CommandFailure {
        BufferedInputStream in = new BufferedInputStream(input);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            if (octet != '\n') {
                line.write(octet);
                continue;
            }
            publishLine(client, line);
        }
        if (line.size() > 0) {
            publishLine(client, line);
        }
    }

    private void publishLine(MqttClient client, ByteArrayOutputStream line)
            throws InterruptedException, CommandFailure {
        while (underWay.size() >= UNDER_WAY_MAX) {
            awaitOldest();
        }
        underWay.add(client.publish(message(line.toByteArray())));
        line.reset();
    }

    private void awaitOldest() throws InterruptedException, CommandFailure {
        try {
            underWay.remove().get();
        } catch (ExecutionException e) {
            throw new CommandFailure(
                    e.getCause() == null
                            ? e.toString()
                            : String.valueOf(e.getCause().getMessage()));
        }
    }

    /** What is lost on the way shows in the message's own future. */
    private static final class Quiet implements MqttClient.Listener {
        @Override
        public void received(ApplicationMessage message) {
            // Of a session that once subscribed; a publisher has no use for it.
        }

        @Override
        public void closed(MqttException reason) {
            // The messages under way fail with the same reason.
        }
    }
}

package io.fieldmouse.edge;

import io.fieldmouse.gateway.publish.ApplicationMessage;
import io.fieldmouse.gateway.publish.BrokerAddress;
import io.fieldmouse.gateway.publish.MqttOptions;
import io.fieldmouse.gateway.publish.ProtocolVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** How {@code pub} and {@code sub} connect: the flags of mosquitto_pub and mosquitto_sub. */
final class ConnectOptions {

    private static final long FOR_EVER = 0xFFFF_FFFFL;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = {"-h", "--host"},
            paramLabel = "HOST",
            description = "The broker's host (default: localhost).")
    private String host = "localhost";

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = "The broker's port (default: 1883).")
    private int port = BrokerAddress.DEFAULT_PORT;

    @Option(
            names = {"-u", "--username"},
            paramLabel = "NAME",
            description = "User name.")
    private @Nullable String userName;

    @Option(
            names = {"-P", "--pw"},
            paramLabel = "PASSWORD",
            description = "Password.")
    private @Nullable String password;

    @Option(
            names = {"-i", "--id"},
            paramLabel = "ID",
            description = "Client id (default: the broker makes one up).")
    private String clientId = "";

    @Option(
            names = {"-k", "--keepalive"},
            paramLabel = "SECONDS",
            description = "Keep-alive (default: 60).")
    private int keepAliveSeconds = 60;

    @Option(
            names = {"-V", "--protocol-version"},
            paramLabel = "VERSION",
            converter = Version.class,
            description = "5, 311 or 31 (default: 311).")
    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;

    @Option(
            names = {"-c", "--disable-clean-session"},
            description = "Go on with the session of this client id, and keep it.")
    private boolean keepSession;

    @Option(
            names = {"-x", "--session-expiry-interval"},
            paramLabel = "SECONDS",
            description = "How long the broker keeps the session (only -V 5; -1: for ever, the default with -c).")
    private @Nullable Long sessionExpirySeconds;

    @Option(names = "--will-topic", paramLabel = "TOPIC", description = "Published when this connection is lost.")
    private @Nullable String willTopic;

    @Option(names = "--will-payload", paramLabel = "TEXT", description = "The will's payload.")
    private @Nullable String willPayload;

    @Option(names = "--will-qos", paramLabel = "QOS", description = "The will's QoS.")
    private int willQos;

    @Option(names = "--will-retain", description = "Keep the will.")
    private boolean willRetain;

    @Option(
            names = {"-d", "--debug"},
            description = "Log each packet: its kind and id, QoS, topic, size, reason.")
    private boolean debug;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    /** Sets the log level; to be called before anything connects. */
    void beginLogging() {
        if (debug) {
            Logging.debug();
        } else {
            Logging.errorsOnly();
        }
    }

    BrokerAddress address() {
        return asUsage(() -> new BrokerAddress(
                host, port, userName, password == null ? null : password.getBytes(StandardCharsets.UTF_8)));
    }

    MqttOptions options() {
        if (keepSession && clientId.isEmpty()) {
            throw usage("-c keeps the session of a client id: give one with -i");
        }
        if (sessionExpirySeconds != null && version != ProtocolVersion.MQTT_5) {
            throw usage("-x is for MQTT 5: add -V 5");
        }
        if (willTopic == null && (willPayload != null || willRetain || willQos != 0)) {
            throw usage("a will needs its topic: --will-topic");
        }
        // Version 3.1 knows no empty client id.
        String id = clientId.isEmpty() && version == ProtocolVersion.MQTT_3_1
                ? "fm" + ProcessHandle.current().pid()
                : clientId;
        return asUsage(() -> new MqttOptions(
                version,
                id,
                !keepSession,
                expiry(),
                keepAliveSeconds,
                Duration.ofSeconds(10),
                will(),
                MqttOptions.LARGEST_PACKET_BYTES));
    }

    private long expiry() {
        if (sessionExpirySeconds == null) {
            return keepSession ? FOR_EVER : 0;
        }
        return sessionExpirySeconds == -1 ? FOR_EVER : sessionExpirySeconds;
    }

    private @Nullable ApplicationMessage will() {
        if (willTopic == null) {
            return null;
        }
        byte[] payload = (willPayload == null ? "" : willPayload).getBytes(StandardCharsets.UTF_8);
        return ApplicationMessage.of(willTopic, payload, willQos, willRetain);
    }

    /** What a value refuses with an IllegalArgumentException is here the user's typing mistake. */
    <T> T asUsage(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** The names mosquitto's tools give the versions. */
    static final class Version implements ITypeConverter<ProtocolVersion> {
        @Override
        public ProtocolVersion convert(String text) {
            return switch (text) {
                case "5", "mqttv5" -> ProtocolVersion.MQTT_5;
                case "311", "3.1.1", "mqttv311" -> ProtocolVersion.MQTT_3_1_1;
                case "31", "3.1", "mqttv31" -> ProtocolVersion.MQTT_3_1;
                default -> throw new TypeConversionException("\"" + text + "\", allowed are 5, 311 and 31");
            };
        }
    }
}

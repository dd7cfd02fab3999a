package io.fieldmouse.edge;

import io.fieldmouse.broker.Broker;
import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.BrokerSetting;
import io.fieldmouse.broker.ListenerConfig;
import io.fieldmouse.gateway.yaml.NearestWord;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fieldmouse broker}: the broker alone, without any file, so that other programs can start it. */
@Command(
        name = "broker",
        header = "Run the broker alone, without a configuration file.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse broker --port 1883 --data /tmp/broker",
            "  ./fieldmouse broker --port 0 --data /tmp/broker --set lanes=1",
            "",
            "It listens on 127.0.0.1 and asks for no credentials. Once it listens it prints",
            "\"listening on 127.0.0.1:PORT\", and with --ws-port a line",
            "\"listening on ws://127.0.0.1:PORT/mqtt\".",
            "SIGTERM and Ctrl-C end it within five seconds, exit code 0.",
            "./fieldmouse broker --settings lists what can be set."
        })
final class BrokerCommand implements Callable<Integer> {

    /** The listener of {@code --ws-port}. */
    private static final String WEB_SOCKET = "websocket";

    private static final Pattern KEY_AND_VALUE = Pattern.compile("([a-z_]+): ([a-z0-9.]+)");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--port", paramLabel = "PORT", description = "TCP port, 0 for any free one (default: 1883).")
    private @Nullable String port;

    @Option(
            names = "--ws-port",
            paramLabel = "PORT",
            description = "TCP port for MQTT over WebSocket, at the path /mqtt; 0 for any free one.")
    private @Nullable Integer webSocketPort;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where the store is (default: data beside the program).")
    private @Nullable Path data;

    @Option(
            names = "--durability",
            paramLabel = "LEVEL",
            description = "What an acknowledged message survives: force (a power cut, the default), os (a kill of the"
                    + " process), none.")
    private @Nullable String durability;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any other setting; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--settings", description = "List the settings and end.")
    private boolean list;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws Exception {
        if (list) {
            for (BrokerSetting setting : BrokerSetting.values()) {
                System.out.printf("%-24s %-12s %s%n", setting.key(), setting.defaultText(), setting.description());
            }
            return ExitCode.DONE;
        }
        BrokerConfig config = config();
        common.beginLogging();
        requireMeant(config);
        return Stop.service(stop -> {
            try (Broker broker = StartedBroker.start(config)) {
                announce(config, broker);
                System.out.flush();
                return stop.await();
            }
        });
    }

    private static void announce(BrokerConfig config, Broker broker) {
        if (broker.port() >= 0) {
            System.out.println("listening on " + config.text(BrokerSetting.BIND) + ":" + broker.port());
        }
        String webSocket = broker.uris().get(WEB_SOCKET);
        if (webSocket != null) {
            System.out.println("listening on " + webSocket);
        }
    }

    private BrokerSetting setting(String key) {
        List<String> known =
                Arrays.stream(BrokerSetting.values()).map(BrokerSetting::key).toList();
        Optional<String> guess = known.contains(key) ? Optional.empty() : NearestWord.to(key, known);
        if (guess.isPresent()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "unknown setting \"" + key + "\". Did you mean \"" + guess.get() + "\"? --settings lists them");
        }
        return BrokerSetting.of(key);
    }

    /** The broker would refuse them too, but in the words of a file. */
    private static void requireMeant(BrokerConfig config) throws CommandFailure {
        for (ListenerConfig listener : config.listeners()) {
            String objection = listener.objection(config);
            if (objection != null) {
                String words = KEY_AND_VALUE.matcher(objection).replaceAll("--set $1=$2");
                throw new CommandFailure(listener.place() + " " + words);
            }
        }
    }

    private BrokerConfig config() {
        try {
            Path directory = data == null ? Home.path().resolve(BrokerSetting.DATA.defaultText()) : data;
            BrokerConfig config = BrokerConfig.defaults().with(BrokerSetting.DATA, directory.toString());
            config = port == null ? config : config.with(BrokerSetting.PORT, port);
            config = durability == null ? config : config.with(BrokerSetting.DURABILITY, durability);
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                config = config.with(setting(setting.getKey()), setting.getValue());
            }
            return webSocketPort == null
                    ? config
                    : config.withListener(ListenerConfig.tcp(WEB_SOCKET, config.text(BrokerSetting.BIND), webSocketPort)
                            .with(ListenerConfig.Protocol.WEBSOCKET));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}

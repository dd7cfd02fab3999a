package io.fieldmouse.edge;

import io.fieldmouse.broker.Broker;
import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.edge.BoxConfig.BrokerPlace;
import io.fieldmouse.gateway.Gateway;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code fieldmouse run}: the box as configured, broker and gateway in one process. */
@Command(
        name = "run",
        header = "Run broker and gateway as configured.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse check && ./fieldmouse run",
            "  ./fieldmouse run --config /etc/fieldmouse/fieldmouse.yaml --wait-for-ports",
            "",
            "SIGTERM and Ctrl-C end it within five seconds, exit code 0."
        })
final class RunCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions configuration = new ConfigOptions();

    @Mixin
    private PortOptions ports = new PortOptions();

    @Mixin
    private CommonOptions common = new CommonOptions();

    @SuppressWarnings("try") // some are opened only to be closed
    @Override
    public Integer call() throws Exception {
        common.beginLogging();
        BoxConfig config = BoxConfig.read(configuration.file(), BrokerPlace.HERE, ports.check(), ListenCheck.none());
        return Stop.service(stop -> {
            try (Broker broker = StartedBroker.start(broker(config));
                    RunningGateway gateway = gateway(config, broker)) {
                return stop.await();
            }
        });
    }

    private static @Nullable RunningGateway gateway(BoxConfig config, Broker broker) {
        if (config.isBrokerAlone()) {
            // Not a logger of the class: that would be made before the options say how much to log.
            LoggerFactory.getLogger(RunCommand.class).info("no buses, no devices: the broker alone");
            return null;
        }
        return RunningGateway.start(new Gateway(config.gateway(), new EmbeddedLink(broker)));
    }

    /** A box that was killed left its devices online in the store: until they answer again, they are not. */
    private static BrokerConfig broker(BoxConfig config) {
        return config.broker().withRetainedReset(config.gateway().topics().availability("+"), "offline");
    }
}

package io.fieldmouse.edge;

import io.fieldmouse.edge.BoxConfig.BrokerPlace;
import io.fieldmouse.gateway.Gateway;
import io.fieldmouse.gateway.GatewayConfig;
import io.fieldmouse.gateway.publish.BrokerAddress;
import io.fieldmouse.gateway.publish.MqttLink;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code fieldmouse gateway}: the gateway alone, publishing to a broker elsewhere. */
@Command(
        name = "gateway",
        header = "Run the gateway alone, with a broker elsewhere.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse gateway",
            "",
            "The broker is named in the configuration: gateway: broker: host: ...",
            "While that broker is away the gateway waits, and says so.",
            "SIGTERM and Ctrl-C end it within five seconds, exit code 0."
        })
final class GatewayCommand implements Callable<Integer> {

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
        GatewayConfig config = BoxConfig.read(
                        configuration.file(), BrokerPlace.ELSEWHERE, ports.check(), ListenCheck.none())
                .gateway();
        BrokerAddress broker = Objects.requireNonNull(config.broker(), "the configuration was checked for a broker");
        MqttLink link = new MqttLink(broker, "fieldmouse-" + config.id());
        return Stop.service(stop -> {
            try (RunningGateway gateway = RunningGateway.start(new Gateway(config, link))) {
                return stop.await();
            }
        });
    }
}

package io.fieldmouse.edge;

import io.fieldmouse.broker.Broker;
import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.BrokerSetting;
import io.fieldmouse.broker.ListenerConfig;
import io.fieldmouse.edge.demo.ChangeLines;
import io.fieldmouse.edge.demo.LiveTable;
import io.fieldmouse.edge.demo.Readings;
import io.fieldmouse.edge.demo.Terminal;
import io.fieldmouse.gateway.Gateway;
import io.fieldmouse.gateway.GatewayConfig;
import io.fieldmouse.gateway.PortCheck;
import io.fieldmouse.gateway.publish.ApplicationMessage;
import io.fieldmouse.gateway.publish.BrokerAddress;
import io.fieldmouse.gateway.publish.MqttClient;
import io.fieldmouse.gateway.publish.MqttException;
import io.fieldmouse.gateway.publish.MqttOptions;
import io.fieldmouse.gateway.publish.MqttSession;
import io.fieldmouse.gateway.publish.ProtocolVersion;
import io.fieldmouse.gateway.publish.Subscription;
import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.gateway.yaml.YamlMap;
import io.fieldmouse.gateway.yaml.YamlReader;
import io.fieldmouse.sim.modbus.LineConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The demo, from the simulated devices to the table. The table is fed by an MQTT client like any dashboard's: what it
 * shows is what came over the network, not what the gateway thinks.
 */
final class Demo {

    private static final Duration REDRAW = Duration.ofMillis(200);
    private static final Duration RESIZE_LOOK = Duration.ofSeconds(1);
    private static final int PORTS_TRIED = 100;

    /** What the commands that are offered change: to be seen on a small terminal too. */
    private static final List<String> FIRST =
            List.of("boiler/setpoint", "boiler/flow-temperature", "fan/run", "fan/speed", "meter/power");

    private final PrintStream out;
    private final boolean terminal;
    private final Stop stop;
    private final @Nullable Duration time;
    private final Readings readings = new Readings(FIRST);

    /** Why the dashboard has no connection any more; null while it has. */
    private volatile @Nullable String lost;

    Demo(PrintStream out, boolean terminal, Stop stop, @Nullable Duration time) {
        this.out = out;
        this.terminal = terminal;
        this.stop = stop;
        this.time = time;
    }

    /** The life of the demo. Everything it opens is closed when this returns. */
    @SuppressWarnings("try") // some are opened only to be closed
    void run(int firstPort) throws IOException, ConfigException, CommandFailure, InterruptedException {
        out.println("Fieldmouse demo: three simulated Modbus devices on two virtual serial lines.");
        out.flush();
        try (DemoFiles files = DemoFiles.unpack()) {
            List<LineConfig> lines = SimFile.read(new YamlReader(files::variable), files.path("sim.yaml"));
            GatewayConfig config = gatewayConfig(files);
            BrokerConfig brokerConfig = BrokerConfig.defaults()
                    .with(BrokerSetting.PORT, Integer.toString(freePort(firstPort)))
                    .with(BrokerSetting.DATA, files.path("data").toString());
            try (SimulatedLines simulated = SimulatedLines.start(lines);
                    Broker broker = StartedBroker.start(brokerConfig);
                    RunningGateway gateway = RunningGateway.start(new Gateway(config, new EmbeddedLink(broker)));
                    MqttClient dashboard =
                            subscribe(broker.port(), config.topics().root())) {
                DemoPlant plant = new DemoPlant(
                        simulated.line("heating").slave(1),
                        simulated.line("machines").slave(1));
                show(
                        introduction(broker.port(), firstPort, config.topics().root()),
                        config.topics().root(),
                        plant);
            }
        }
        if (terminal && stop.isAsked() && lost == null) {
            // Below the ^C that the terminal echoes.
            out.println();
        }
        out.println("The demo has ended; its port, its serial lines and its files are released.");
        out.flush();
        if (lost != null) {
            throw new CommandFailure("the dashboard lost the broker: " + lost);
        }
    }

    private static GatewayConfig gatewayConfig(DemoFiles files) throws ConfigException {
        YamlReader reader = new YamlReader(files::variable);
        YamlMap root = reader.read(files.path("fieldmouse.yaml"));
        // The ports are links that appear only when the simulation starts.
        GatewayConfig config = GatewayConfig.read(reader, root, files.path("profiles"), PortCheck.none());
        reader.finish();
        return config;
    }

    private MqttClient subscribe(int port, String root) throws MqttException, InterruptedException {
        MqttClient client = MqttClient.connect(
                BrokerAddress.of("127.0.0.1", port),
                MqttOptions.clean(ProtocolVersion.MQTT_5, "demo-dashboard"),
                new MqttSession(1, 1),
                new Dashboard());
        client.subscribe(List.of(Subscription.of(root + "/#", 1))).join();
        return client;
    }

    /** The first free port from here on: a box may run another broker already. */
    private static int freePort(int first) throws CommandFailure {
        ListenCheck check = ListenCheck.byBinding();
        for (int port = first; port < first + PORTS_TRIED && port <= 65_535; port++) {
            if (check.objection(ListenerConfig.tcp("demo", BrokerSetting.BIND.defaultText(), port))
                    .isEmpty()) {
                return port;
            }
        }
        throw new CommandFailure("no free port from " + first + " on; name another with --port");
    }

    private static List<String> introduction(int port, int firstPort, String root) {
        String taken = port == firstPort ? "" : "   (" + firstPort + " was taken)";
        return List.of(
                "MQTT broker at 127.0.0.1:" + port + taken,
                "",
                "Try in another terminal:",
                "  ./fieldmouse sub -p " + port + " -v -t '" + root + "/#'",
                "  ./fieldmouse pub -p " + port + " -t " + root + "/boiler/setpoint/set -m 70",
                "  ./fieldmouse pub -p " + port + " -t " + root + "/fan/run/set -m false",
                "");
    }

    private void show(List<String> introduction, String root, DemoPlant plant) throws InterruptedException {
        // From here on, so that the clock in the picture reaches it: a small box takes seconds to begin.
        Deadline deadline = Deadline.in(time);
        if (terminal) {
            showTable(introduction, root, plant, deadline);
        } else {
            introduction.forEach(out::println);
            showLines(plant, deadline);
        }
    }

    private void showTable(List<String> introduction, String root, DemoPlant plant, Deadline deadline)
            throws InterruptedException {
        LiveTable table = new LiveTable(out, Terminal.hasColours(), introduction, root + "/");
        String hint = time == null
                ? "Ctrl-C ends the demo"
                : String.format("ends at %02d:%02d, or with Ctrl-C", time.toMinutes(), time.toSecondsPart());
        long start = System.nanoTime();
        long sizeKnownNanos = start;
        Terminal.Size size = Terminal.size();
        try {
            do {
                long now = System.nanoTime();
                if (now - sizeKnownNanos > RESIZE_LOOK.toNanos()) {
                    size = Terminal.size();
                    sizeKnownNanos = now;
                }
                plant.step();
                table.draw(readings, size, Duration.ofNanos(now - start), hint, now);
            } while (!deadline.isOver() && !stop.await(deadline.atMost(REDRAW)));
        } finally {
            table.end();
        }
    }

    private void showLines(DemoPlant plant, Deadline deadline) throws InterruptedException {
        ChangeLines lines = new ChangeLines(out);
        long start = System.nanoTime();
        do {
            long now = System.nanoTime();
            plant.step();
            lines.print(readings, Duration.ofNanos(now - start), now);
        } while (!deadline.isOver() && !stop.await(deadline.atMost(REDRAW)));
    }

    /** What the table sees. */
    private final class Dashboard implements MqttClient.Listener {
        @Override
        public void received(ApplicationMessage message) {
            readings.heard(message.topic(), message.payload(), System.nanoTime());
        }

        @Override
        public void closed(MqttException reason) {
            lost = String.valueOf(reason.getMessage());
            stop.ask();
        }
    }
}

package io.fieldmouse.edge;

import io.fieldmouse.edge.demo.Terminal;
import io.fieldmouse.gateway.publish.BrokerAddress;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fieldmouse demo}: everything at once, without hardware and without a trace. */
@Command(
        name = "demo",
        header = "See it work: simulated devices, gateway, broker, a live table.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse demo                 until Ctrl-C",
            "  ./fieldmouse demo --for 30s       ends by itself",
            "  ./fieldmouse demo | tee log       without a terminal: a line for each change",
            "",
            "The meter falls silent after ten seconds and returns eight seconds later:",
            "it goes offline, its readings go stale, and both come back.",
            "Needs no root, no hardware and no configuration."
        })
final class DemoCommand implements Callable<Integer> {

    private static final int PORT_MAX = 65_535;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            description = "End after this time, such as 30s or 5m.")
    private @Nullable Duration time;

    @Option(names = "--port", paramLabel = "PORT", description = "First port to try (default: 1883).")
    private int port = BrokerAddress.DEFAULT_PORT;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws Exception {
        if (port < 1 || port > PORT_MAX) {
            throw new ParameterException(spec.commandLine(), "--port is " + port + ", allowed are 1 to " + PORT_MAX);
        }
        // With -v the log is what is wanted, and a table between its lines would be torn.
        boolean table = Terminal.canDraw() && !common.isVerbose();
        if (!common.isVerbose()) {
            Logging.errorsOnly();
        }
        common.beginLogging();
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        return Stop.service(stop -> {
            new Demo(out, table, stop, time).run(port);
            return ExitCode.DONE;
        });
    }
}

package io.fieldmouse.edge;

import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.BrokerSetting;
import io.fieldmouse.broker.ListenerConfig;
import io.fieldmouse.edge.BoxConfig.BrokerPlace;
import io.fieldmouse.gateway.GatewayConfig;
import io.fieldmouse.gateway.PortCheck;
import io.fieldmouse.gateway.link.SerialSettings;
import io.fieldmouse.gateway.modbus.ModbusBus;
import io.fieldmouse.gateway.modbus.ModbusBusConfig;
import io.fieldmouse.gateway.modbus.ModbusDevice;
import io.fieldmouse.gateway.reading.Reading;
import io.fieldmouse.gateway.reading.ReadingSink;
import io.fieldmouse.gateway.yaml.ConfigException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fieldmouse check}: says what the configuration means, or everything that is wrong with it. */
@Command(
        name = "check",
        header = "Check the configuration and show what it means.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse check",
            "  ./fieldmouse check --no-ports    while the box is running and has them open",
            "",
            "Exit codes: 0 nothing wrong, 78 something is. Each problem is told with file,",
            "line and key."
        })
final class CheckCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions configuration = new ConfigOptions();

    @Option(names = "--no-ports", description = "Do not try the serial ports and the broker's port.")
    private boolean noPorts;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws ConfigException {
        if (!common.isVerbose()) {
            Logging.errorsOnly();
        }
        common.beginLogging();
        Path file = configuration.file();
        PortCheck ports = noPorts ? PortCheck.none() : PortCheck.byOpening();
        ListenCheck listening = noPorts ? ListenCheck.byDates() : ListenCheck.byBinding();
        BoxConfig config = BoxConfig.read(file, BrokerPlace.HERE, ports, listening);
        PrintStream out = System.out;
        out.println(file + ": nothing wrong" + (config.warnings().isEmpty() ? "" : ", but perhaps not what is meant:"));
        config.warnings().forEach(out::println);
        out.println();
        print(out, config.broker());
        if (config.isBrokerAlone()) {
            out.println("gateway  no buses, no devices: the broker alone");
        } else {
            print(out, config.gateway());
        }
        config.gateway().buses().forEach(bus -> print(out, bus));
        out.flush();
        return ExitCode.DONE;
    }

    private static void print(PrintStream out, BrokerConfig broker) {
        out.println(
                "broker   data in " + broker.dataDirectory() + ", durability " + broker.text(BrokerSetting.DURABILITY));
        for (ListenerConfig listener : broker.listeners()) {
            int port = listener.place() instanceof ListenerConfig.Port place ? place.port() : 0;
            out.println("  " + listener.uri(port) + " for " + listener.whoMayEnter(broker));
        }
        Path rights = broker.file(BrokerSetting.ACL_FILE);
        out.println(rights == null ? "  every topic for everyone" : "  topics as " + rights + " allows");
    }

    private static void print(PrintStream out, GatewayConfig gateway) {
        out.println("gateway  " + gateway.id() + ", topics " + gateway.topics().root() + "/#"
                + (gateway.broker() == null ? "" : ", as fieldmouse gateway to the broker at " + gateway.broker()));
    }

    private static void print(PrintStream out, ModbusBusConfig bus) {
        SerialSettings serial = bus.serial();
        String parity = serial.parity().name().substring(0, 1);
        out.println();
        out.println("bus      " + bus.name() + ": " + serial.port() + ", " + serial.baud() + " baud, "
                + serial.dataBits() + parity + serial.stopBits());
        for (ModbusDevice device : bus.devices()) {
            out.printf(
                    "  unit %-3d %-20s %4d %s every %d ms, timeout %d ms%n",
                    device.unitId(),
                    device.name(),
                    device.points().size(),
                    device.points().size() == 1 ? "point" : "points",
                    device.interval().toMillis(),
                    device.timeout().toMillis());
        }
        ModbusBus asked = new ModbusBus(bus, new Nowhere());
        String verdict = asked.demandedLoad() > 1
                ? ": MORE THAN THE LINE CARRIES, lengthen intervals or raise the baud rate"
                : "";
        out.println("  of the line's time the polls need " + asked.demandedLoadInWords() + verdict);
    }

    /** A bus that is only asked about its load reads nothing. */
    private static final class Nowhere implements ReadingSink {
        @Override
        public void reading(Reading reading) {
            throw new IllegalStateException("a bus that was not started read " + reading.point());
        }

        @Override
        public void availability(String device, boolean online) {
            throw new IllegalStateException("a bus that was not started asked " + device);
        }
    }
}

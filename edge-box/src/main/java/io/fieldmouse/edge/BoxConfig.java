package io.fieldmouse.edge;

import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.BrokerSetting;
import io.fieldmouse.gateway.GatewayConfig;
import io.fieldmouse.gateway.PortCheck;
import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.gateway.yaml.ConfigProblem;
import io.fieldmouse.gateway.yaml.YamlMap;
import io.fieldmouse.gateway.yaml.YamlReader;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * The whole of {@code fieldmouse.yaml}: the section {@code broker:}, whose keys are the broker's settings, and what the
 * gateway reads.
 *
 * @param broker how the broker of this box is started
 * @param gateway buses, devices and topics
 * @param warnings what may be meant as it stands, but is more likely not; logged when it was read
 */
record BoxConfig(BrokerConfig broker, GatewayConfig gateway, List<ConfigProblem> warnings) {

    /** Where the gateway is to find its broker. */
    enum BrokerPlace {
        /** In the same process. */
        HERE,
        /** Elsewhere: the section {@code gateway.broker} has to name it. */
        ELSEWHERE
    }

    /** Without buses there is nothing to read, and nothing of the gateway is started: the box is its broker alone. */
    boolean isBrokerAlone() {
        return gateway.buses().isEmpty();
    }

    /** @throws ConfigException with everything that is wrong */
    static BoxConfig read(Path file, BrokerPlace place, PortCheck portCheck, ListenCheck listenCheck)
            throws ConfigException {
        YamlReader reader = new YamlReader();
        YamlMap root = reader.read(file);
        YamlMap brokerSection = root.section("broker");
        BrokerConfig broker = broker(brokerSection);
        if (place == BrokerPlace.HERE) {
            checkAddress(brokerSection, broker, listenCheck);
        }
        Path folder = file.toAbsolutePath().getParent();
        Path profiles = folder == null ? Path.of("profiles") : file.resolveSibling("profiles");
        GatewayConfig gateway = GatewayConfig.read(reader, root, profiles, portCheck);
        if (place == BrokerPlace.ELSEWHERE && gateway.broker() == null && !root.flawed("gateway")) {
            root.problem("gateway", "no broker", "needs broker: with its host; or use fieldmouse run, which has one");
        }
        reader.finish();
        return new BoxConfig(broker, gateway, reader.warnings());
    }

    /** The broker would refuse these too, but without the place in the file. */
    private static void checkAddress(YamlMap section, BrokerConfig broker, ListenCheck listenCheck) {
        String bind = BrokerSetting.BIND.key();
        String port = BrokerSetting.PORT.key();
        String anonymous = BrokerSetting.ANONYMOUS.key();
        if (section.flawed(bind) || section.flawed(port) || section.flawed(anonymous)) {
            return;
        }
        String host = broker.text(BrokerSetting.BIND);
        InetSocketAddress address = new InetSocketAddress(host, broker.number(BrokerSetting.PORT));
        if (address.isUnresolved()) {
            section.problem(bind, '"' + host + '"', "needs an address of this machine, such as 127.0.0.1");
        } else if (!address.getAddress().isLoopbackAddress()
                && !broker.text(BrokerSetting.ANONYMOUS).equals("anywhere")) {
            section.problem(
                    bind,
                    '"' + host + "\", which is open to the network while clients need no password",
                    "write anonymous: anywhere below it if that is meant, else bind: 127.0.0.1");
        } else {
            listenCheck
                    .objection(address)
                    .ifPresent(found -> section.problem(
                            port,
                            found,
                            "choose another port, or end who holds it; a box that runs is checked with --no-ports"));
        }
    }

    private static BrokerConfig broker(YamlMap section) {
        BrokerConfig config = BrokerConfig.defaults();
        for (BrokerSetting setting : BrokerSetting.values()) {
            String key = setting.key();
            if (!section.has(key)) {
                continue;
            }
            String value = section.text(key);
            if (section.flawed(key)) {
                continue;
            }
            try {
                config = config.with(setting, value);
            } catch (IllegalArgumentException e) {
                section.problem(key, '"' + value + '"', String.valueOf(e.getMessage()));
            }
        }
        // A relative folder is meant beside the program, wherever it is called from.
        Path data = Home.path().resolve(config.text(BrokerSetting.DATA));
        return config.with(BrokerSetting.DATA, data.toString());
    }
}

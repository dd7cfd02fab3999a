package io.fieldmouse.edge;

import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.gateway.GatewayConfig;
import io.fieldmouse.gateway.PortCheck;
import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.gateway.yaml.ConfigProblem;
import io.fieldmouse.gateway.yaml.YamlMap;
import io.fieldmouse.gateway.yaml.YamlReader;
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
        BrokerConfig broker = BrokerSection.read(root.section("broker"), file, place, listenCheck);
        Path folder = file.toAbsolutePath().getParent();
        Path profiles = folder == null ? Path.of("profiles") : file.resolveSibling("profiles");
        GatewayConfig gateway = GatewayConfig.read(reader, root, profiles, portCheck);
        if (place == BrokerPlace.ELSEWHERE && gateway.broker() == null && !root.flawed("gateway")) {
            root.problem("gateway", "no broker", "needs broker: with its host; or use fieldmouse run, which has one");
        }
        reader.finish();
        return new BoxConfig(broker, gateway, reader.warnings());
    }
}

package io.fieldmouse.edge;

import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.BrokerSetting;
import io.fieldmouse.gateway.GatewayConfig;
import io.fieldmouse.gateway.PortCheck;
import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.gateway.yaml.YamlMap;
import io.fieldmouse.gateway.yaml.YamlReader;
import java.nio.file.Path;

/**
 * The whole of {@code fieldmouse.yaml}: the section {@code broker:}, whose keys are the broker's settings, and what the
 * gateway reads.
 *
 * @param broker how the broker of this box is started
 * @param gateway buses, devices and topics
 */
record BoxConfig(BrokerConfig broker, GatewayConfig gateway) {

    /** Where the gateway is to find its broker. */
    enum BrokerPlace {
        /** In the same process. */
        HERE,
        /** Elsewhere: the section {@code gateway.broker} has to name it. */
        ELSEWHERE
    }

    /** @throws ConfigException with everything that is wrong */
    static BoxConfig read(Path file, BrokerPlace place, PortCheck portCheck) throws ConfigException {
        YamlReader reader = new YamlReader();
        YamlMap root = reader.read(file);
        BrokerConfig broker = broker(root.section("broker"));
        Path folder = file.toAbsolutePath().getParent();
        Path profiles = folder == null ? Path.of("profiles") : file.resolveSibling("profiles");
        GatewayConfig gateway = GatewayConfig.read(reader, root, profiles, portCheck);
        if (place == BrokerPlace.ELSEWHERE && gateway.broker() == null && !root.flawed("gateway")) {
            root.problem("gateway", "no broker", "needs broker: with its host; or use fieldmouse run, which has one");
        }
        reader.finish();
        return new BoxConfig(broker, gateway);
    }

    private static BrokerConfig broker(YamlMap section) {
        BrokerConfig config = BrokerConfig.defaults();
        for (String key : section.keys()) {
            String value = section.text(key);
            if (section.flawed(key)) {
                continue;
            }
            try {
                config = config.with(key, value);
            } catch (IllegalArgumentException e) {
                section.problem(key, '"' + value + '"', String.valueOf(e.getMessage()));
            }
        }
        // A relative folder is meant beside the program, wherever it is called from.
        Path data = Home.path().resolve(config.text(BrokerSetting.DATA));
        return config.with(BrokerSetting.DATA, data.toString());
    }
}

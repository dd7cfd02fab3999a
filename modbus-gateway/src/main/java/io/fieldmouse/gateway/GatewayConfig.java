package io.fieldmouse.gateway;

import io.fieldmouse.gateway.modbus.ModbusBusConfig;
import io.fieldmouse.gateway.publish.BrokerAddress;
import io.fieldmouse.gateway.reading.TopicTemplate;
import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.gateway.yaml.YamlMap;
import io.fieldmouse.gateway.yaml.YamlReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the user configured, checked as a whole: names are unique, references lead somewhere, profiles are read and
 * resolved into their devices.
 *
 * @param id the gateway's name, {@code [a-z0-9_-]+}
 * @param topics where its topics are
 * @param broker where {@code fieldmouse gateway} finds its broker; null when it shares a process with one
 * @param heartbeat how often an unchanged reading is published
 * @param buses in the order of the file; one without devices has nothing to do
 */
public record GatewayConfig(
        String id,
        TopicTemplate topics,
        @Nullable BrokerAddress broker,
        Duration heartbeat,
        List<ModbusBusConfig> buses) {
    private static final Duration HEARTBEAT_DEFAULT = Duration.ofSeconds(60);
    private static final Duration HEARTBEAT_MIN = Duration.ofSeconds(1);
    private static final Duration HEARTBEAT_MAX = Duration.ofHours(24);
    private static final String ROOT_PREFIX = "fieldmouse/";

    /**
     * Reads the user's file and the profiles in the folder {@code profiles} beside it.
     *
     * @param foreignKeys keys at the top of the file that belong to other readers
     * @param portCheck whether ports that cannot be used are problems of the configuration
     * @throws ConfigException with everything that is wrong in all of these files
     */
    public static GatewayConfig read(Path file, Set<String> foreignKeys, PortCheck portCheck) throws ConfigException {
        YamlReader reader = new YamlReader();
        YamlMap root = reader.read(file);
        root.leaveToOthers(foreignKeys);
        GatewayConfig config = read(reader, root, file.resolveSibling("profiles"), portCheck);
        reader.finish();
        return config;
    }

    /**
     * Reads the gateway's sections as part of a larger reading.
     *
     * @param root the top of the user's file
     * @param profiles the folder of profiles
     * @param portCheck whether ports that cannot be used are problems of the configuration
     * @return not to be used before the reader's {@code finish} returned
     */
    public static GatewayConfig read(YamlReader reader, YamlMap root, Path profiles, PortCheck portCheck) {
        YamlMap gateway = root.section("gateway");
        // A file that configures nothing but a broker need not name a gateway.
        boolean idNeeded = root.has("gateway") || root.has("buses") || root.has("devices");
        String id = idNeeded ? Names.read(gateway, "id", name -> false) : "edge";
        return new GatewayConfig(
                id,
                topics(gateway, id),
                gateway.has("broker") ? broker(gateway.section("broker")) : null,
                gateway.duration("heartbeat", HEARTBEAT_MIN, HEARTBEAT_MAX, HEARTBEAT_DEFAULT),
                BusesReader.read(root, new ProfileReader(reader, profiles), portCheck));
    }

    private static TopicTemplate topics(YamlMap gateway, String id) {
        String standIn = ROOT_PREFIX + (TopicTemplate.isName(id) ? id : "edge");
        String root = gateway.text("topic_root", standIn);
        if (TopicTemplate.isRoot(root)) {
            return new TopicTemplate(root);
        }
        gateway.problem(
                "topic_root",
                '"' + root + '"',
                "allowed: topic levels such as plant/line-1, without +, # and $, at most "
                        + TopicTemplate.ROOT_LENGTH_MAX + " characters");
        return new TopicTemplate(standIn);
    }

    private static BrokerAddress broker(YamlMap broker) {
        String host = broker.text("host");
        int port = broker.wholeNumber("port", 1, 65_535, BrokerAddress.DEFAULT_PORT);
        String user = broker.text("user", "");
        String password = broker.text("password", "");
        if (user.isEmpty() && broker.has("password")) {
            broker.problem("password", "a password without a user", "add user: or remove it");
        }
        return new BrokerAddress(
                host.isEmpty() ? "localhost" : host,
                port,
                user.isEmpty() ? null : user,
                password.isEmpty() ? null : password.getBytes(StandardCharsets.UTF_8));
    }
}

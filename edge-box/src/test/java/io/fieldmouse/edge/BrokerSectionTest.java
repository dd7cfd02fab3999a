package io.fieldmouse.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.BrokerSetting;
import io.fieldmouse.broker.ListenerConfig;
import io.fieldmouse.edge.BoxConfig.BrokerPlace;
import io.fieldmouse.gateway.PortCheck;
import io.fieldmouse.gateway.yaml.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listeners of the configuration, and what is told of those that are wrong. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
class BrokerSectionTest {
    @TempDir
    Path directory;

    private BrokerConfig read(String broker) throws IOException, ConfigException {
        Path file = directory.resolve("fieldmouse.yaml");
        Files.writeString(file, "gateway: {id: a}\nbroker:\n" + broker);
        return BoxConfig.read(file, BrokerPlace.HERE, PortCheck.none(), ListenCheck.none())
                .broker();
    }

    private void expectProblem(String broker, String... words) {
        String told = String.valueOf(
                assertThrows(ConfigException.class, () -> read(broker)).getMessage());
        for (String word : words) {
            assertTrue(told.contains(word), () -> "\"" + word + "\" is not in: " + told);
        }
    }

    @Test
    void listenersAreReadWithTheirSettings() throws Exception {
        BrokerConfig config = read(
                """
                  port: off
                  listeners:
                    - name: plain
                      bind: 0.0.0.0
                      port: 1884
                      anonymous: anywhere
                      connections_max: 5
                    - {name: browsers, port: 9001, protocol: websocket}
                """);
        assertEquals(2, config.listeners().size());
        assertEquals(
                new ListenerConfig(
                        "plain",
                        "0.0.0.0",
                        1884,
                        ListenerConfig.Protocol.MQTT,
                        Map.of(BrokerSetting.ANONYMOUS, "anywhere", BrokerSetting.CONNECTIONS_MAX, "5")),
                config.listeners().get(0));
        assertEquals(
                ListenerConfig.tcp("browsers", "127.0.0.1", 9001).with(ListenerConfig.Protocol.WEBSOCKET),
                config.listeners().get(1));
    }

    @Test
    void whatIsWrongWithAListenerIsToldWithItsPlace() {
        expectProblem("  listeners:\n    - {name: a, prot: 1}\n", ":4:17 broker.listeners[0].prot", "\"port\"");
        expectProblem("  listeners:\n    - name: a\n      port: 0\n", ":5:13 broker.listeners[0].port", "1 to 65535");
        expectProblem("  listeners:\n    - {port: 1}\n", "broker.listeners[0].name");
        expectProblem("  listeners:\n    - {name: B b, port: 1}\n", "listeners[0].name", "lower-case");
        expectProblem(
                "  listeners:\n    - {name: a, port: 1}\n    - {name: a, port: 2}\n",
                ":5:15 broker.listeners[1].name",
                "another listener");
        expectProblem("  listeners:\n    - {name: a, port: 1, protocol: http}\n", "mqtt, websocket");
        expectProblem(
                "  listeners:\n    - {name: a, port: 1, bind: 0.0.0.0}\n", "listeners[0].bind", "anonymous: anywhere");
        expectProblem(
                "  listeners:\n    - {name: a, port: 1, packet_bytes_max: 1}\n",
                "listeners[0].packet_bytes_max",
                "from 64");
        expectProblem("  port: of\n", "broker.port", "off");
    }
}

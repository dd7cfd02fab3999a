package io.fieldmouse.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.BrokerSetting;
import io.fieldmouse.broker.ListenerConfig;
import io.fieldmouse.broker.connection.TlsTerms;
import io.fieldmouse.edge.BoxConfig.BrokerPlace;
import io.fieldmouse.gateway.PortCheck;
import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.gateway.yaml.ConfigProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listeners of the configuration, and what is told of those that are wrong. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
class BrokerSectionTest {
    private static final String ALICE = "alice:$7$101$5yeuRUaA0Zdlk8gf$"
            + "NoWOv50PWa+cerzqevpeY09RgvnjwkUo1noi6+TiX4cVAKtQaqk7w213DXxci05TGGxtecM+XStWjCbpsXz4qA==";

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
                        new ListenerConfig.Port("0.0.0.0", 1884),
                        ListenerConfig.Protocol.MQTT,
                        null,
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
                ":5:14 broker.listeners[1].name",
                "broker.listeners[1].name: found \"a\", which another listener has");
        expectProblem("  listeners:\n    - {name: a, port: 1, protocol: http}\n", "mqtt, websocket");
        expectProblem(
                "  listeners:\n    - {name: a, port: 1, bind: 0.0.0.0}\n", "listeners[0].bind", "anonymous: anywhere");
        expectProblem(
                "  listeners:\n    - {name: a, port: 1, packet_bytes_max: 1}\n",
                "listeners[0].packet_bytes_max",
                "from 64");
        expectProblem("  port: of\n", "broker.port: found \"of\", allowed: a whole number from 0 to 65535, or off");
    }

    @Test
    void faultsOfTheAccessRulesAreToldEachAndRulesForNobodyAreRemarkedOn() throws Exception {
        Path acl = Files.writeString(directory.resolve("acl"), "topics a\nuser\n");
        expectProblem("  acl_file: acl\n", "broker.acl_file: found \"acl\", " + acl + ":1: ", acl + ":2: ");
        Files.writeString(acl, "user alice\ntopic a\n");
        assertEquals(1, warnings("  acl_file: acl\n").size());
        assertTrue(warnings("  acl_file: acl\n").toString().contains("broker.acl_file: found lines for users"));
    }

    @Test
    void usersOfTheAccessRulesWhomNobodyKnowsAreRemarkedOn() throws Exception {
        Path acl = Files.writeString(directory.resolve("acl"), "user alice\ntopic a\nuser alice bob\ntopic b\n");
        Files.writeString(directory.resolve("passwords"), ALICE + "\n");
        String both = "  acl_file: acl\n  password_file: passwords\n";
        assertTrue(
                warnings(both)
                        .toString()
                        .contains(
                                "broker.acl_file: found user \"alice bob\", who is not in the password file, so that"),
                () -> warnings(both).toString());
        assertEquals(1, warnings(both).size());
        Path tls = repository().resolve("mqtt-broker/src/test/resources/tls");
        String certified = "  listeners:\n    - {name: a, port: 8883, tls: {certificate: " + tls.resolve("server.pem")
                + ", key: " + tls.resolve("server.key") + ", ca: " + tls.resolve("ca.pem")
                + ", client_certificates: optional}}\n";
        assertEquals(List.of(), warnings(both + certified));
        Files.writeString(acl, "user alice\ntopic a\n");
        assertEquals(List.of(), warnings(both));
    }

    @Test
    void whatTheBrokerLogsOfItsFilesIsToldToWhoeverChecksOnly() throws Exception {
        Path acl = Files.writeString(directory.resolve("acl"), "topic read $share/g/a\n");
        Path file = Files.writeString(directory.resolve("fieldmouse.yaml"), "broker: {acl_file: acl}\n");
        String told = BoxConfig.read(file, BrokerPlace.HERE, PortCheck.none(), ListenCheck.byDates())
                .warnings()
                .toString();
        assertTrue(
                told.contains("broker.acl_file: found \"acl\", " + acl
                        + ":1: \"$share/g/a\": a shared subscription is judged"),
                told);
        assertEquals(List.of(), warnings("  acl_file: acl\n"));
        Path passwords = Files.writeString(directory.resolve("passwords"), "# nobody yet\n");
        Files.writeString(file, "broker: {password_file: passwords}\n");
        String nobody = BoxConfig.read(file, BrokerPlace.HERE, PortCheck.none(), ListenCheck.byDates())
                .warnings()
                .toString();
        assertTrue(nobody.contains("found \"passwords\", " + passwords + ": holds no user, so that nobody"), nobody);
    }

    private List<ConfigProblem> warnings(String broker) {
        try {
            Path file = Files.writeString(directory.resolve("fieldmouse.yaml"), "gateway: {id: a}\nbroker:\n" + broker);
            return BoxConfig.read(file, BrokerPlace.HERE, PortCheck.none(), ListenCheck.none())
                    .warnings();
        } catch (IOException | ConfigException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theExampleOfTheManualIsReadAsItIsMeant() throws Exception {
        String manual = Files.readString(repository().resolve("docs/listeners.md"));
        String example =
                manual.substring(manual.indexOf("```yaml\n") + 8, manual.indexOf("\n```", manual.indexOf("```yaml")));
        Path file = directory.resolve("fieldmouse.yaml");
        Files.writeString(file, "gateway: {id: a}\n" + example + "\n");
        Path tls = Files.createDirectory(directory.resolve("tls"));
        Path made = repository().resolve("mqtt-broker/src/test/resources/tls");
        Files.copy(made.resolve("server.pem"), tls.resolve("box.pem"));
        Files.copy(made.resolve("server.key"), tls.resolve("box.key"));
        Files.copy(made.resolve("ca.pem"), tls.resolve("plant-ca.pem"));
        Files.copy(made.resolve("crl.pem"), tls.resolve("revoked.pem"));
        BrokerConfig config = BoxConfig.read(file, BrokerPlace.HERE, PortCheck.none(), ListenCheck.none())
                .broker();
        TlsTerms terms = new TlsTerms(
                tls.resolve("box.pem"),
                tls.resolve("box.key"),
                tls.resolve("plant-ca.pem"),
                tls.resolve("revoked.pem"),
                TlsTerms.ClientCertificates.REQUIRED,
                true);
        assertEquals(
                List.of(
                        ListenerConfig.tcp("network", "0.0.0.0", 8883).with(terms),
                        ListenerConfig.tcp("browsers", "127.0.0.1", 9001)
                                .with(ListenerConfig.Protocol.WEBSOCKET)
                                .with(BrokerSetting.ANONYMOUS, "loopback")
                                .with(BrokerSetting.CONNECTIONS_MAX, "50"),
                        ListenerConfig.unix("local", Path.of("/run/fieldmouse/mqtt.sock"))),
                config.listeners());
        Files.delete(tls.resolve("box.key"));
        String told = String.valueOf(assertThrows(
                        ConfigException.class,
                        () -> BoxConfig.read(file, BrokerPlace.HERE, PortCheck.none(), ListenCheck.none()))
                .getMessage());
        assertTrue(told.contains("broker.listeners[0].tls.key: found \"tls/box.key\""), told);
        assertTrue(told.contains("box.key is not there"), told);
    }

    @Test
    void whatIsWrongWithTlsOrASocketIsToldWithItsPlace() {
        expectProblem("  listeners:\n    - {name: a, port: 1, tls: {key: k}}\n", "listeners[0].tls.certificate");
        expectProblem(
                "  listeners:\n    - {name: a, port: 1, tls: {key: k, certificate: c, client_certificates: required}}\n",
                "listeners[0].tls.ca: found nothing");
        expectProblem(
                "  listeners:\n    - {name: a, port: 1, tls: {key: k, certificate: c, ca: a}}\n",
                "listeners[0].tls.ca: found a file",
                "client_certificates: optional or required");
        expectProblem(
                "  listeners:\n    - {name: a, port: 1, tls: {key: k, certificate: c}}\n",
                "listeners[0].tls.certificate: found \"c\"",
                "listeners[0].tls.key: found \"k\"",
                "/k is not there");
        expectProblem("  listeners:\n    - {name: a, port: 1, socket: s}\n", "listeners[0].port", "one or the other");
        expectProblem(
                "  listeners:\n    - {name: a, socket: /run/s, mode: \"9\"}\n",
                "listeners[0].mode: found \"9\", allowed: octal");
    }

    private static Path repository() {
        return Path.of("..").toAbsolutePath().normalize();
    }
}

package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.sim.port.PortPair;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole box between a Modbus slave and an MQTT client that nobody here wrote, joined by a null-modem cable. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GatewayPeersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory = Path.of("replaced by JUnit");

    private @Nullable PortPair cable;
    private @Nullable Process slave;
    private @Nullable CommandProcess box;

    @BeforeEach
    void startSlave() throws IOException {
        Peers.needPythonModule("pymodbus, serial_asyncio", "python3-pymodbus python3-serial-asyncio");
        Peers.need(Peers.MBPOLL, "mbpoll");
        cable = PortPair.open();
        Path script = directory.resolve("slave.py");
        try (InputStream resource = getClass().getResourceAsStream("/pymodbus_slave.py")) {
            Files.copy(Objects.requireNonNull(resource), script);
        }
        slave = new ProcessBuilder(
                        Peers.PYTHON.toString(),
                        script.toString(),
                        cable.right().toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("slave.log").toFile())
                .start();
        awaitSlave(cable.left());
    }

    @AfterEach
    void stopAll() throws IOException {
        if (box != null) {
            box.close();
        }
        if (slave != null) {
            slave.destroyForcibly();
        }
        if (cable != null) {
            cable.close();
        }
    }

    /** The slave needs a moment to open its port. */
    private static void awaitSlave(Path port) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (mbpoll(port, "-t", "4", "-r", "1", "-1").exitCode() != 0) {
            assertTrue(System.nanoTime() < deadline, "the pymodbus slave does not answer");
        }
    }

    private static Peers.Result mbpoll(Path port, String... arguments) {
        String[] command = new String[11 + arguments.length];
        String[] start = {
            Peers.MBPOLL.toString(), "-m", "rtu", "-a", "1", "-b", "19200", "-P", "none", "-q", port.toString()
        };
        System.arraycopy(start, 0, command, 0, start.length);
        System.arraycopy(arguments, 0, command, start.length, arguments.length);
        return Peers.run(PATIENCE, command);
    }

    @Test
    void readingsOfAPymodbusSlaveBecomeTopicsAndCommandsReachIt() throws Exception {
        int port = CommandProcess.freePort();
        Path left = Objects.requireNonNull(cable).left();
        box = CommandProcess.fieldmouse(
                        directory, "run", "--config", configuration(port, left).toString())
                .awaitPort(port);
        try (RawMqtt mqtt = new RawMqtt(port, 1000)) {
            mqtt.connect("dashboard", true);
            mqtt.subscribe(1, "fieldmouse/plant-1/#", 0);
            Map<String, String> seen = new TreeMap<>();
            awaitPayload(mqtt, seen, "fieldmouse/plant-1/tank/temperature", value("21.5", ",\"unit\":\"°C\""));
            awaitPayload(mqtt, seen, "fieldmouse/plant-1/tank/level", value("123.456", ""));
            awaitPayload(mqtt, seen, "fieldmouse/plant-1/tank/balance", value("-1234", ""));
            awaitPayload(mqtt, seen, "fieldmouse/plant-1/tank/valve", value("true", ""));
            awaitPayload(mqtt, seen, "fieldmouse/plant-1/tank/setpoint", value("40.0", ""));
            awaitPayload(mqtt, seen, "fieldmouse/plant-1/tank/availability", Pattern.compile("online"));
            awaitPayload(mqtt, seen, "fieldmouse/plant-1/gateway/availability", Pattern.compile("online"));

            mqtt.publish("fieldmouse/plant-1/tank/setpoint/set", "{\"value\":55.5,\"id\":\"a1\"}", 1, false, false, 7);
            awaitPayload(
                    mqtt,
                    seen,
                    "fieldmouse/plant-1/tank/setpoint/set/result",
                    Pattern.compile("\\{\"id\":\"a1\",\"result\":\"verified\",\"value\":55.5\\}"));
            awaitPayload(mqtt, seen, "fieldmouse/plant-1/tank/setpoint", value("55.5", ""));
        }
        assertEquals(0, box.end("TERM"));
        Peers.Result held = mbpoll(left, "-t", "4", "-r", "1", "-1");
        assertTrue(held.output().contains("[1]: \t555"), held.output());
    }

    private static Pattern value(String number, String unit) {
        return Pattern.compile("\\{\"value\":" + Pattern.quote(number) + ",\"quality\":\"good\"" + unit
                + ",\"ts\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\"\\}");
    }

    /** Reads until the topic has brought such a payload. */
    private static void awaitPayload(RawMqtt mqtt, Map<String, String> seen, String topic, Pattern payload)
            throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!payload.matcher(seen.getOrDefault(topic, "")).matches()) {
            assertTrue(System.nanoTime() < deadline, () -> topic + " did not bring " + payload + "; seen: " + seen);
            try {
                RawMqtt.Packet packet = mqtt.read();
                if (packet.type() == 3) {
                    seen.put(packet.topic(), packet.payload());
                }
            } catch (SocketTimeoutException e) {
                assertTrue(System.nanoTime() < deadline, () -> topic + " did not bring " + payload + "; seen: " + seen);
            }
        }
    }

    private Path configuration(int port, Path serialPort) throws IOException {
        Path config = directory.resolve("fieldmouse.yaml");
        Files.writeString(
                config,
                """
                broker:
                  port: %d
                  data: %s
                gateway:
                  id: plant-1
                buses:
                  - {name: line, port: %s, baud: 19200}
                devices:
                  - {name: tank, bus: line, unit: 1, profile: tank, interval: 200ms, timeout: 500ms}
                """
                        .formatted(port, directory.resolve("data"), serialPort));
        Files.createDirectories(directory.resolve("profiles"));
        Files.writeString(
                directory.resolve("profiles/tank.yaml"),
                """
                description: A tank
                points:
                  - {name: temperature, input: 0, type: int16, scale: 0.1, unit: °C}
                  - {name: level, input: 4, type: float32}
                  - {name: balance, input: 6, type: int32}
                  - {name: valve, coil: 1, writable: true}
                  - {name: setpoint, holding: 0, type: int16, scale: 0.1, writable: true}
                """);
        return config;
    }
}

package io.fieldmouse.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.publish.LinkMessage;
import io.fieldmouse.gateway.publish.RecordingLink;
import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.sim.Fault;
import io.fieldmouse.sim.Trigger;
import io.fieldmouse.sim.modbus.LineConfig;
import io.fieldmouse.sim.modbus.Parity;
import io.fieldmouse.sim.modbus.PointConfig;
import io.fieldmouse.sim.modbus.SimulatedLine;
import io.fieldmouse.sim.modbus.SlaveConfig;
import io.fieldmouse.sim.modbus.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a configuration file and a simulated device to topics, and back. */
@Timeout(240)
class GatewayTest {
    private static final String LEVEL = "fieldmouse/plant-1/tank/level";
    private static final String SETPOINT = "fieldmouse/plant-1/tank/setpoint";
    private static final String RESULT = SETPOINT + "/set/result";
    private static final String TANK = "fieldmouse/plant-1/tank/availability";
    private static final String GATEWAY = "fieldmouse/plant-1/gateway/availability";

    @TempDir
    private Path folder = Path.of("");

    private final RecordingLink link = new RecordingLink();
    private SimulatedLine line;
    private Gateway gateway;

    @BeforeEach
    void start() throws IOException, ConfigException {
        line = SimulatedLine.start(LineConfig.paced(
                        "line1",
                        115_200,
                        Parity.NONE,
                        SlaveConfig.of(7, PointConfig.inputRegister(0, 215), PointConfig.holdingRegister(0, 400)))
                .withLink(folder.resolve("tty")));
        Files.createDirectory(folder.resolve("profiles"));
        Files.writeString(
                folder.resolve("profiles/tank.yaml"),
                """
                points:
                  - {name: level, input: 0, type: int16, scale: 0.1, unit: m³}
                  - {name: setpoint, holding: 0, type: uint16, writable: true}
                """);
        Files.writeString(
                folder.resolve("fieldmouse.yaml"),
                """
                gateway: {id: plant-1}
                buses:
                  - {name: line1, port: %s, baud: 115200}
                devices:
                  - {name: tank, bus: line1, unit: 7, profile: tank, interval: 100ms, timeout: 1500ms}
                """
                        .formatted(folder.resolve("tty")));
        gateway = newGateway(link);
        gateway.start();
        link.up();
    }

    @Test
    void whatTheLinkLosesIsCountedWhereItBelongs() throws InterruptedException {
        link.awaitText(GATEWAY, "online");
        link.lose(GATEWAY);
        assertEquals(1, gateway.readingsLost());
        link.deliver(LinkMessage.of(SETPOINT + "/set", "hot".getBytes(StandardCharsets.UTF_8), 1, false));
        link.lose(RESULT);
        assertEquals(1, gateway.readingsLost());
        assertEquals(1, gateway.commands().answersLost());
        try (LogLines log = new LogLines()) {
            gateway.close();
            List<String> told = log.of(Gateway.class);
            String last = told.get(told.size() - 1);
            assertTrue(
                    last.matches("INFO gateway ended id=plant-1 commands=0 copies=0 retainedIgnored=0 refused=1"
                            + " answersLost=1 readingsOvertaken=\\d+ readingsLost=1"),
                    last);
        }
    }

    private Gateway newGateway(RecordingLink ofIts) throws ConfigException {
        return new Gateway(GatewayConfig.read(folder.resolve("fieldmouse.yaml"), Set.of(), PortCheck.none()), ofIts);
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        line.close();
    }

    @Test
    void readingsAndAvailabilityArriveAtTheirTopics() throws InterruptedException {
        awaitStart(LEVEL, "{\"value\":21.5,\"quality\":\"good\",\"unit\":\"m³\",\"ts\":\"");
        awaitStart(SETPOINT, "{\"value\":400,\"quality\":\"good\",\"ts\":\"");
        link.awaitText(TANK, "online");
        link.awaitText(GATEWAY, "online");
        line.slave(7).store(Table.INPUT_REGISTER, 0, 0xFFFF);
        awaitStart(LEVEL, "{\"value\":-0.1,\"quality\":\"good\"");
    }

    @Test
    void commandIsWrittenVerifiedAndAnswered() throws InterruptedException {
        link.awaitText(TANK, "online");
        byte[] askedAs = {4, 2};
        byte[] payload = "{\"value\":450,\"id\":\"x\"}".getBytes(StandardCharsets.UTF_8);
        link.deliver(new LinkMessage(SETPOINT + "/set", payload, 1, false, "answers", askedAs, List.of()));
        link.awaitText("answers", "{\"id\":\"x\",\"result\":\"verified\",\"value\":450}");
        assertEquals(450, line.slave(7).read(Table.HOLDING_REGISTER, 0));
        awaitStart(SETPOINT, "{\"value\":450,\"quality\":\"good\"");
        LinkMessage answer = link.taken().stream()
                .filter(message -> message.topic().equals("answers"))
                .findFirst()
                .orElseThrow();
        assertArrayEquals(askedAs, answer.correlationData());
    }

    @Test
    void commandsThatCannotBeDoneAreRefusedInWords() throws InterruptedException {
        link.awaitText(TANK, "online");
        send("mixer/speed", "1");
        link.awaitText(
                "fieldmouse/plant-1/mixer/speed/set/result",
                "{\"result\":\"refused\",\"reason\":\"there is no device mixer\"}");
        send("tank/colour", "1");
        awaitStart("fieldmouse/plant-1/tank/colour/set/result", "{\"result\":\"refused\",\"reason\":\"");
        send("tank/level", "1");
        awaitStart(LEVEL + "/set/result", "{\"result\":\"refused\",\"reason\":\"");
        send("tank/setpoint", "70000");
        awaitStart(RESULT, "{\"result\":\"refused\",\"reason\":\"");
        assertEquals(400, line.slave(7).read(Table.HOLDING_REGISTER, 0));
    }

    @Test
    void silentDeviceIsStaleAndOfflineAndReturns() throws InterruptedException {
        link.awaitText(TANK, "online");
        line.slave(7).setFaults(new Fault.Silent(Trigger.always()));
        awaitStart(LEVEL, "{\"value\":21.5,\"quality\":\"stale\",\"reason\":\"");
        link.await("offline", recorded -> lastOf(recorded.texts(TANK)).equals("offline"));
        send("tank/setpoint", "450");
        awaitStart(RESULT, "{\"result\":\"refused\",\"reason\":\"tank is offline");
        link.forget();
        line.slave(7).setFaults();
        link.awaitText(TANK, "online");
        awaitStart(LEVEL, "{\"value\":21.5,\"quality\":\"good\"");
    }

    @Test
    void everythingCurrentIsPublishedAgainAfterTheLinkReturned() throws InterruptedException {
        link.awaitText(TANK, "online");
        awaitStart(LEVEL, "{\"value\":21.5");
        link.down();
        link.forget();
        link.up();
        link.awaitText(TANK, "online");
        link.awaitText(GATEWAY, "online");
        awaitStart(LEVEL, "{\"value\":21.5,\"quality\":\"good\"");
        awaitStart(SETPOINT, "{\"value\":400,\"quality\":\"good\"");
    }

    @Test
    void closingSaysOfflineClosesTheLinkAndFreesThePort() throws Exception {
        link.awaitText(TANK, "online");
        gateway.close();
        assertEquals("offline", lastOf(link.texts(TANK)));
        assertEquals("offline", lastOf(link.texts(GATEWAY)));
        assertTrue(link.isClosed());
        RecordingLink secondLink = new RecordingLink();
        try (Gateway second = newGateway(secondLink)) {
            second.start();
            secondLink.up();
            secondLink.awaitText(TANK, "online");
        }
    }

    @Test
    void portThatIsPulledMakesItsDevicesOfflineAndHeals() throws InterruptedException, IOException {
        link.awaitText(TANK, "online");
        line.unplug();
        link.await("offline", recorded -> lastOf(recorded.texts(TANK)).equals("offline"));
        link.forget();
        line.plugIn();
        link.awaitText(TANK, "online");
    }

    private void send(String point, String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        link.deliver(LinkMessage.of("fieldmouse/plant-1/" + point + "/set", bytes, 1, false));
    }

    private void awaitStart(String topic, String start) throws InterruptedException {
        link.await(topic + " " + start, recorded -> recorded.texts(topic).stream()
                .anyMatch(text -> text.startsWith(start)));
    }

    private static String lastOf(List<String> texts) {
        return texts.isEmpty() ? "" : texts.get(texts.size() - 1);
    }
}

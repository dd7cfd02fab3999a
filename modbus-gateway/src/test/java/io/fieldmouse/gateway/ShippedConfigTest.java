package io.fieldmouse.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.link.SerialSettings;
import io.fieldmouse.gateway.modbus.DataType;
import io.fieldmouse.gateway.modbus.ModbusBusConfig;
import io.fieldmouse.gateway.modbus.ModbusDevice;
import io.fieldmouse.gateway.modbus.ModbusPoint;
import io.fieldmouse.gateway.modbus.RegisterTable;
import io.fieldmouse.gateway.modbus.WordOrder;
import io.fieldmouse.gateway.modbus.Writing;
import io.fieldmouse.gateway.publish.BrokerAddress;
import io.fieldmouse.gateway.yaml.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShippedConfigTest {
    private static final Path SHIPPED = Path.of("../config/fieldmouse.yaml");

    @Test
    void shippedConfigurationIsReadAsItLooks() throws ConfigException {
        GatewayConfig config = GatewayConfig.read(SHIPPED, Set.of("broker"), PortCheck.none());
        assertEquals("plant-1", config.id());
        assertEquals("fieldmouse/plant-1", config.topics().root());
        assertEquals(Duration.ofSeconds(60), config.heartbeat());
        assertNull(config.broker());
        ModbusBusConfig heating = config.buses().get(0);
        assertEquals(new SerialSettings("/dev/ttyUSB0", 19_200, SerialSettings.Parity.EVEN, 8, 1), heating.serial());
        assertEquals(
                List.of("boiler", "meter"),
                heating.devices().stream().map(ModbusDevice::name).toList());
        ModbusDevice boiler = heating.devices().get(0);
        assertEquals(1, boiler.unitId());
        assertEquals(Duration.ofSeconds(1), boiler.interval());
        assertEquals(Duration.ofMillis(300), boiler.timeout());
        assertEquals(
                new ModbusPoint(
                        "setpoint",
                        RegisterTable.HOLDING_REGISTER,
                        0,
                        DataType.INT16,
                        0,
                        WordOrder.ABCD,
                        0.1,
                        0,
                        "°C",
                        Writing.SINGLE,
                        true),
                point(boiler, "setpoint"));
        assertEquals(
                WordOrder.CDAB, point(heating.devices().get(1), "voltage-l1").order());
    }

    @Test
    void shippedProfilesShowEveryTableTypeAndOrder() throws ConfigException {
        List<ModbusPoint> points = GatewayConfig.read(SHIPPED, Set.of("broker"), PortCheck.none()).buses().stream()
                .flatMap(bus -> bus.devices().stream())
                .flatMap(device -> device.points().stream())
                .toList();
        Set<DataType> types = EnumSet.noneOf(DataType.class);
        Set<WordOrder> orders = EnumSet.noneOf(WordOrder.class);
        Set<RegisterTable> tables = EnumSet.noneOf(RegisterTable.class);
        points.forEach(point -> {
            types.add(point.type());
            orders.add(point.order());
            tables.add(point.table());
        });
        assertEquals(EnumSet.allOf(DataType.class), types);
        assertEquals(EnumSet.allOf(WordOrder.class), orders);
        assertEquals(EnumSet.allOf(RegisterTable.class), tables);
    }

    @Test
    void remoteBrokerIsReadWithItsPasswordFromTheEnvironment(@TempDir Path folder) throws IOException, ConfigException {
        Path file = folder.resolve("fieldmouse.yaml");
        Files.writeString(
                file,
                """
                gateway:
                  id: plant-1
                  topic_root: works/north/plant-1
                  heartbeat: 5m
                  broker:
                    host: broker.example
                    user: plant
                    password: ${env:FIELDMOUSE_NO_SUCH_VARIABLE:-secret}
                """);
        GatewayConfig config = GatewayConfig.read(file, Set.of(), PortCheck.none());
        BrokerAddress broker = Objects.requireNonNull(config.broker());
        assertEquals("plant@broker.example:1883", broker.toString());
        assertEquals("secret", new String(Objects.requireNonNull(broker.password()), StandardCharsets.UTF_8));
        assertEquals("works/north/plant-1", config.topics().root());
        assertEquals(Duration.ofMinutes(5), config.heartbeat());
        assertEquals(List.of(), config.buses());
    }

    @Test
    void fileWithoutGatewayConfiguresNoBuses(@TempDir Path folder) throws IOException, ConfigException {
        Path file = folder.resolve("fieldmouse.yaml");
        Files.writeString(file, "broker:\n  port: 1883\n");
        assertTrue(GatewayConfig.read(file, Set.of("broker"), PortCheck.none())
                .buses()
                .isEmpty());
    }

    @Test
    void portThatDoesNotExistIsToldWithItsLine(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("fieldmouse.yaml");
        Files.writeString(
                file,
                """
                gateway: {id: plant-1}
                buses:
                  - {name: line1, port: /dev/fieldmouse-no-such-port, baud: 9600}
                """);
        ConfigException refused =
                assertThrows(ConfigException.class, () -> GatewayConfig.read(file, Set.of(), PortCheck.byOpening()));
        String told = refused.problems().get(0).toString();
        assertTrue(
                told.startsWith(
                        file + ":3:25 buses[0].port: found \"/dev/fieldmouse-no-such-port\", which cannot be used:"
                                + " serial port /dev/fieldmouse-no-such-port does not exist"),
                told);
    }

    private static ModbusPoint point(ModbusDevice device, String name) {
        return device.points().stream()
                .filter(point -> point.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}

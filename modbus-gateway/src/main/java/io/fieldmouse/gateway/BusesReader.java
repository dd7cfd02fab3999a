package io.fieldmouse.gateway;

import io.fieldmouse.gateway.link.SerialSettings;
import io.fieldmouse.gateway.link.SerialSettings.Parity;
import io.fieldmouse.gateway.modbus.ModbusBusConfig;
import io.fieldmouse.gateway.modbus.ModbusDevice;
import io.fieldmouse.gateway.reading.TopicTemplate;
import io.fieldmouse.gateway.yaml.YamlMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the sections {@code buses:} and {@code devices:} and puts each device on its bus. */
final class BusesReader {
    private static final Duration INTERVAL_MIN = Duration.ofMillis(10);
    private static final Duration INTERVAL_MAX = Duration.ofHours(24);
    private static final Duration INTERVAL_DEFAULT = Duration.ofSeconds(1);
    private static final Duration TIMEOUT_MIN = Duration.ofMillis(10);
    private static final Duration TIMEOUT_MAX = Duration.ofSeconds(60);
    private static final Duration TIMEOUT_DEFAULT = Duration.ofMillis(500);
    private static final int BAUD_MIN = 300;
    private static final int BAUD_MAX = 4_000_000;

    private static final Map<String, Parity> PARITIES = Choices.lowerCase(Parity.values());

    private final ProfileReader profiles;
    private final PortCheck portCheck;
    private final Map<String, Bus> buses = new LinkedHashMap<>();
    private final Names<String> busNames = new Names<>();
    private final Names<String> ports = new Names<>();
    private final Names<String> deviceNames = new Names<>();
    private final Names<UnitOnBus> units = new Names<>();

    private record Bus(String name, SerialSettings serial, List<ModbusDevice> devices) {}

    private record UnitOnBus(String bus, int unitId) {}

    private BusesReader(ProfileReader profiles, PortCheck portCheck) {
        this.profiles = profiles;
        this.portCheck = portCheck;
    }

    static List<ModbusBusConfig> read(YamlMap root, ProfileReader profiles, PortCheck portCheck) {
        BusesReader reader = new BusesReader(profiles, portCheck);
        root.sections("buses").forEach(reader::readBus);
        root.sections("devices").forEach(reader::readDevice);
        return reader.buses.values().stream()
                .map(bus -> new ModbusBusConfig(bus.name(), bus.serial(), List.copyOf(bus.devices())))
                .toList();
    }

    private void readBus(YamlMap map) {
        String name = Names.read(map, "name", reserved -> false);
        busNames.unique(name, map, "name", '"' + name + '"', "give each bus a name of its own");
        String port = map.needText("port", "needs the path of the serial port, such as /dev/ttyUSB0");
        ports.unique(port, map, "port", '"' + port + '"', "put all devices of one line on one bus");
        SerialSettings serial = new SerialSettings(
                port,
                baud(map),
                map.oneOf("parity", PARITIES, Parity.NONE),
                // Modbus RTU is binary: seven bits would cut every byte.
                map.oneOf("data_bits", Map.of("8", 8), 8),
                map.oneOf("stop_bits", Choices.of("1", 1, "2", 2), 1));
        if (!map.flawed("port")) {
            portCheck
                    .objection(serial)
                    .ifPresent(
                            objection -> map.problem("port", '"' + port + '"', "which cannot be used: " + objection));
        }
        buses.putIfAbsent(name, new Bus(name, serial, new ArrayList<>()));
    }

    private static int baud(YamlMap map) {
        if (map.has("baud")) {
            return map.wholeNumber("baud", BAUD_MIN, BAUD_MAX);
        }
        map.needText("baud", "needs the baud rate of the devices on it, from " + BAUD_MIN + " to " + BAUD_MAX);
        return BAUD_MIN;
    }

    private void readDevice(YamlMap map) {
        String name = Names.read(map, "name", TopicTemplate::isReservedForDevice);
        deviceNames.unique(name, map, "name", '"' + name + '"', "give each device a name of its own, on all buses");
        Bus bus = bus(map);
        int unitId = map.wholeNumber("unit", 1, 247);
        ModbusDevice device = new ModbusDevice(
                name,
                unitId,
                profiles.points(map, "profile"),
                map.duration("interval", INTERVAL_MIN, INTERVAL_MAX, INTERVAL_DEFAULT),
                map.duration("timeout", TIMEOUT_MIN, TIMEOUT_MAX, TIMEOUT_DEFAULT));
        if (!map.flawed("bus")) {
            units.unique(
                    new UnitOnBus(bus.name(), unitId),
                    map,
                    "unit",
                    "unit " + unitId + " on bus " + bus.name(),
                    "give each device of one bus a unit of its own");
            bus.devices().add(device);
        }
    }

    private Bus bus(YamlMap map) {
        if (!buses.isEmpty()) {
            return map.oneOf("bus", buses);
        }
        String name = map.needText("bus", "needs the name of a bus");
        if (!name.isEmpty()) {
            map.problem("bus", '"' + name + '"', "but there is no bus: write it under buses:");
        }
        return new Bus("", new SerialSettings("", BAUD_MIN, Parity.NONE, 8, 1), new ArrayList<>());
    }
}

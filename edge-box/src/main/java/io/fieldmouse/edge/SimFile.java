package io.fieldmouse.edge;

import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.gateway.yaml.YamlMap;
import io.fieldmouse.gateway.yaml.YamlReader;
import io.fieldmouse.sim.Fault;
import io.fieldmouse.sim.Signal;
import io.fieldmouse.sim.Trigger;
import io.fieldmouse.sim.modbus.LineConfig;
import io.fieldmouse.sim.modbus.Parity;
import io.fieldmouse.sim.modbus.PointConfig;
import io.fieldmouse.sim.modbus.RegisterOrder;
import io.fieldmouse.sim.modbus.RegisterType;
import io.fieldmouse.sim.modbus.SlaveConfig;
import io.fieldmouse.sim.modbus.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads a file of simulated lines:
 *
 * <pre>
 * lines:
 *   - name: heating
 *     link: /tmp/heating           # a stable name for the port; without it the kernel's name is printed
 *     baud: 19200                  # the pace of the line; 0 for as fast as possible
 *     parity: even
 *     slaves:
 *       - unit: 1
 *         name: boiler
 *         turnaround: 5ms
 *         points:
 *           - {input: 0, type: int16, signal: sine, offset: 600, amplitude: 50, period: 1m}
 *           - {holding: 0, type: int16, value: 650, writable: true}
 *           - {coil: 0, value: 1, writable: true}
 *         faults:
 *           - {fault: silent, after: 20s, for: 10s, every: 1m}
 * </pre>
 *
 * <p>Numbers are those of the registers, not engineering units: the simulator knows nothing of profiles.
 */
final class SimFile {

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final double LARGEST = Float.MAX_VALUE;

    private static final Map<String, Parity> PARITIES = words(Parity.values());
    private static final Map<String, RegisterType> NUMBERS = numbers();
    private static final Map<String, RegisterType> BIT = Map.of("bit", RegisterType.BIT);
    private static final Map<String, RegisterOrder> ORDERS = orders();
    private static final Map<String, Table> TABLES = tables();
    private static final Map<String, Function<YamlMap, Signal>> SIGNALS = signals();
    private static final Map<String, Function<YamlMap, Fault>> FAULTS = faults();

    private SimFile() {}

    /** @throws ConfigException with everything that is wrong in the file */
    static List<LineConfig> read(YamlReader reader, Path file) throws ConfigException {
        YamlMap top = reader.read(file);
        List<LineConfig> lines = new ArrayList<>();
        for (YamlMap map : top.sections("lines")) {
            line(map).ifPresent(lines::add);
        }
        if (lines.isEmpty() && !top.flawed("lines")) {
            top.problem("lines", "no line", "write at least one, with its slaves");
        }
        reader.finish();
        return lines;
    }

    private static Optional<LineConfig> line(YamlMap map) {
        String name = map.needText("name", "needs a name");
        String link = map.text("link", "");
        int baud = map.wholeNumber("baud", 0, 4_000_000, 0);
        Parity parity = map.oneOf("parity", PARITIES, Parity.NONE);
        int stopBits = map.wholeNumber("stop_bits", 1, 2, 1);
        Set<Integer> units = new HashSet<>();
        List<SlaveConfig> slaves = new ArrayList<>();
        for (YamlMap slave : map.sections("slaves")) {
            slave(slave).ifPresent(config -> {
                if (units.add(config.unitId())) {
                    slaves.add(config);
                } else {
                    slave.problem("unit", "unit " + config.unitId() + " a second time", "give each slave its own");
                }
            });
        }
        return built(
                map,
                () -> new LineConfig(
                        name.isEmpty() ? "line" : name,
                        link.isEmpty() ? null : Path.of(link),
                        baud,
                        parity,
                        stopBits,
                        slaves));
    }

    private static Optional<SlaveConfig> slave(YamlMap map) {
        int unit = map.wholeNumber("unit", 1, 247);
        String name = map.text("name", "unit" + unit);
        Duration turnaround = map.duration("turnaround", Duration.ZERO, Duration.ofMinutes(1), Duration.ZERO);
        List<PointConfig> points = new ArrayList<>();
        Map<Table, Map<Integer, Owner>> owners = new EnumMap<>(Table.class);
        map.sections("points").forEach(point -> point(point)
                .filter(config -> takesFree(point, config, owners))
                .ifPresent(points::add));
        List<Fault> faults = new ArrayList<>();
        map.sections("faults").forEach(fault -> fault(fault).ifPresent(faults::add));
        return built(map, () -> new SlaveConfig(unit, name, turnaround, points, faults));
    }

    /** Who has an address. */
    private record Owner(int line, boolean inRow) {}

    /**
     * Takes the point's addresses, unless another has one of them. Only a row, which fills the gaps between others, has
     * to make room, for single points below it in the file.
     */
    private static boolean takesFree(YamlMap map, PointConfig point, Map<Table, Map<Integer, Owner>> owners) {
        Map<Integer, Owner> taken = owners.computeIfAbsent(point.table(), table -> new HashMap<>());
        String key = keyOf(point.table());
        boolean isRow = point.count() > 1;
        int end = point.address() + point.count() * point.type().places();
        for (int address = point.address(); address < end; address++) {
            Owner before = taken.put(address, new Owner(map.line(key), isRow));
            if (before != null && (isRow || !before.inRow())) {
                map.problem(
                        key,
                        "address " + address + ", which the point in line " + before.line() + " has",
                        "give each point its own (32-bit types take two); a row with count: may only stand above"
                                + " single points");
                return false;
            }
        }
        return true;
    }

    private static String keyOf(Table table) {
        return TABLES.entrySet().stream()
                .filter(entry -> entry.getValue() == table)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private static Optional<PointConfig> point(YamlMap map) {
        List<String> keys = TABLES.keySet().stream().filter(map::has).toList();
        if (keys.size() != 1) {
            map.problem(
                    keys.isEmpty() ? "no address" : String.join(" and ", keys),
                    "write one of " + String.join(", ", TABLES.keySet()) + " with the address, such as input: 0");
            return Optional.empty();
        }
        Table table = TABLES.getOrDefault(keys.get(0), Table.COIL);
        int address = map.wholeNumber(keys.get(0), 0, 65_535);
        RegisterType type = table.ofBits()
                ? map.oneOf("type", BIT, RegisterType.BIT)
                : map.oneOf("type", NUMBERS, RegisterType.UINT16);
        int count = map.wholeNumber("count", 1, 65_536, 1);
        RegisterOrder order = map.oneOf("order", ORDERS, RegisterOrder.ABCD);
        boolean writable = map.flag("writable", false);
        Function<YamlMap, Signal> kind = map.oneOf("signal", SIGNALS, SimFile::constant);
        return built(map, () -> new PointConfig(table, address, count, type, order, kind.apply(map), writable))
                .filter(point -> holdsItsValue(map, point));
    }

    /** A fraction would be rounded, and read as a value that nobody wrote. */
    private static boolean holdsItsValue(YamlMap map, PointConfig point) {
        if (point.type() != RegisterType.FLOAT32
                && point.signal() instanceof Signal.Constant constant
                && constant.value() != Math.rint(constant.value())) {
            map.problem(
                    "value",
                    '"' + String.valueOf(constant.value()) + '"',
                    "a whole number is all that this type holds; write the register's number, or type: float32");
            return false;
        }
        return true;
    }

    private static Optional<Fault> fault(YamlMap map) {
        Function<YamlMap, Fault> kind = map.oneOf("fault", FAULTS);
        return built(map, () -> kind.apply(map));
    }

    private static Trigger trigger(YamlMap map) {
        if (map.has("after") && !map.has("for") && !map.has("every")) {
            return Trigger.from(map.duration("after", Duration.ZERO, LONGEST, Duration.ZERO));
        }
        if (map.has("every") && !map.has("for")) {
            map.problem("every", "no for", "say with for: how long it shows each time");
        }
        if (map.has("for") || map.has("every")) {
            return Trigger.window(
                    map.duration("after", Duration.ZERO, LONGEST, Duration.ZERO),
                    map.duration("for", SHORTEST, LONGEST, SHORTEST),
                    map.duration("every", SHORTEST, LONGEST, Duration.ZERO));
        }
        if (map.has("request")) {
            return Trigger.nthRequest(map.wholeNumber("request", 1, Integer.MAX_VALUE));
        }
        if (map.has("every_request")) {
            return Trigger.everyNthRequest(map.wholeNumber("every_request", 1, Integer.MAX_VALUE));
        }
        return Trigger.always();
    }

    /** The records check what belongs together; what they refuse is told at the map's place. */
    private static <T> Optional<T> built(YamlMap map, Supplier<T> value) {
        try {
            return Optional.of(value.get());
        } catch (IllegalArgumentException e) {
            map.problem("values that do not go together", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static Signal constant(YamlMap map) {
        return new Signal.Constant(number(map, "value", 0));
    }

    private static double number(YamlMap map, String key, double otherwise) {
        return map.decimal(key, -LARGEST, LARGEST, otherwise);
    }

    private static Duration period(YamlMap map) {
        return map.duration("period", SHORTEST, LONGEST, Duration.ofMinutes(1));
    }

    private static Map<String, Function<YamlMap, Signal>> signals() {
        Map<String, Function<YamlMap, Signal>> signals = new LinkedHashMap<>();
        signals.put("constant", SimFile::constant);
        signals.put("sine", map -> new Signal.Sine(number(map, "offset", 0), number(map, "amplitude", 1), period(map)));
        signals.put("ramp", map -> new Signal.Ramp(number(map, "from", 0), number(map, "to", 100), period(map)));
        signals.put("counter", map -> new Signal.Counter(number(map, "start", 0), number(map, "step", 1), period(map)));
        signals.put(
                "noise",
                map -> new Signal.Noise(
                        number(map, "around", 0),
                        number(map, "amplitude", 1),
                        map.wholeNumber("seed", 0, Integer.MAX_VALUE, 1)));
        return signals;
    }

    private static Map<String, Function<YamlMap, Fault>> faults() {
        Map<String, Function<YamlMap, Fault>> faults = new LinkedHashMap<>();
        faults.put("silent", map -> new Fault.Silent(trigger(map)));
        faults.put(
                "late",
                map -> new Fault.Late(
                        map.duration("delay", SHORTEST, Duration.ofMinutes(1), Duration.ofMillis(500)), trigger(map)));
        faults.put("corrupt-crc", map -> new Fault.CorruptCrc(trigger(map)));
        faults.put("exception", map -> new Fault.ExceptionReply(map.wholeNumber("code", 1, 255, 2), trigger(map)));
        faults.put("wrong-unit", map -> new Fault.WrongUnit(trigger(map)));
        return faults;
    }

    private static Map<String, Table> tables() {
        Map<String, Table> tables = new LinkedHashMap<>();
        tables.put("coil", Table.COIL);
        tables.put("discrete", Table.DISCRETE_INPUT);
        tables.put("input", Table.INPUT_REGISTER);
        tables.put("holding", Table.HOLDING_REGISTER);
        return tables;
    }

    private static Map<String, RegisterType> numbers() {
        Map<String, RegisterType> numbers = words(RegisterType.values());
        numbers.remove("bit");
        return numbers;
    }

    private static Map<String, RegisterOrder> orders() {
        Map<String, RegisterOrder> orders = new LinkedHashMap<>();
        for (RegisterOrder order : RegisterOrder.values()) {
            orders.put(order.name(), order);
        }
        return orders;
    }

    private static <E extends Enum<E>> Map<String, E> words(E[] values) {
        Map<String, E> words = new LinkedHashMap<>();
        for (E value : values) {
            words.put(value.name().toLowerCase(Locale.ROOT), value);
        }
        return words;
    }
}

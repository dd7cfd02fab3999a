package io.fieldmouse.gateway;

import io.fieldmouse.gateway.modbus.DataType;
import io.fieldmouse.gateway.modbus.ModbusPoint;
import io.fieldmouse.gateway.modbus.RegisterTable;
import io.fieldmouse.gateway.modbus.WordOrder;
import io.fieldmouse.gateway.modbus.Writing;
import io.fieldmouse.gateway.reading.TopicTemplate;
import io.fieldmouse.gateway.yaml.YamlMap;
import io.fieldmouse.gateway.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads profiles: the register maps of kinds of devices, one file each, one line per point. A profile is read when the
 * first device names it; one that no device names is not looked at.
 *
 * <pre>
 * points:
 *   - {name: temperature, input: 0, type: int16, scale: 0.1, unit: °C}
 *   - {name: setpoint, holding: 10, type: int16, scale: 0.1, unit: °C, writable: true}
 *   - {name: burner-on, discrete: 0}
 *   - {name: fault, input: 5, bit: 3}
 * </pre>
 */
final class ProfileReader {
    private static final String SUFFIX = ".yaml";
    private static final int ADDRESS_MAX = 65_535;

    /** For scale and offset: the largest float times this is still a finite number. */
    private static final double FACTOR_MAX = 1e12;

    /** The key that names the table has the address as its value. */
    private static final Map<String, Writing> WRITING = writings();

    private static final Map<String, RegisterTable> TABLES = tables();

    private static final Map<String, DataType> TYPES = types();
    private static final Map<String, DataType> BIT = Map.of("bit", DataType.BIT);
    private static final Map<String, WordOrder> ORDERS = Choices.asWritten(WordOrder.values());

    private final YamlReader reader;
    private final Path folder;
    private final Map<String, Path> files;
    private final Map<Path, List<ModbusPoint>> read = new HashMap<>();

    ProfileReader(YamlReader reader, Path folder) {
        this.reader = reader;
        this.folder = folder;
        this.files = filesIn(folder);
    }

    /** The points of the profile that this key names. */
    List<ModbusPoint> points(YamlMap device, String key) {
        if (files.isEmpty()) {
            String name = device.needText(key, "needs the name of a profile");
            if (!name.isEmpty()) {
                device.problem(key, '"' + name + '"', "but there is no " + SUFFIX + " file in " + folder);
            }
            return List.of();
        }
        Path file = device.oneOf(key, files);
        return device.flawed(key) ? List.of() : read.computeIfAbsent(file, this::readProfile);
    }

    private List<ModbusPoint> readProfile(Path file) {
        YamlMap profile = reader.read(file);
        profile.text("description", "");
        WordOrder order = profile.oneOf("order", ORDERS, WordOrder.ABCD);
        Names<String> names = new Names<>();
        List<ModbusPoint> points = new ArrayList<>();
        boolean warned = false;
        for (YamlMap map : profile.sections("points")) {
            ModbusPoint point = readPoint(map, order);
            names.unique(point.name(), map, "name", '"' + point.name() + '"', "give each point a name of its own");
            points.add(point);
            // Once: who counts like this does so in every line.
            warned = warned || warnOfModiconNumber(map);
        }
        if (points.isEmpty() && !profile.flawed("points")) {
            profile.problem(
                    "points", "no points", "write at least one, such as - {name: level, input: 0, type: int16}");
        }
        return List.copyOf(points);
    }

    private static ModbusPoint readPoint(YamlMap map, WordOrder usualOrder) {
        String name = Names.read(map, "name", TopicTemplate::isReservedForPoint);
        String tableKey = tableKey(map);
        // Without a table, one that the rest of the line fits, so that only the table is complained about.
        RegisterTable standIn = map.has("type") ? RegisterTable.HOLDING_REGISTER : RegisterTable.COIL;
        RegisterTable table = TABLES.getOrDefault(tableKey, standIn);
        boolean register = table == RegisterTable.INPUT_REGISTER || table == RegisterTable.HOLDING_REGISTER;
        int address = tableKey.isEmpty() ? 0 : map.wholeNumber(tableKey, 0, ADDRESS_MAX, ProfileReader::modiconHint);
        DataType type = type(map, register);
        if (address + type.registers() - 1 > ADDRESS_MAX) {
            map.problem(tableKey, "address " + address, "but its " + type.registers() + " registers end behind 65535");
        }
        boolean number = type != DataType.BIT;
        refuse(map, "scale", !number, "for a bit", "remove it: a bit is true or false");
        refuse(map, "offset", !number, "for a bit", "remove it: a bit is true or false");
        refuse(map, "order", !register, "in a table of bits", "remove it: one bit has no bytes");
        Writing writing = writing(map, table);
        return new ModbusPoint(
                name,
                table,
                address,
                type,
                bit(map, register, type),
                register ? map.oneOf("order", ORDERS, usualOrder) : WordOrder.ABCD,
                number ? scale(map) : 1,
                number ? map.decimal("offset", -FACTOR_MAX, FACTOR_MAX, 0) : 0,
                map.text("unit", ""),
                writing,
                verify(map, writing));
    }

    private static String tableKey(YamlMap map) {
        List<String> keys = TABLES.keySet().stream().filter(map::has).toList();
        if (keys.size() == 1) {
            return keys.get(0);
        }
        String found = keys.isEmpty() ? "no address" : String.join(" and ", keys);
        map.problem(found, "write one of coil, discrete, input, holding with the address, such as input: 0");
        return "";
    }

    private static String modiconHint(String typed) {
        return ModiconNumber.meaning(typed)
                .map(meaning -> "; as a register number of the Modicon kind it is " + meaning)
                .orElse("");
    }

    private static boolean warnOfModiconNumber(YamlMap map) {
        for (String key : TABLES.keySet()) {
            String typed = map.has(key) && !map.flawed(key) ? map.text(key, "") : "";
            Optional<String> meaning = ModiconNumber.meaning(typed).filter(words -> words.startsWith(key + ":"));
            if (meaning.isPresent()) {
                map.warning(
                        key,
                        typed,
                        "which looks like a register number of the Modicon kind: write " + meaning.get() + ", or " + key
                                + ": 0x" + Integer.toHexString(Integer.parseInt(typed)) + " if address " + typed
                                + " is meant (told once for this file)");
                return true;
            }
        }
        return false;
    }

    private static DataType type(YamlMap map, boolean register) {
        return register && !map.has("bit") ? map.oneOf("type", TYPES) : map.oneOf("type", BIT, DataType.BIT);
    }

    private static int bit(YamlMap map, boolean register, DataType type) {
        if (register && type == DataType.BIT) {
            return map.wholeNumber("bit", 0, 15);
        }
        refuse(map, "bit", true, register ? "beside a type of its own" : "in a table of bits", "remove it");
        return 0;
    }

    private static double scale(YamlMap map) {
        double scale = map.decimal("scale", -FACTOR_MAX, FACTOR_MAX, 1);
        if (scale == 0) {
            map.problem("scale", "0", "which would make every value the same");
            return 1;
        }
        return scale;
    }

    private static Writing writing(YamlMap map, RegisterTable table) {
        Writing writing = map.oneOf("writable", WRITING, Writing.NEVER);
        if (writing != Writing.NEVER && table != RegisterTable.COIL && table != RegisterTable.HOLDING_REGISTER) {
            map.problem(
                    "writable",
                    map.text("writable", "") + " in a table that is read only",
                    "allowed in: coil, holding");
        }
        return writing;
    }

    private static boolean verify(YamlMap map, Writing writing) {
        refuse(
                map,
                "verify",
                writing == Writing.NEVER && !map.flawed("writable"),
                "for a point that is not writable",
                "remove it");
        return map.flag("verify", true);
    }

    private static void refuse(YamlMap map, String key, boolean pointless, String where, String advice) {
        if (map.has(key) && pointless) {
            map.problem(key, "a value " + where, advice);
        }
    }

    private static Map<String, Writing> writings() {
        Map<String, Writing> writings = new LinkedHashMap<>();
        writings.put("false", Writing.NEVER);
        writings.put("true", Writing.SINGLE);
        writings.put("multiple", Writing.MULTIPLE);
        return writings;
    }

    private static Map<String, RegisterTable> tables() {
        Map<String, RegisterTable> tables = new LinkedHashMap<>();
        tables.put("coil", RegisterTable.COIL);
        tables.put("discrete", RegisterTable.DISCRETE_INPUT);
        tables.put("input", RegisterTable.INPUT_REGISTER);
        tables.put("holding", RegisterTable.HOLDING_REGISTER);
        return tables;
    }

    /** Numbers first: a number is the better stand-in for a type that is missing. */
    private static Map<String, DataType> types() {
        Map<String, DataType> types = Choices.lowerCase(DataType.values());
        types.remove("bit");
        types.put("bit", DataType.BIT);
        return types;
    }

    private static Map<String, Path> filesIn(Path folder) {
        Map<String, Path> files = new TreeMap<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
                for (Path file : found) {
                    String name = String.valueOf(file.getFileName());
                    files.put(name.substring(0, name.length() - SUFFIX.length()), file);
                }
            } catch (IOException e) {
                // An unreadable folder offers no profiles: the devices that name one say so, with the folder's name.
                return Map.of();
            }
        }
        return files;
    }
}

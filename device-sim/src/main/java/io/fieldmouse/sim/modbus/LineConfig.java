package io.fieldmouse.sim.modbus;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One simulated serial line and the devices on it.
 *
 * @param name for logs and thread names
 * @param link a symbolic link to the port, so that it has the same name each time; null for none
 * @param baud bits per second of the pace, 300 to 4000000; 0 for as fast as possible
 * @param parity lengthens a character by its bit
 * @param stopBits 1 or 2
 * @param slaves each with a unit id of its own
 */
public record LineConfig(
        String name, @Nullable Path link, int baud, Parity parity, int stopBits, List<SlaveConfig> slaves) {
    private static final int BAUD_MIN = 300;
    private static final int BAUD_MAX = 4_000_000;

    public LineConfig {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a simulated line needs a name");
        }
        if (baud != 0 && (baud < BAUD_MIN || baud > BAUD_MAX)) {
            throw new IllegalArgumentException(
                    name + ": baud " + baud + ", allowed are " + BAUD_MIN + " to " + BAUD_MAX + ", or 0 for no pace");
        }
        if (stopBits != 1 && stopBits != 2) {
            throw new IllegalArgumentException(name + ": stop bits " + stopBits + ", allowed are 1 and 2");
        }
        slaves = List.copyOf(slaves);
        Set<Integer> unitIds = new HashSet<>();
        for (SlaveConfig slave : slaves) {
            if (!unitIds.add(slave.unitId())) {
                throw new IllegalArgumentException(name + ": two slaves have unit " + slave.unitId());
            }
        }
    }

    /** A line as fast as possible. */
    public static LineConfig unpaced(String name, SlaveConfig... slaves) {
        return new LineConfig(name, null, 0, Parity.NONE, 1, List.of(slaves));
    }

    /** A line with the pace of this speed and one stop bit. */
    public static LineConfig paced(String name, int baud, Parity parity, SlaveConfig... slaves) {
        return new LineConfig(name, null, baud, parity, 1, List.of(slaves));
    }

    /** The same with a stable name for its port. */
    public LineConfig withLink(Path link) {
        return new LineConfig(name, link, baud, parity, stopBits, slaves);
    }

    /** Start bit, eight data bits, parity bit if any, stop bits. */
    public int bitsPerCharacter() {
        return 1 + 8 + (parity == Parity.NONE ? 0 : 1) + stopBits;
    }

    WirePace pace() {
        return WirePace.of(baud, bitsPerCharacter());
    }
}

package io.fieldmouse.sim.modbus;

import io.fieldmouse.sim.Signal;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The four tables of one slave: at each address that exists a place, which is either stored or half of a signal.
 *
 * <p>The surprise: writing into one register of a 32-bit signal stores both, the other with what it held at that moment,
 * so that the two never come from different times. Not thread-safe; its slave holds the lock.
 */
final class SlaveTables {
    /** What stands at one address. */
    private sealed interface Place {
        boolean writable();
    }

    private record Stored(int value, boolean writable) implements Place {}

    private record Part(Signal signal, RegisterType type, RegisterOrder order, int first, boolean writable)
            implements Place {
        int valueAt(int address, Duration sinceStart) {
            int bits = type.bitsOf(signal.at(sinceStart));
            return type.places() == 1 ? bits : order.register(bits, address - first);
        }
    }

    private final Map<Table, Map<Integer, Place>> tables = new EnumMap<>(Table.class);

    SlaveTables() {
        for (Table table : Table.values()) {
            tables.put(table, new HashMap<>());
        }
    }

    void define(PointConfig point) {
        int places = point.type().places();
        for (int i = 0; i < point.count() * places; i++) {
            int first = point.address() + i / places * places;
            Part part = new Part(point.signal(), point.type(), point.order(), first, point.writable());
            places(point.table()).put(point.address() + i, part);
        }
    }

    /** Refuses a stretch of addresses of which one does not exist. */
    void requireReadable(Table table, int address, int count) throws ModbusRefusal {
        for (int i = address; i < address + count; i++) {
            if (!places(table).containsKey(i)) {
                throw new ModbusRefusal(ModbusRefusal.ILLEGAL_DATA_ADDRESS);
            }
        }
    }

    /** Refuses a stretch of addresses of which one does not exist or must not be written. */
    void requireWritable(Table table, int address, int count) throws ModbusRefusal {
        for (int i = address; i < address + count; i++) {
            Place place = places(table).get(i);
            if (place == null || !place.writable()) {
                throw new ModbusRefusal(ModbusRefusal.ILLEGAL_DATA_ADDRESS);
            }
        }
    }

    /** The bit or register at an address that exists. */
    int read(Table table, int address, Duration sinceStart) {
        Place place = places(table).get(address);
        if (place == null) {
            throw new IllegalArgumentException("there is no " + table + " " + address);
        }
        return place instanceof Part part ? part.valueAt(address, sinceStart) : ((Stored) place).value();
    }

    /** Stores a bit or register; makes the address if it did not exist. */
    void write(Table table, int address, int value, Duration sinceStart) {
        Place old = places(table).get(address);
        if (old instanceof Part part) {
            freeze(table, part, sinceStart);
        }
        boolean writable = old == null ? table.ofOutputs() : old.writable();
        places(table).put(address, new Stored(value, writable));
    }

    private void freeze(Table table, Part part, Duration sinceStart) {
        for (int i = part.first(); i < part.first() + part.type().places(); i++) {
            // A later definition may have taken one of the two over.
            if (part.equals(places(table).get(i))) {
                places(table).put(i, new Stored(part.valueAt(i, sinceStart), part.writable()));
            }
        }
    }

    private Map<Integer, Place> places(Table table) {
        @Nullable Map<Integer, Place> places = tables.get(table);
        if (places == null) {
            throw new AssertionError(table);
        }
        return places;
    }
}

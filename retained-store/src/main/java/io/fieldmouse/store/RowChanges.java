package io.fieldmouse.store;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What happened to rows since some moment, in the end: those that are there and different, and those that are gone. */
final class RowChanges {
    private final Map<Long, Row> put = new LinkedHashMap<>();
    private final Set<Long> gone = new LinkedHashSet<>();

    void put(Row row) {
        gone.remove(row.key());
        put.put(row.key(), row);
    }

    /** @param wasThere whether the row was there at that moment; one that was not leaves no trace */
    void remove(long key, boolean wasThere) {
        put.remove(key);
        if (wasThere) {
            gone.add(key);
        }
    }

    /** Adds what happened after. */
    void add(RowChanges later) {
        later.gone.forEach(key -> remove(key, true));
        later.put.values().forEach(this::put);
    }

    Iterable<Row> put() {
        return put.values();
    }

    Set<Long> gone() {
        return gone;
    }

    boolean isEmpty() {
        return put.isEmpty() && gone.isEmpty();
    }
}

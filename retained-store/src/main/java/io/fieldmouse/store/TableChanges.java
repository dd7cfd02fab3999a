package io.fieldmouse.store;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What one group of commits does to one table in the end, by row id. Its surprise: a row that is born and dies within
 * the group leaves no trace, and this is where most of an online client's traffic goes.
 *
 * @param <R> the row; it is read when the group is written, so a mutable one is written as it then is
 */
final class TableChanges<R> {
    /** To be applied in this order: an id may be deleted and inserted again within one group. */
    private final Set<Long> deleted = new LinkedHashSet<>();

    private final Map<Long, R> inserted = new LinkedHashMap<>();
    private final Map<Long, R> updated = new LinkedHashMap<>();

    void insert(long id, R row) {
        inserted.put(id, row);
    }

    void update(long id, R row) {
        if (inserted.containsKey(id)) {
            inserted.put(id, row);
        } else {
            updated.put(id, row);
        }
    }

    void delete(long id) {
        if (inserted.remove(id) == null) {
            updated.remove(id);
            deleted.add(id);
        }
    }

    Set<Long> deleted() {
        return deleted;
    }

    Map<Long, R> inserted() {
        return inserted;
    }

    Map<Long, R> updated() {
        return updated;
    }

    boolean isEmpty() {
        return deleted.isEmpty() && inserted.isEmpty() && updated.isEmpty();
    }

    void clear() {
        deleted.clear();
        inserted.clear();
        updated.clear();
    }
}

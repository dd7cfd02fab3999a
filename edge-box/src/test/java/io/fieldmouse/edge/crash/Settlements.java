package io.fieldmouse.edge.crash;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one client has acknowledged for good, and when. The broker may forget that in a kill, but not where it stored
 * what came long after it: then what comes back would come back for ever. Remembers the newest only.
 *
 * @param <K> names a message
 */
final class Settlements<K> {
    private static final int REMEMBERED = 10_000;

    /** An acknowledgement is confirmed by nobody: by then the broker has read it. */
    private static final long READ_MILLIS = 1_000;

    private final Stage stage;
    private final Ledger ledger;
    private final Map<K, Moment> moments = new LinkedHashMap<>();

    private record Moment(int run, long millis) {}

    Settlements(Stage stage, Ledger ledger) {
        this.stage = stage;
        this.ledger = ledger;
    }

    /** The acknowledgement leaves now. */
    void settled(K message) {
        moments.put(message, new Moment(stage.run(), stage.millis()));
        if (moments.size() > REMEMBERED) {
            moments.remove(moments.keySet().iterator().next());
        }
    }

    /** Its name belongs to another message now. */
    void forget(K message) {
        moments.remove(message);
    }

    /** Whether the broker must know of the acknowledgement in a later run than that in which it left. */
    boolean mustBeKnown(K message) {
        Moment moment = moments.get(message);
        return moment != null
                && moment.run() != stage.run()
                && ledger.wasStored(moment.run(), moment.millis() + READ_MILLIS);
    }
}

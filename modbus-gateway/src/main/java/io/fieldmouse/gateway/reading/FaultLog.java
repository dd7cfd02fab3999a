package io.fieldmouse.gateway.reading;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * Tells the faults of the program itself, such as a failed assertion or a class that is missing: those that hit one
 * device or one topic and must not cost the others their thread. Each is told once an hour, however often it is met,
 * and then with how often that was.
 *
 * <p>Running out of memory is no such fault, it hits everyone: it is thrown on, and ends the thread and with it the
 * program. Owned by one thread.
 */
public final class FaultLog {
    /** A fault that goes on is told again after this time. */
    static final long AGAIN_NANOS = TimeUnit.HOURS.toNanos(1);

    /** Faults remembered; of more, the one told longest ago is forgotten, and told again when it is met. */
    static final int FAULTS_MAX = 16;

    private final Logger log;
    private final String where;
    /** By place, in the order in which they were told. */
    private final Map<String, Told> told = new LinkedHashMap<>();

    private static final class Told {
        private final long sinceNanos;
        private long repeats;

        Told(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    /** @param where what is hit, as facts for the log such as {@code bus=cellar} */
    public FaultLog(Logger log, String where) {
        this.log = log;
        this.where = where;
    }

    /** For whoever sees the effect, and has the log at hand. */
    public static String inWords(Throwable fault) {
        return "internal error, see the log: " + fault;
    }

    /**
     * Tells it, or counts it.
     *
     * @param nowNanos on any monotonic clock, the same each time
     * @throws OutOfMemoryError when it is one
     */
    public void tell(Throwable fault, long nowNanos) {
        if (fault instanceof OutOfMemoryError outOfMemory) {
            throw outOfMemory;
        }
        // By its place: a message may be another each time.
        StackTraceElement[] stack = fault.getStackTrace();
        String place = fault.getClass().getName() + (stack.length == 0 ? "" : " " + stack[0]);
        Told before = told.get(place);
        if (before != null && nowNanos - before.sinceNanos < AGAIN_NANOS) {
            before.repeats++;
            log.debug("internal error again {}", where, fault);
            return;
        }
        if (before == null || before.repeats == 0) {
            log.error("internal error, going on {}", where, fault);
        } else {
            log.error("internal error, going on {} repeats={}", where, before.repeats, fault);
        }
        remember(place, nowNanos);
    }

    private void remember(String place, long nowNanos) {
        told.remove(place);
        told.put(place, new Told(nowNanos));
        if (told.size() > FAULTS_MAX) {
            Iterator<String> oldest = told.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }
}

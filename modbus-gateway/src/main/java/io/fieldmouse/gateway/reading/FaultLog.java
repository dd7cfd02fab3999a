package io.fieldmouse.gateway.reading;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Tells the faults of the program itself, such as a failed assertion or a class that is missing: those that hit one
 * device or one topic and must not cost the others their thread. Each is told once, however often it is met in a row.
 *
 * <p>Running out of memory is no such fault, it hits everyone: it is thrown on, and ends the thread and with it the
 * program. Owned by one thread.
 */
public final class FaultLog {
    private final Logger log;
    private final String where;
    private @Nullable String last;

    /** @param where what is hit, as facts for the log such as {@code bus=cellar} */
    public FaultLog(Logger log, String where) {
        this.log = log;
        this.where = where;
    }

    /** For whoever sees the effect, and has the log at hand. */
    public static String inWords(Throwable fault) {
        return "internal error, see the log: " + fault;
    }

    /** @throws OutOfMemoryError when it is one */
    public void tell(Throwable fault) {
        if (fault instanceof OutOfMemoryError outOfMemory) {
            throw outOfMemory;
        }
        // By its place: a message may be another each time.
        StackTraceElement[] stack = fault.getStackTrace();
        String place = fault.getClass().getName() + (stack.length == 0 ? "" : " " + stack[0]);
        if (place.equals(last)) {
            log.debug("internal error again {}", where, fault);
        } else {
            log.error("internal error, going on {}", where, fault);
        }
        last = place;
    }
}

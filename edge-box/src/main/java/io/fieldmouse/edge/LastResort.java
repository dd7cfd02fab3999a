package io.fieldmouse.edge;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a failure that ended a thread, in a process that is to run for years. An Error ends the process: memory
 * is gone or the program is broken, and a box that lives on without one of its threads looks healthy. Its service manager
 * starts it again. A RuntimeException is the fault of one task and is logged: the threads that box and devices depend on
 * catch theirs and go on, so this was one whose end costs nobody else anything.
 *
 * <p>Its surprise: it halts, and closes nothing. Closing needs memory and threads as well, and the store is made to
 * survive a kill.
 */
final class LastResort implements Thread.UncaughtExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(LastResort.class);

    private LastResort() {}

    /** From here on, for every thread of this process. */
    static void install() {
        Thread.setDefaultUncaughtExceptionHandler(new LastResort());
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        if (!(failure instanceof Error)) {
            LOG.error("thread ended by a fault of the program, the others go on thread={}", thread.getName(), failure);
            return;
        }
        int code = failure instanceof OutOfMemoryError ? ExitCode.NO_MEMORY : ExitCode.BROKEN;
        try {
            LOG.error("thread ended, the process ends too thread={} exitCode={}", thread.getName(), code, failure);
            Logging.end();
        } finally {
            Runtime.getRuntime().halt(code);
        }
    }
}

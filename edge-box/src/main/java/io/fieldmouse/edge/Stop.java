package io.fieldmouse.edge;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The wish to end, by Ctrl-C or SIGTERM, and the way out with an exit code of our own. {@link #frame} is the frame of
 * every command that runs until it is asked to end.
 *
 * <p>Its surprise: the JVM ends with 130 or 143 after a signal, whatever a shutdown hook does, unless the hook itself
 * halts the JVM. So the hook asks the command to end, waits until it has closed everything, and halts.
 */
final class Stop {

    /** A service manager is promised an end within five seconds. */
    private static final Duration CLOSE_MAX = Duration.ofMillis(4_800);

    /** The life of a command: opens, waits, and has closed everything when it returns its exit code. */
    interface Life {
        int live(Stop stop) throws Exception;
    }

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "stop");
    private volatile int exitCode = ExitCode.DONE;

    /** From here on signals end in {@link #isAsked()} becoming true. */
    private Stop() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** The frame of what runs for years: an Error on any of its threads ends it. */
    static int service(Life life) throws Exception {
        LastResort.install();
        return frame(life);
    }

    /** Lives this life and returns its exit code; after a signal the process ends here with it. */
    static int frame(Life life) throws Exception {
        Stop stop = new Stop();
        try {
            int code = life.live(stop);
            stop.done(code, null);
            return code;
        } catch (Exception | Error e) {
            stop.done(ExitCode.FAILED, e);
            throw e;
        }
    }

    private void stop() {
        asked.countDown();
        try {
            if (!closed.await(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("fieldmouse: not everything closed within " + CLOSE_MAX.toMillis() + " ms");
                exitCode = ExitCode.FAILED;
            }
        } catch (InterruptedException e) {
            exitCode = ExitCode.FAILED;
        }
        System.out.flush();
        Logging.end();
        Runtime.getRuntime().halt(exitCode);
    }

    boolean isAsked() {
        return asked.getCount() == 0;
    }

    /** Asks from inside the program. */
    void ask() {
        asked.countDown();
    }

    /** Waits until the end is asked for; the exit code is then that of a command that did what it should. */
    int await() throws InterruptedException {
        asked.await();
        return ExitCode.DONE;
    }

    /** Waits until the end is asked for, at most this long; says whether it was. */
    boolean await(Duration atMost) throws InterruptedException {
        return asked.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void done(int code, @Nullable Throwable failure) {
        exitCode = code;
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // A signal came: the hook halts the JVM as soon as it may, and nobody above is left to say what failed.
            if (failure != null) {
                Fieldmouse.say(
                        failure, "fieldmouse: ending", new PrintWriter(System.err, true, Charset.defaultCharset()));
            }
            closed.countDown();
            waitForTheEnd();
        }
    }

    private void waitForTheEnd() {
        try {
            hook.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

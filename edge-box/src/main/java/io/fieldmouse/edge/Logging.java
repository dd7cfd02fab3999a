package io.fieldmouse.edge;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.TimeZone;

/**
 * The one place where logging is set up, beside {@code simplelogger.properties}. Its surprise: the log backend reads
 * its settings once, when the first logger is made, so this must run before any class that has one is touched.
 */
final class Logging {

    private static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    /** For what is left of the log when the process ends, and nobody may be there to read it. */
    private static final Duration END_MAX = Duration.ofSeconds(1);

    private Logging() {}

    /** Standard error, written by a thread of its own. */
    private static final class OwnThread extends PrintStream {
        private final LogOutput output;

        OwnThread(LogOutput output) {
            super(output, true, Charset.defaultCharset());
            this.output = output;
        }
    }

    /** Log lines are in UTC whatever the box's zone: they are compared with those of other machines. */
    static void begin() {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    }

    static void debug() {
        System.setProperty(LEVEL, "debug");
    }

    /** For a command that draws on the terminal, where log lines would tear the picture. */
    static void errorsOnly() {
        System.setProperty(LEVEL, "error");
    }

    /** From now on no thread waits for whoever reads standard error. For what runs for years. */
    static void byOwnThread() {
        System.setErr(new OwnThread(new LogOutput(new FileOutputStream(FileDescriptor.err))));
    }

    /** The process ends: what is left is written, if somebody takes it. */
    static void end() {
        System.err.flush();
        if (System.err instanceof OwnThread log) {
            try {
                log.output.awaitWritten(END_MAX);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

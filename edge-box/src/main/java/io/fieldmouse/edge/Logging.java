package io.fieldmouse.edge;

import java.util.TimeZone;

/**
 * The one place where logging is set up, beside {@code simplelogger.properties}. Its surprise: the log backend reads
 * its settings once, when the first logger is made, so this must run before any class that has one is touched.
 */
final class Logging {

    private static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    private Logging() {}

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
}

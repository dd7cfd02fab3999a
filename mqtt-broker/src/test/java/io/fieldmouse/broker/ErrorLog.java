package io.fieldmouse.broker;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Hears of everything that is logged as an error while it is open, and keeps the rest from filling the disk: a refused
 * packet is a line, and fuzzing refuses millions.
 */
final class ErrorLog implements AutoCloseable {
    private static final int KEPT_MAX = 50;

    private final PrintStream before = System.err;
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private int linesAfterError;

    ErrorLog() {
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8) {
            @Override
            public void println(String line) {
                take(line);
            }

            @Override
            public void println(Object line) {
                take(String.valueOf(line));
            }
        });
    }

    private synchronized void take(String line) {
        boolean error = line.contains(" ERROR ");
        // The stack trace that follows it says where.
        if (error || linesAfterError > 0) {
            linesAfterError = error ? 12 : linesAfterError - 1;
            if (errors.size() < KEPT_MAX) {
                errors.add(line);
            }
        }
    }

    List<String> errors() {
        return List.copyOf(errors);
    }

    @Override
    public void close() {
        System.setErr(before);
    }
}

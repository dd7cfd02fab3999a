package io.fieldmouse.broker;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What is logged while it is open: level, logger, and the line. */
final class LogLines implements AutoCloseable {
    private final PrintStream before = System.err;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    LogLines() {
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

    private void take(String line) {
        lines.add(line);
        before.println(line);
    }

    /** The lines that hold this text, without what is before it. */
    List<String> with(String text) {
        return lines.stream()
                .filter(line -> line.contains(text))
                .map(line -> line.substring(line.indexOf(text)))
                .toList();
    }

    @Override
    public void close() {
        System.setErr(before);
    }
}

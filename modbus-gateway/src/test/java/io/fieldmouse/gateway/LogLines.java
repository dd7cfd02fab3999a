package io.fieldmouse.gateway;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What is logged until it is closed. slf4j-simple writes to whatever System.err is at that moment. */
public final class LogLines implements AutoCloseable {
    private final PrintStream before = System.err;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    public LogLines() {
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    }

    /** The lines of one logger, each from its level on. */
    public List<String> of(Class<?> logger) {
        return of(logger.getName());
    }

    List<String> of(String logger) {
        String mark = " " + logger + " - ";
        return written.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(mark))
                .map(line -> {
                    String front = line.substring(0, line.indexOf(mark));
                    return front.substring(front.lastIndexOf(' ') + 1) + " "
                            + line.substring(line.indexOf(mark) + mark.length());
                })
                .toList();
    }

    @Override
    public void close() {
        System.setErr(before);
        before.print(written.toString(StandardCharsets.UTF_8));
    }
}

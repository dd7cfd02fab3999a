package io.fieldmouse.edge.demo;

import io.fieldmouse.edge.demo.Readings.Row;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Without a terminal: one line for each change, for a log or a pipe. */
public final class ChangeLines {

    private final PrintStream out;
    private final Map<String, Row> printed = new HashMap<>();

    public ChangeLines(PrintStream out) {
        this.out = out;
    }

    /** Prints what has changed since the last call. */
    public void print(Readings readings, Duration sinceStart, long nowNanos) {
        for (Row row : readings.rows()) {
            Row before = printed.put(row.topic(), row);
            if (before != null && before.state().equals(row.state())) {
                continue;
            }
            TopicState state = row.state();
            String quality = state.reason().isEmpty() ? state.quality() : state.quality() + ": " + state.reason();
            String age = Table.age(Duration.ofNanos(Math.max(0, nowNanos - row.heardNanos())));
            String line = String.format(
                    "%02d:%02d  %-42s %9s %-4s %s",
                    sinceStart.toMinutes(),
                    sinceStart.toSecondsPart(),
                    row.topic(),
                    state.value(),
                    state.unit(),
                    quality);
            out.println(line.stripTrailing() + "  " + age);
        }
        out.flush();
    }
}

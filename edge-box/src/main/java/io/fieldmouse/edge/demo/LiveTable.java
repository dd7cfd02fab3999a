package io.fieldmouse.edge.demo;

import io.fieldmouse.edge.demo.Terminal.Size;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Draws the table over its last picture, below what was printed before. The picture is left standing at the end, so that
 * its last state can be read.
 */
public final class LiveTable {

    private static final String CLEAR_LINE_REST = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";
    private static final String CLEAR_ALL = "\033[H\033[2J";
    private static final String HIDE_CURSOR = "\033[?25l";
    private static final String SHOW_CURSOR = "\033[?25h";

    private static final int LINES_MIN = 8;

    private final PrintStream out;
    private final boolean colours;
    private final List<String> introduction;
    private final String root;
    private int drawn;
    private @Nullable Size lastSize;

    /**
     * Begins with nothing drawn.
     *
     * @param introduction lines above the table, which stay in sight if the terminal is high enough
     * @param root what all topics begin with, said once above them
     */
    public LiveTable(PrintStream out, boolean colours, List<String> introduction, String root) {
        this.out = out;
        this.colours = colours;
        this.introduction = introduction;
        this.root = root;
    }

    public void draw(Readings readings, Size size, Duration sinceStart, String hint, long nowNanos) {
        // Above the table a title, below it an empty line, the status, and the line where the cursor rests.
        int room = Math.max(LINES_MIN, size.lines() - introduction.size() - 4);
        // One column is left free: some terminals wrap when the last one is written.
        Table table = new Table(size.columns() - 1, room, colours, root);
        List<String> lines = new ArrayList<>(table.lines(readings.rows(), nowNanos));
        lines.add("");
        String status = String.format(
                "%02d:%02d  %d messages  %s",
                sinceStart.toMinutes(), sinceStart.toSecondsPart(), readings.messages(), hint);
        lines.add(Style.DIM.on(status.substring(0, Math.min(status.length(), size.columns() - 1)), colours));

        StringBuilder picture = new StringBuilder(HIDE_CURSOR);
        if (!size.equals(lastSize)) {
            // After a resize the terminal has wrapped the old lines, and nobody knows where they are.
            picture.append(lastSize == null ? "" : CLEAR_ALL);
            introduction.forEach(line -> picture.append(line).append('\n'));
            lastSize = size;
        } else {
            picture.append("\033[" + drawn + "A");
        }
        for (String line : lines) {
            picture.append(line).append(CLEAR_LINE_REST).append('\n');
        }
        picture.append(CLEAR_BELOW);
        drawn = lines.size();
        out.print(picture);
        out.flush();
    }

    /** Gives the cursor back. */
    public void end() {
        out.print(SHOW_CURSOR);
        out.flush();
    }
}

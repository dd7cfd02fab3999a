package io.fieldmouse.edge.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The terminal that standard output is, if it is one. Java has no way to ask for its size, so {@code stty} of the
 * system's core utilities is asked, and the usual size assumed where there is none.
 */
public final class Terminal {

    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");
    private static final Path DEVICE = Path.of("/dev/tty");
    private static final Size USUAL = new Size(80, 24);

    /** Of a terminal, in characters. */
    public record Size(int columns, int lines) {}

    private Terminal() {}

    /**
     * Whether standard output is a terminal to draw on, as opposed to a file, a pipe, or one that cannot move its cursor.
     * Linux only; {@code System.console()} tells about both ends, and from JDK 22 on nothing at all.
     */
    public static boolean canDraw() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        try {
            String target = Files.readSymbolicLink(STANDARD_OUTPUT).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** Colours are wanted unless the user says otherwise (no-color.org). */
    public static boolean hasColours() {
        String none = System.getenv("NO_COLOR");
        return none == null || none.isEmpty();
    }

    /** Its size now; it may change at any time. */
    public static Size size() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(DEVICE.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (InputStream out = stty.getInputStream()) {
                List<String> numbers = List.of(new String(out.readAllBytes(), StandardCharsets.US_ASCII)
                        .trim()
                        .split(" ", 2));
                stty.waitFor(1, TimeUnit.SECONDS);
                int lines = Integer.parseInt(numbers.get(0));
                int columns = Integer.parseInt(numbers.get(numbers.size() - 1));
                return lines > 0 && columns > 0 ? new Size(columns, lines) : USUAL;
            }
        } catch (IOException | NumberFormatException e) {
            return USUAL;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL;
        }
    }
}

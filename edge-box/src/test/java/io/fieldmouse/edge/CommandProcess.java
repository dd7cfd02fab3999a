package io.fieldmouse.edge;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real command in a process of its own, with its output in files. */
final class CommandProcess implements AutoCloseable {
    private static final int NATIVE_ACCESS_SINCE = 22;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final Path out;
    private final Path err;

    private CommandProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** {@code fieldmouse} with these arguments and the class path of the test. */
    static CommandProcess fieldmouse(Path directory, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                "io.fieldmouse.edge.Fieldmouse"));
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE) {
            command.add(1, "--enable-native-access=ALL-UNNAMED"); // as the launcher does
        }
        command.addAll(List.of(arguments));
        return start(directory, command);
    }

    static CommandProcess start(Path directory, List<String> command) throws IOException {
        Path out = Files.createTempFile(directory, "out", ".txt");
        Path err = Files.createTempFile(directory, "err", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new CommandProcess(process, out, err);
    }

    /** Gives it this standard input, to its end. */
    CommandProcess input(String text) throws IOException {
        try (OutputStream in = process.getOutputStream()) {
            in.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    /** Waits for its end. */
    int exitCode() throws InterruptedException {
        assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), () -> "still running; " + this);
        return process.exitValue();
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    /** Waits until it has printed this, on either stream. */
    CommandProcess awaitText(String text) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!out().contains(text) && !err().contains(text)) {
            // Ends early when the process does: then the text either is there or never comes.
            boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
            if (ended && (out().contains(text) || err().contains(text))) {
                break;
            }
            assertTrue(!ended && System.nanoTime() < deadline, () -> "never said \"" + text + "\"; " + this);
        }
        return this;
    }

    void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertTrue(status == 0, "kill -" + name + " failed");
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "out: " + out() + "\nerr: " + err();
    }
}

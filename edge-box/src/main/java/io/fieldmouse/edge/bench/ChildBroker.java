package io.fieldmouse.edge.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** This program's broker in a process of its own: what it writes, and what memory it takes, is then told apart. */
final class ChildBroker implements AutoCloseable {
    private static final String MAIN_CLASS = "io.fieldmouse.edge.Fieldmouse";
    private static final String LISTENING = "listening on 127.0.0.1:";
    private static final String LOG = "broker.log";
    private static final String GC_LOG = "gc.log";
    private static final Pattern PAUSE = Pattern.compile("Pause .* ([0-9.]+)ms");
    private static final int LAST_LINES = 3;
    private static final int END_SECONDS_MAX = 60;

    private final Process process;
    private final Path directory;
    private final int port;
    private final double startSeconds;

    private ChildBroker(Process process, Path directory, int port, double startSeconds) {
        this.process = process;
        this.directory = directory;
        this.port = port;
        this.startSeconds = startSeconds;
    }

    /**
     * Returns when it listens.
     *
     * @param directory for its store and its log
     * @param heap as {@code -Xmx} wants it, such as {@code 256m}
     * @param settings {@code key=value}
     */
    static ChildBroker start(Path directory, String heap, String... settings) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xss256k",
                "-Xmx" + heap,
                "-Xlog:gc:file=" + directory.resolve(GC_LOG),
                "-XX:+ExitOnOutOfMemoryError",
                "-Dio.netty.jfr.enabled=false",
                "-cp",
                System.getProperty("java.class.path"),
                MAIN_CLASS,
                "broker",
                "--port",
                "0",
                "--data",
                store(directory).toString(),
                "--set",
                "sys_interval_seconds=0"));
        for (String setting : settings) {
            command.add("--set");
            command.add(setting);
        }
        long begun = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(
                        ProcessBuilder.Redirect.appendTo(directory.resolve(LOG).toFile()))
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        @Nullable String line = out.readLine();
        if (line == null || !line.startsWith(LISTENING)) {
            process.destroyForcibly();
            throw new IOException("the broker did not start: " + lastWords(directory));
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        return new ChildBroker(process, directory, Integer.parseInt(line.substring(LISTENING.length())), seconds);
    }

    static Path store(Path directory) {
        return directory.resolve("store");
    }

    int port() {
        return port;
    }

    /** From the start of the process until it listened. */
    double startSeconds() {
        return startSeconds;
    }

    /** Bytes that it has caused to be sent to a disk (write_bytes of proc(5)). */
    long writtenBytes() throws IOException {
        return number("io", "write_bytes: ");
    }

    /** The most memory it has had, heap and all else. */
    long memoryBytesMax() throws IOException {
        return number("status", "VmHWM:") * 1024;
    }

    /** In which its memory was cleaned and nothing else was done. */
    double longestPauseMillis() throws IOException {
        return Files.readAllLines(directory.resolve(GC_LOG)).stream()
                .map(PAUSE::matcher)
                .filter(Matcher::find)
                .mapToDouble(pause -> Double.parseDouble(pause.group(1)))
                .max()
                .orElse(0);
    }

    private long number(String file, String key) throws IOException {
        Path path = Path.of("/proc", Long.toString(process.pid()), file);
        for (String line : Files.readAllLines(path)) {
            if (line.startsWith(key)) {
                return Long.parseLong(
                        line.substring(key.length()).replace("kB", "").strip());
            }
        }
        throw new IOException(path + " has no " + key);
    }

    private static String lastWords(Path directory) throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve(LOG));
        return lines.isEmpty()
                ? "it said nothing"
                : String.join("; ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    /** As an operator would, by SIGTERM. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException(
                        "the broker did not end within " + END_SECONDS_MAX + " s: " + lastWords(directory));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}

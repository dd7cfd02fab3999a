package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real command in a process of its own, with its output in files that are kept when the test fails. */
public final class CommandProcess implements AutoCloseable {
    private static final int NATIVE_ACCESS_SINCE = 22;

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Promised are five seconds; the rest is for a machine that is busy with other tests. */
    private static final Duration END_MAX = Duration.ofSeconds(20);

    private final Process process;
    private final Path out;
    private final Path err;

    private CommandProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** {@code fieldmouse} with these arguments. */
    public static CommandProcess fieldmouse(Path directory, String... arguments) throws IOException {
        return start(directory, arguments[0], command(directory, arguments));
    }

    /** {@code fieldmouse} with these arguments and the class path of the test. */
    static List<String> command(Path directory, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-Dio.netty.jfr.enabled=false", // as the launcher does
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                "io.fieldmouse.edge.Fieldmouse"));
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE) {
            command.add(1, "--enable-native-access=ALL-UNNAMED"); // as the launcher does
        }
        command.addAll(List.of(arguments));
        return command;
    }

    /** @param name what its files are called */
    static CommandProcess start(Path directory, String name, List<String> command) throws IOException {
        Path out = Files.createTempFile(directory, name + "-", ".out");
        Path err = Files.createTempFile(directory, name + "-", ".err");
        // Whoever runs the tests in the background has made them, and all they start, deaf to Ctrl-C.
        List<String> hearing = new ArrayList<>(List.of("env", "--default-signal=INT"));
        hearing.addAll(command);
        Process process = new ProcessBuilder(hearing)
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
        return exitCode(PATIENCE);
    }

    private int exitCode(Duration within) throws InterruptedException {
        assertTrue(
                process.waitFor(within.toSeconds(), TimeUnit.SECONDS),
                () -> "still running after " + within + "; " + this);
        return process.exitValue();
    }

    /** Asks it to end, by SIGTERM or SIGINT, and returns its exit code. */
    int end(String signal) throws IOException, InterruptedException {
        signal(signal);
        return exitCode(END_MAX);
    }

    /** SIGKILL. Returns when it is gone. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
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

    /** Waits until a TCP connection to the port succeeds. */
    public CommandProcess awaitPort(int port) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
                return this;
            } catch (IOException e) {
                boolean ended = process.waitFor(5, TimeUnit.MILLISECONDS);
                assertTrue(
                        !ended && System.nanoTime() < deadline, () -> "does not listen on port " + port + "; " + this);
            }
        }
    }

    /** A TCP port that was free a moment ago. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertTrue(status == 0, "kill -" + name + " failed");
    }

    @Override
    public void close() {
        kill();
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

package io.fieldmouse.edge.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program in a process of its own, which can be killed. */
final class BoxProcess implements AutoCloseable {
    private static final int NATIVE_ACCESS_SINCE = 22;
    private static final Duration START_MAX = Duration.ofSeconds(60);

    private final Process process;

    private BoxProcess(Process process) {
        this.process = process;
    }

    /** Starts {@code fieldmouse} with these arguments; its output is added to the log file. */
    static BoxProcess start(Path log, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.fieldmouse.edge.Fieldmouse"));
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE) {
            command.add(1, "--enable-native-access=ALL-UNNAMED"); // as the launcher does
        }
        command.addAll(List.of(arguments));
        try {
            return new BoxProcess(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a TCP connection to the port succeeds. */
    BoxProcess awaitPort(int port) {
        long deadline = System.nanoTime() + START_MAX.toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new AssertionError(
                        "the box ended with exit code " + process.exitValue() + " instead of listening");
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
                return this;
            } catch (IOException e) {
                Thread.onSpinWait();
            }
        }
        throw new AssertionError("the box does not listen on port " + port + " after " + START_MAX);
    }

    /** SIGKILL. Returns when the process is gone. */
    void kill() {
        process.destroyForcibly();
        awaitExit(Duration.ofSeconds(20));
    }

    /** SIGTERM. Returns the exit code. */
    int terminate(Duration within) {
        process.destroy();
        return awaitExit(within);
    }

    int awaitExit(Duration within) {
        try {
            if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the box still runs after " + within);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** A TCP port that was free a moment ago. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

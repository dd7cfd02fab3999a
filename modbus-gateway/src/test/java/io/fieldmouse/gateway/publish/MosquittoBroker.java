package io.fieldmouse.gateway.publish;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Debian's mosquitto on a free loopback port: the peer that nobody here wrote. */
final class MosquittoBroker implements AutoCloseable {

    private static final Path PROGRAM = Path.of("/usr/sbin/mosquitto");

    private final Path directory;
    private final int port;
    private Process process;

    private MosquittoBroker(Path directory, int port, Process process) {
        this.directory = directory;
        this.port = port;
        this.process = process;
    }

    /** Starts one, or ends the test: skipped where mosquitto is not installed, failed where CI has to have it. */
    static MosquittoBroker start(Path directory, String... settings) throws IOException, InterruptedException {
        boolean installed = Files.isExecutable(PROGRAM);
        if ("1".equals(System.getenv("FIELDMOUSE_CI"))) {
            assertTrue(installed, "no " + PROGRAM + ": apt install mosquitto");
        }
        assumeTrue(installed, "no " + PROGRAM + ": apt install mosquitto");
        int port = freePort();
        List<String> lines = new ArrayList<>(List.of(settings));
        lines.add(0, "listener " + port + " 127.0.0.1");
        if (!lines.contains("allow_anonymous false")) {
            lines.add("allow_anonymous true");
        }
        Files.write(directory.resolve("mosquitto.conf"), lines);
        MosquittoBroker broker = new MosquittoBroker(directory, port, launch(directory));
        broker.awaitListening();
        return broker;
    }

    BrokerAddress address() {
        return BrokerAddress.of("127.0.0.1", port);
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), "mosquitto did not die");
    }

    void restart() throws IOException, InterruptedException {
        process = launch(directory);
        awaitListening();
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

    private static Process launch(Path directory) throws IOException {
        return new ProcessBuilder(PROGRAM.toString(), "-c", "mosquitto.conf")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("mosquitto.log").toFile())
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitListening() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return;
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                // Waits for the port, or for the end of a process that could not have it.
                if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                    throw new IOException(
                            "mosquitto ended: " + Files.readString(directory.resolve("mosquitto.log")), e);
                }
            }
        }
    }
}

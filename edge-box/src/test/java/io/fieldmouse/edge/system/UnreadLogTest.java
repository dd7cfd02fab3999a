package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker whose log goes into a pipe that nobody reads, as one in a paused pager does. */
class UnreadLogTest {
    /** Each leaves two lines of 200 characters and more; a pipe takes 64 KiB. */
    private static final int CLIENTS = 400;

    private static final int PATIENCE_MILLIS = 30_000;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit fills it
    private Path directory;

    @Test
    void brokerServesItsClientsAllTheSame() throws IOException, InterruptedException {
        List<String> command = CommandProcess.command(
                directory, "broker", "--port", "0", "--data", "store", "--set", "durability=none");
        Process broker =
                new ProcessBuilder(command).directory(directory.toFile()).start();
        try (BufferedReader out = broker.inputReader()) {
            int port = port(out);
            for (int i = 0; i < CLIENTS; i++) {
                try (RawMqtt client = new RawMqtt(port, PATIENCE_MILLIS)) {
                    client.connect("c".repeat(200) + i, true);
                    client.disconnect();
                }
            }
            broker.destroy();
            assertTrue(broker.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS), "it ends although nobody reads");
        } finally {
            broker.destroyForcibly();
        }
    }

    private static int port(BufferedReader out) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("listening on ")) {
                return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
            }
        }
        throw new AssertionError("it does not say where it listens");
    }
}

package io.fieldmouse.edge.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Debian's mosquitto on a free port, as a peer to compare with. */
final class Mosquitto implements AutoCloseable {
    private final CommandProcess process;
    private final int port;

    private Mosquitto(CommandProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts it, and returns when it listens.
     *
     * @param directory for its files
     * @param settings lines of its configuration, beside the listener
     */
    static Mosquitto start(Path directory, String... settings) throws IOException, InterruptedException {
        int port = CommandProcess.freePort();
        List<String> lines = new ArrayList<>(List.of("listener " + port + " 127.0.0.1", "allow_anonymous true"));
        lines.addAll(List.of(settings));
        Path configuration = Files.write(directory.resolve("mosquitto.conf"), lines);
        CommandProcess process = CommandProcess.start(
                directory, "mosquitto", List.of(Peers.MOSQUITTO.toString(), "-c", configuration.toString()));
        return new Mosquitto(process.awaitPort(port), port);
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.close();
    }

    @Override
    public String toString() {
        return process.toString();
    }
}

package io.fieldmouse.edge.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The broker as it is shipped: this build's jar and the libraries beside it, in a process of its own. */
final class PackagedBroker implements AutoCloseable {
    private static final Path PACKAGE = Path.of("target").toAbsolutePath();
    private static final Pattern MQTT = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)\n");
    private static final Pattern WEBSOCKET = Pattern.compile("listening on ws://127\\.0\\.0\\.1:(\\d+)/mqtt");

    private final CommandProcess process;
    private final int port;
    private final int websocketPort;

    private PackagedBroker(CommandProcess process, int port, int websocketPort) {
        this.process = process;
        this.port = port;
        this.websocketPort = websocketPort;
    }

    /** Starts it on free ports; returns when it listens. */
    static PackagedBroker start(Path directory, String... settings) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx320m",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                jar() + ":" + PACKAGE.resolve("lib") + "/*",
                "io.fieldmouse.edge.Fieldmouse"));
        command.addAll(List.of("broker", "--port", "0", "--ws-port", "0", "--data", "store"));
        for (String setting : settings) {
            command.addAll(List.of("--set", setting));
        }
        CommandProcess process = CommandProcess.start(directory, "broker", command);
        process.awaitText("listening on ws://");
        return new PackagedBroker(process, port(MQTT, process), port(WEBSOCKET, process));
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(PACKAGE)) {
            return files.filter(file -> file.getFileName().toString().matches("edge-box-[^/]*(?<!tests)\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no packaged program in " + PACKAGE));
        }
    }

    private static int port(Pattern line, CommandProcess process) {
        Matcher matcher = line.matcher(process.out());
        if (!matcher.find()) {
            throw new AssertionError("it does not say where it listens; " + process);
        }
        return Integer.parseInt(matcher.group(1));
    }

    long pid() {
        return process.pid();
    }

    int port() {
        return port;
    }

    int websocketPort() {
        return websocketPort;
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

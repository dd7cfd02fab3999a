package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/listeners.md, as they are written there but for the port. */
final class CertificateRecipeTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "listeners.md");
    private static final Pattern COMMANDS = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @BeforeAll
    static void requirePeers() {
        Peers.need(Peers.OPENSSL, "openssl");
        Peers.need(Peers.MOSQUITTO_PUB, "mosquitto-clients");
    }

    @Test
    void clientGetsInWithItsCertificateUntilThatIsRevoked() throws Exception {
        List<String> blocks = COMMANDS.matcher(Files.readString(DOCUMENT))
                .results()
                .map(block -> block.group(1))
                .toList();
        assertEquals(3, blocks.size(), "make all, connect, revoke");
        String port = Integer.toString(CommandProcess.freePort());
        String make = blocks.get(0);
        String connect = blocks.get(1).replace("-p 8883", "-p " + port);
        String revoke = blocks.get(2);
        expectSuccess(make);
        try (CommandProcess box = CommandProcess.fieldmouse(directory, "run", "--config", configuration(port))) {
            box.awaitText("uri=mqtts://127.0.0.1:" + port);
            expectSuccess(connect);
            expectSuccess(revoke);
            awaitRefusal(connect);
            box.awaitText("the client's certificate: it is revoked");
            assertEquals(0, box.end("TERM"), box::toString);
        }
    }

    private String configuration(String port) throws IOException {
        Path file = directory.resolve("fieldmouse.yaml");
        String yaml =
                """
                broker:
                  port: off
                  data: store
                  tls_files_check_seconds: 1
                  listeners:
                    - name: network
                      port: PORT
                      anonymous: never
                      tls:
                        certificate: box.pem
                        key: box.key
                        ca: plant-ca.pem
                        crl: revoked.pem
                        client_certificates: required
                """
                        .replace("PORT", port)
                        .replace("data: store", "data: " + directory.resolve("store"));
        return Files.writeString(file, yaml).toString();
    }

    private Peers.Result shell(String commands) {
        return Peers.run(PATIENCE, "sh", "-e", "-c", "cd '" + directory + "'\n" + commands);
    }

    private void expectSuccess(String commands) {
        Peers.Result done = shell(commands);
        assertEquals(0, done.exitCode(), done::output);
    }

    /** The list is looked at every second. */
    private void awaitRefusal(String connect) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Peers.Result tried = shell(connect);
        while (tried.exitCode() == 0) {
            assertTrue(System.nanoTime() < deadline, "a revoked certificate is let in");
            tried = shell(connect);
        }
    }
}

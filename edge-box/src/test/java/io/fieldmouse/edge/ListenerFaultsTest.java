package io.fieldmouse.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.edge.BoxConfig.BrokerPlace;
import io.fieldmouse.gateway.PortCheck;
import io.fieldmouse.gateway.yaml.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps the broker of a box from being reached is told before it is started, with file, line, key and what to do. */
final class ListenerFaultsTest {
    private static final Path TLS =
            Path.of("..", "mqtt-broker", "src", "test", "resources", "tls").toAbsolutePath();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /** What {@code check} says to this section. */
    private String check(String broker) {
        return String.valueOf(assertThrows(ConfigException.class, () -> read(broker, ListenCheck.byBinding()))
                .getMessage());
    }

    private void read(String broker, ListenCheck listenCheck) throws ConfigException, IOException {
        Path file = directory.resolve("fieldmouse.yaml");
        Files.writeString(file, "gateway: {id: a}\nbroker:\n" + broker);
        BoxConfig.read(file, BrokerPlace.HERE, PortCheck.none(), listenCheck);
    }

    private static void expect(String told, String... words) {
        for (String word : words) {
            assertTrue(told.contains(word), () -> "\"" + word + "\" is not in: " + told);
        }
    }

    private static String listener(String keys) {
        return "  port: off\n  listeners:\n    - {name: a, " + keys + "}\n";
    }

    private static String tls(String certificate, String key) {
        return listener(
                "port: 18831, tls: {certificate: " + TLS.resolve(certificate) + ", key: " + TLS.resolve(key) + "}");
    }

    @Test
    void filesOutOfDateAreFaultsToWhoeverChecksAndNotToWhoeverStarts() throws Exception {
        String late = tls("expired.pem", "expired.key");
        expect(check(late), ":5:", "broker.listeners[0].tls.certificate", "\"CN=late\" expired on", "put a new one");
        expect(
                String.valueOf(assertThrows(ConfigException.class, () -> read(late, ListenCheck.byDates()))
                        .getMessage()),
                "expired on");
        read(late, ListenCheck.none());
        read(tls("server.pem", "server.key"), ListenCheck.byDates());
    }

    @Test
    void tlsFilesThatCannotBeReadAreToldEachWithItsReason() {
        expect(
                check(tls("nowhere.pem", "locked.key")),
                "tls.certificate: found \"",
                "nowhere.pem is not there",
                "tls.key: found \"",
                "is locked with a password");
        expect(check(tls("server.key", "server2.key")), "server.key holds no certificate; it holds a key: are");
        expect(check(tls("server.pem", "server2.key")), "tls.key", "is not the key of the first certificate");
    }

    @Test
    void listenersAtOnePlaceAreTold() {
        expect(
                check("  port: 18831\n  listeners:\n    - name: a\n      port: 18831\n"),
                ":6:13 broker.listeners[0].port: found 127.0.0.1:18831, where listener \"default\" is too");
        expect(
                check(
                        "  port: off\n  listeners:\n    - {name: a, socket: /run/s}\n    - {name: b, socket: /run/./s}\n"),
                "broker.listeners[1].socket: found",
                "where listener \"a\" is too, give each its own");
    }

    @Test
    void noListenerAtAllIsTold() {
        expect(check("  port: off\n"), ":3:9 broker.port: found off, and no listeners", "write a port, or listeners");
    }

    @Test
    void storeThatIsAFileIsTold() throws IOException {
        Path file = Files.writeString(directory.resolve("store"), "notes");
        expect(
                check("  port: 0\n  data: " + file + "\n"),
                ":4:9 broker.data: found",
                file + " is a file; name a folder");
        expect(
                check("  port: 0\n  data: " + file + "/box/data\n"),
                ":4:9 broker.data: found \"" + file + "/box/data\", " + file + " is a file; name a folder");
    }

    @Test
    void storeThatNobodyMayWriteIsToldToWhoeverChecksAndToWhoeverStarts() {
        // Where not even root may write.
        String told = "broker.data: found \"/proc/sys/box/data\", /proc/sys cannot be written by user ";
        expect(check("  port: 0\n  data: /proc/sys/box/data\n"), ":4:9 ", told, "or name another folder");
        expect(
                String.valueOf(assertThrows(
                                ConfigException.class,
                                () -> read("  port: 0\n  data: /proc/sys/box/data\n", ListenCheck.none()))
                        .getMessage()),
                told);
        expect(check("  port: 0\n  data: /proc/sys\n"), "found \"/proc/sys\", /proc/sys cannot be written by user ");
    }

    @Test
    void whyNothingCanListenIsToldAtWhatHasToBeChanged() throws IOException {
        expect(
                check(listener("port: 18831, bind: 192.0.2.1, anonymous: anywhere")),
                "broker.listeners[0].bind: found 192.0.2.1",
                "this machine has no address 192.0.2.1");
        expect(
                check(listener("socket: /no-such-folder/s")),
                "broker.listeners[0].socket: found /no-such-folder/s, where nothing can listen",
                "there is no folder /no-such-folder; make it");
        expect(check(listener("socket: /proc/version")), "a file that is no socket; remove it");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String told = check(listener("port: " + taken.getLocalPort()));
            expect(
                    told,
                    "broker.listeners[0].port: found " + taken.getLocalPort() + ", which is held by",
                    "--no-ports");
            assertEquals(1, told.lines().count());
        }
    }
}

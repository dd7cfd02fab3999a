package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.UnixLine;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of a Unix domain socket: made, guarded and taken away again. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
class UnixSocketTest {
    @TempDir
    Path directory;

    private Path socket;

    @BeforeEach
    void nameSocket() {
        socket = directory.resolve("mqtt.sock");
    }

    private BrokerConfig config() {
        return TestBroker.config(directory.resolve("data"), 1).withListener(ListenerConfig.unix("unix", socket));
    }

    private void expectServed(TestBroker broker) {
        broker.keep(new RawClient(UnixLine.to(socket), 5))
                .connected(Connect.as(5, "c"))
                .expectSilence();
    }

    @Test
    void fileIsForOwnerAndGroupAndGoneWithTheBroker() throws Exception {
        try (TestBroker broker = TestBroker.start(config())) {
            expectServed(broker);
            assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
            assertEquals("unix:" + socket, broker.broker().uris().get("unix"));
        }
        assertFalse(Files.exists(socket));
    }

    @Test
    void modeCanBeSet() throws Exception {
        ListenerConfig listener = new ListenerConfig(
                "unix", new ListenerConfig.Socket(socket, "0602"), ListenerConfig.Protocol.MQTT, null, Map.of());
        try (TestBroker broker =
                TestBroker.start(TestBroker.config(directory.resolve("data"), 1).withListener(listener))) {
            expectServed(broker);
            assertEquals("rw-----w-", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
        }
    }

    @Test
    void worksOnTheTransportOfEverySystem() {
        try (TestBroker broker = TestBroker.startPortable(config())) {
            expectServed(broker);
        }
        assertFalse(Files.exists(socket));
    }

    @Test
    void fileThatAKilledBrokerLeftIsReplaced() throws Exception {
        // Closing a socket leaves its file, as a kill does.
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(socket))
                .close();
        assertTrue(Files.exists(socket));
        try (TestBroker broker = TestBroker.start(config())) {
            expectServed(broker);
        }
    }

    @Test
    void whatAnotherHoldsIsLeftAlone() throws Exception {
        try (TestBroker broker = TestBroker.start(config())) {
            failToStart("another process listens");
            expectServed(broker);
        }
        Files.writeString(socket, "notes");
        failToStart("no socket");
        assertEquals("notes", Files.readString(socket));
        socket = directory.resolve("no-such-folder/mqtt.sock");
        failToStart("there is no folder");
    }

    private void failToStart(String words) {
        BrokerConfig config =
                TestBroker.config(directory.resolve("other"), 1).withListener(ListenerConfig.unix("unix", socket));
        BrokerStartException refusal = assertThrows(
                BrokerStartException.class, () -> Broker.start(config).close());
        assertTrue(String.valueOf(refusal.getMessage()).contains(words), refusal::getMessage);
        assertFalse(Files.exists(directory.resolve("other")), "the store was touched");
    }
}

package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.SocketLine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP requests to a WebSocket listener, good and bad. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
class WebSocketUpgradeTest {
    private static final String GOOD = "GET /mqtt HTTP/1.1|Host: box|Upgrade: websocket|Connection: Upgrade"
            + "|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Version: 13|Sec-WebSocket-Protocol: mqtt";

    @TempDir
    Path directory;

    private TestBroker broker;

    @BeforeEach
    void start() {
        broker = TestBroker.start(TestBroker.config(directory, 1, "connect_timeout_seconds", "2")
                .withListener(ListenerConfig.tcp("ws", "127.0.0.1", 0).with(ListenerConfig.Protocol.WEBSOCKET)));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private SocketLine socket() throws IOException {
        SocketLine socket = SocketLine.to(broker.broker().port("ws"));
        socket.patience(Duration.ofSeconds(30));
        return socket;
    }

    /** Sends a request, its lines parted by |, and returns everything that is answered until the end. */
    private String answer(String request) throws IOException {
        try (SocketLine socket = socket()) {
            socket.out().write((request.replace("|", "\r\n") + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.in().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private String upgraded(String request) throws IOException {
        try (SocketLine socket = socket()) {
            socket.out().write((request.replace("|", "\r\n") + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            StringBuilder head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                head.append((char) socket.in().read());
            }
            return head.toString();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    Sec-WebSocket-Protocol: mqtt; Sec-WebSocket-Protocol: chat; 400
                    |Sec-WebSocket-Protocol: mqtt; ''; 400
                    Sec-WebSocket-Protocol: mqtt; Sec-WebSocket-Protocol: MQTT; 400
                    dGhlIHNhbXBsZSBub25jZQ==; c2hvcnQ=; 400
                    dGhlIHNhbXBsZSBub25jZQ==; no base64!; 400
                    |Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==; ''; 400
                    Version: 13; Version: 8; 426
                    |Sec-WebSocket-Version: 13; ''; 426
                    Upgrade: websocket; Upgrade: h2c; 426
                    Connection: Upgrade; Connection: close; 426
                    HTTP/1.1; HTTP/1.0; 426
                    /mqtt; /; 200
                    /mqtt; /mqtt/; 404
                    /mqtt; /ws; 404
                    /mqtt; /mqtt2; 404
                    GET; POST; 405
                    GET; BREW; 405
                    GET /mqtt HTTP/1.1; nonsense; 400
                    """)
    void requestThatIsNoUpgradeIsAnsweredInHttpAndEnds(String part, String instead, int status) throws IOException {
        String answer = answer(GOOD.replace(part, instead));
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.toLowerCase(java.util.Locale.ROOT).contains("connection: close"), answer);
        assertTrue(answer.endsWith(".\n"), answer);
        assertEquals(status == 200 ? 0 : 1, broker.count(Counter.REFUSED_HTTP_REQUEST));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    none; none; mqtt
                    Protocol: mqtt; Protocol: chat, mqttv3.1 ,mqtt; mqtt
                    Protocol: mqtt; Protocol: mqttv3.1; mqttv3.1
                    Protocol: mqtt; Protocol: x|Sec-WebSocket-Protocol: mqtt; mqtt
                    Connection: Upgrade; Connection: keep-alive, upgrade; mqtt
                    Upgrade: websocket; upgrade: WebSocket; mqtt
                    /mqtt; /mqtt?token=1; mqtt
                    Host: box; Host: box|Origin: https://elsewhere.example; mqtt
                    """)
    @Proves({"MQTT-6.0.0-4", "MQTT-6.0.0-4 of 3.1.1"})
    void requestIsUnderstoodHoweverItIsWritten(String part, String instead, String subProtocol) throws IOException {
        String answer = upgraded(GOOD.replace(part, instead));
        assertTrue(answer.startsWith("HTTP/1.1 101 "), answer);
        assertTrue(
                answer.toLowerCase(java.util.Locale.ROOT).contains("sec-websocket-protocol: " + subProtocol + "\r\n"),
                answer);
        assertTrue(answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), answer);
    }

    @Test
    void requestWithoutEndOrWithTooMuchInItEnds() throws IOException {
        assertTrue(answer("GET /" + "x".repeat(2_000) + " HTTP/1.1").startsWith("HTTP/1.1 400 "));
        assertTrue(answer(GOOD + "|X: " + "x".repeat(9_000)).startsWith("HTTP/1.1 400 "));
        assertTrue(answer(GOOD + "|Content-Length: 5000").startsWith("HTTP/1.1 413 "));
        try (SocketLine slow = socket()) {
            slow.out().write(GOOD.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            assertEquals(-1, slow.in().read(), "closed when the connect timeout is up");
        }
        try (SocketLine silent = socket()) {
            silent.out().write((GOOD.replace("|", "\r\n") + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            silent.in().readAllBytes(); // the upgrade is done; no CONNECT follows
        }
    }

    @Test
    void plainHttpToAnMqttPortEnds() throws IOException {
        try (SocketLine socket = SocketLine.to(broker.port())) {
            socket.patience(Duration.ofSeconds(30));
            socket.out().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            assertEquals(-1, socket.in().read());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /mqtt HTTP/1.1\r\n", "\r\n\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 900\r\n\r\n"})
    void requestOfManyLinesIsRefusedBeforeItsEnd(String beginning) throws IOException {
        try (SocketLine socket = socket()) {
            socket.out().write((beginning + "a:\r\n".repeat(70)).getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.in().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(answer.startsWith("HTTP/1.1 431 "), answer);
        }
        assertEquals(1, broker.count(Counter.REFUSED_HTTP_REQUEST));
    }
}

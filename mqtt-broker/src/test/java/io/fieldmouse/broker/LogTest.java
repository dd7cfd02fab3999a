package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.connection.TlsTerms;
import io.fieldmouse.broker.connection.TlsTerms.ClientCertificates;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.SocketLine;
import io.fieldmouse.broker.wire.TlsIdentity;
import io.fieldmouse.broker.wire.UnixLine;
import io.fieldmouse.broker.wire.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What somebody reads who stands before the box and is told that a client does not get in, or gets nothing. */
@OneLaneAndFour
@SuppressWarnings("NullAway.Init") // JUnit calls startBroker
class LogTest extends BrokerTestBase {
    private static final String UPGRADE = String.join(
            "\r\n",
            " HTTP/1.1",
            "Host: box",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "");

    private Path socket;
    private LogLines log;

    @Override
    @BeforeEach
    void startBroker() {
        socket = directory.resolve("mqtt.sock");
        AccessFiles files = new AccessFiles(directory)
                .users(AccessFiles.ALICE)
                .rules("user alice", "topic readwrite free/#", "user pump-7", "topic readwrite free/#");
        TlsTerms tls = new TlsTerms(
                TlsIdentity.file("server.pem"),
                TlsIdentity.file("server.key"),
                TlsIdentity.file("ca.pem"),
                null,
                ClientCertificates.OPTIONAL,
                true);
        broker = TestBroker.start(TestBroker.config(
                        directory.resolve("data"),
                        lanes,
                        "password_file",
                        files.passwords(),
                        "acl_file",
                        files.acl(),
                        "connect_timeout_seconds",
                        "2",
                        "queue_messages_max",
                        "2")
                .withListener(ListenerConfig.unix("local", socket))
                .withListener(ListenerConfig.tcp("tls", "127.0.0.1", 0).with(tls))
                .withListener(ListenerConfig.tcp("web", "127.0.0.1", 0).with(ListenerConfig.Protocol.WEBSOCKET)));
        log = new LogLines();
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    private RawClient at(SocketLine line, int level) {
        return broker.keep(new RawClient(line, level));
    }

    private String place(String listener) {
        return "listener=" + listener + ":" + broker.broker().port(listener) + " remote=127.0.0.1:";
    }

    /** The one line with this text; what changes from run to run, a port of the client's, is left out. */
    private String lineWith(String text) {
        await("a line with " + text, () -> !log.with(text).isEmpty());
        List<String> lines = log.with(text);
        assertEquals(1, lines.size(), lines::toString);
        return lines.get(0).replaceFirst("(remote=127\\.0\\.0\\.1:)\\d+", "$1");
    }

    @Test
    void refusedLoginSaysWhoAndWhere() {
        open(5).connect(Connect.as(5, "pump-7").login("alice", "wrong"));
        assertEquals(
                "refusing client=\"pump-7\" user=\"alice\" " + place("default")
                        + " reason=\"bad user name or password (0x86)\" detail=\"wrong credentials\"",
                lineWith("refusing "));
    }

    @Test
    void refusedClientWithoutANameHasNone() {
        open(4).connect(Connect.as(4, "pump-7"));
        assertTrue(lineWith("refusing ").startsWith("refusing client=\"pump-7\" user=- " + place("default")));
    }

    @Test
    void clientOfASocketFileIsKnownByTheFile() {
        RawClient client = broker.keep(new RawClient(UnixLine.to(socket), 5));
        client.connect(Connect.as(5, "c").login("alice", "wrong"));
        assertTrue(lineWith("refusing ").contains(" listener=local remote=unix:" + socket + " reason="));
    }

    @Test
    void whatAClientCallsItselfForgesNoLine() {
        open(5).connect(Connect.as(5, "c\n2026 ERROR\u202e").login("\"alice\" reason=", "wrong"));
        assertTrue(lineWith("refusing ").startsWith("refusing client=\"c?2026 ERROR?\" user=\"'alice' reason=\" "));
    }

    @Test
    void closedConnectionSaysWhoseItWas() {
        RawClient client = open(5).connected(Connect.as(5, "pump-7").login("alice", "secret"));
        client.send(Wire.packet(Wire.PINGREQ, Wire.u8(1)));
        client.expectDisconnect(0x81);
        assertTrue(lineWith("closing ").startsWith("closing client=\"pump-7\" user=\"alice\" " + place("default")));
    }

    @Test
    void silentConnectionSaysWhereItIs() {
        open(4).expectClosed();
        assertEquals(
                "closing client=- user=- " + place("default") + " detail=\"no CONNECT within 2 s\"",
                lineWith("closing "));
    }

    @Test
    void silentConnectionWithACertificateHasAName() {
        at(TlsIdentity.line(broker.broker().port("tls"), "client"), 4).expectClosed();
        assertTrue(lineWith("closing ").startsWith("closing client=- user=\"pump-7\" " + place("tls")));
    }

    @Test
    void nameOfACertificateIsTheUser() {
        RawClient client = at(TlsIdentity.line(broker.broker().port("tls"), "client"), 5);
        client.connected(Connect.as(5, "c").user("bob"));
        client.publish("secret/x", "x", 1);
        String line = lineWith("refusing PUBLISH ");
        assertTrue(line.startsWith("refusing PUBLISH client=\"c\" user=\"pump-7\" " + place("tls")), line);
    }

    @Test
    void whoDoesNotSpeakTlsLeavesALine() {
        at(SocketLine.to(broker.broker().port("tls")), 4).send(Wire.bytes("GET / HTTP/1.1\r\n\r\n"));
        assertEquals(
                "refusing client=- user=- " + place("tls") + " detail=\"TLS: the client does not speak TLS\"",
                lineWith("refusing "));
        at(SocketLine.to(broker.broker().port("tls")), 4).send(Wire.bytes("GET / HTTP/1.1\r\n\r\n"));
        await("the second", () -> log.with("refusing ").size() == 2);
        assertEquals(2, log.with("client=-").size());
    }

    private void ask(String request) throws IOException {
        try (SocketLine line = SocketLine.to(broker.broker().port("web"))) {
            line.patience(RawClient.DEADLINE);
            byte[] bytes = (request + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
            line.out().write(Wire.join(bytes, bytes));
            line.in().readAllBytes();
        }
    }

    @Test
    void webSocketAtAWrongPathLeavesOneLine() throws IOException {
        ask("GET /ws?password=secret" + UPGRADE + "Sec-WebSocket-Protocol: mqtt\r\n");
        assertEquals(
                "answering HTTP client=- user=- " + place("web")
                        + " method=GET path=\"/ws\" status=404 detail=\"MQTT over WebSocket is at /mqtt.\"",
                lineWith("answering "));
    }

    @Test
    void webSocketWithoutTheSubProtocolLeavesOneLine() throws IOException {
        ask("GET /mqtt" + UPGRADE);
        assertTrue(lineWith("answering ")
                .endsWith(" status=400 detail=\"Sec-WebSocket-Protocol has to name the sub-protocol mqtt.\""));
    }

    @Test
    void lookingWhetherThePortIsServedLeavesALineOnlyWhereAllIsTold() throws IOException {
        ask("GET / HTTP/1.1\r\nHost: box\r\n");
        lineWith("DEBUG " + "io.fieldmouse.broker.connection.WebSocketUpgrade");
        assertTrue(lineWith("answering ").contains(" method=GET path=\"/\" status=200 "));
    }

    @Test
    void requestWithTooMuchContentLeavesOneLine() throws IOException {
        ask("POST /x HTTP/1.1\r\nHost: box\r\nContent-Length: 5000\r\n");
        assertTrue(lineWith("answering ").contains(" method=POST path=\"/x\" status=413 "));
    }

    @Test
    void ofWhatIsRefusedTheFirstMessageAndTheFirstFilterLeaveALine() {
        RawClient client = open(5).connected(Connect.as(5, "pump-7").login("alice", "secret"));
        for (int i = 0; i < 3; i++) {
            assertEquals(0x87, client.publish("secret/" + i, "x", 1));
            client.publish(Publish.of("secret/" + i, "x"));
            assertEquals(0x87, client.subscribe("secret/" + i + "/#", 1));
        }
        String who = "client=\"pump-7\" user=\"alice\" " + place("default");
        assertEquals(
                "refusing PUBLISH " + who + " topic=\"secret/0\" detail=\"publishing to this topic is not allowed\""
                        + " (more of this connection are only counted)",
                lineWith("refusing PUBLISH"));
        assertEquals(
                "refusing SUBSCRIBE " + who + " filter=\"secret/0/#\" detail=\"reading is not allowed\""
                        + " (more of this connection are only counted)",
                lineWith("refusing SUBSCRIBE"));
    }

    private void leaveFullQueue() {
        RawClient away = open(4).connected(
                        Connect.as(4, "sleeper").login("alice", "secret").durable());
        away.subscribe("free/#", 1);
        away.disconnect();
        RawClient filler = open(5).connected(Connect.as(5, "filler").login("alice", "secret"));
        while (filler.publish("free/a", "x", 1) != 0x97) {}
        filler.disconnect();
    }

    @Test
    void fullQueueThatRefusesIsToldWithWhoseItIs() {
        leaveFullQueue();
        assertTrue(
                lineWith("refusing PUBLISH ")
                        .contains(" topic=\"free/a\" detail=\"the queue of client 'sleeper' is full\""),
                log.with("refusing")::toString);
    }

    @Test
    void olderClientThatIsClosedForAFullQueueLeavesOneLine() {
        leaveFullQueue();
        RawClient publisher = open(4).connected(Connect.as(4, "p").login("alice", "secret"));
        publisher.send(Publish.of("free/b", "x").qos(1, 1));
        publisher.expectClosed();
        assertTrue(
                lineWith("closing ")
                        .endsWith(" reason=\"quota exceeded (0x97)\" detail=\"PUBLISH to 'free/b' cannot be taken:"
                                + " the queue of client 'sleeper' is full\""),
                log.with("closing")::toString);
        assertEquals(2, log.with("client=\"p\"").size(), "its beginning and its end");
    }

    @Test
    void whatIsAllowedLeavesALineAtItsBeginningAndOneAtItsEnd() {
        RawClient client =
                open(4).connected(Connect.as(4, "c").login("alice", "secret").keepAlive(60));
        client.subscribe("free/a", 1);
        client.publish("free/b", "x", 1);
        client.disconnect();
        String who = "connected client=\"c\" user=\"alice\" " + place("default");
        assertEquals("dis" + who + " how=\"said DISCONNECT\"", lineWith("disconnected "));
        assertEquals(2, log.with("client=").size());
        assertEquals(
                who + " version=3.1.1 clean_start=true session=new keep_alive=60",
                log.with("connected ").get(0).replaceFirst("(remote=127\\.0\\.0\\.1:)\\d+", "$1"));
    }

    @Test
    void clientThatComesBackResumesItsSession() {
        Connect connect = Connect.as(5, "c").login("alice", "secret").durable();
        open(5).connected(connect).disconnect();
        lineWith("disconnected ");
        open(5).connected(connect).reset();
        await("the second end", () -> log.with("disconnected ").size() == 2);
        assertTrue(log.with("disconnected ").get(1).endsWith(" how=\"lost, without DISCONNECT\""));
        assertTrue(lineWith("session=resumed").startsWith("session=resumed keep_alive="));
        assertTrue(log.with("version=5.0 clean_start=false session=new").size() == 1);
    }

    @Test
    void whoIsClosedLeavesNoOtherLineAtItsEnd() {
        RawClient client = open(5).connected(Connect.as(5, "c").login("alice", "secret"));
        client.send(Wire.packet(Wire.PINGREQ, Wire.u8(1)));
        client.expectDisconnect(0x81);
        client.expectClosed();
        lineWith("closing ");
        assertEquals(List.of(), log.with("disconnected "));
    }

    @Test
    void tlsOnAListenerWithoutItIsToldAsThat() {
        open(4).send(Wire.bytes("\u0016\u0003\u0001\u0002\u0000"));
        assertTrue(lineWith("closing ").endsWith(" detail=\"TLS on a listener without tls\""));
    }

    @Test
    void mqttOnTheWebSocketPortIsToldAsThat() throws IOException {
        ask(new String(Connect.as(4, "a\nb").bytes(), StandardCharsets.ISO_8859_1));
        assertEquals(
                "answering HTTP client=- user=- " + place("web")
                        + " status=400 detail=\"This is no HTTP request; perhaps MQTT, whose port is another.\"",
                lineWith("answering "));
    }

    @Test
    void requestThatIsTooLongIsToldAsThat() throws IOException {
        ask("GET /" + "x".repeat(2_000) + " HTTP/1.1\r\n");
        assertTrue(lineWith("answering ").endsWith(" status=400 detail=\"This HTTP request is too long.\""));
    }
}

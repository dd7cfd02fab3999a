package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.SocketLine;
import io.fieldmouse.broker.wire.WebSocketLine;
import io.fieldmouse.broker.wire.WebSocketLine.Frame;
import io.fieldmouse.broker.wire.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Packets in the frames of a WebSocket: cut and joined at will, and what a client may not do. */
@OneLaneAndFour
class WebSocketTest extends BrokerTestBase {
    private static final int FIN_BINARY = WebSocketLine.FIN | WebSocketLine.BINARY;
    private static final int FIN_CONTINUATION = WebSocketLine.FIN | WebSocketLine.CONTINUATION;

    @Override
    @BeforeEach
    void startBroker() {
        broker = TestBroker.start(TestBroker.config(directory, lanes)
                .withListener(ListenerConfig.tcp("ws", "127.0.0.1", 0)
                        .with(ListenerConfig.Protocol.WEBSOCKET)
                        .with(BrokerSetting.PACKET_BYTES_MAX, "2000000")));
    }

    private SocketLine socket() {
        return SocketLine.to(broker.broker().port("ws"));
    }

    private WebSocketLine webSocket() {
        return WebSocketLine.on(socket());
    }

    private RawClient on(WebSocketLine line, int level) {
        return broker.keep(new RawClient(line, level));
    }

    /** A conversation: connects, subscribes, and publishes a message that comes back. */
    private static byte[] conversation(String clientId) {
        return Wire.join(
                Connect.as(4, clientId).bytes(),
                Wire.packet(Wire.SUBSCRIBE, Wire.u16(1), Wire.text(clientId), Wire.u8(0)),
                Publish.of(clientId, "x").qos(1, 2).bytes(4));
    }

    private static void expectAnswers(RawClient client, String clientId) {
        client.expect(PacketType.CONNACK);
        client.expect(PacketType.SUBACK);
        client.expectPublish(clientId, "x");
        client.expect(PacketType.PUBACK, 2, 0);
    }

    @Test
    @Proves({"MQTT-4.2.0-1", "MQTT-6.0.0-2", "MQTT-6.0.0-2 of 3.1.1", "MQTT-7.1.1-1 of 3.1.1"})
    void packetsMayBeCutAtEveryByteAndJoinedInOneFrame() {
        byte[] all = conversation("c");
        for (int cut = 0; cut <= all.length; cut++) {
            WebSocketLine line = webSocket();
            RawClient client = on(line, 4);
            line.send(FIN_BINARY, Arrays.copyOf(all, cut));
            line.send(FIN_BINARY, Arrays.copyOfRange(all, cut, all.length));
            expectAnswers(client, "c");
            client.disconnect();
        }
    }

    @Test
    @Proves({"MQTT-6.0.0-2", "MQTT-6.0.0-2 of 3.1.1"})
    void framesMayBeCutAtEveryByteAndContinuedInOthers() {
        byte[] all = conversation("c");
        byte[] frames = Wire.join(
                WebSocketLine.frame(WebSocketLine.BINARY, Arrays.copyOf(all, 5)),
                WebSocketLine.frame(WebSocketLine.CONTINUATION, new byte[0]),
                WebSocketLine.frame(WebSocketLine.FIN | WebSocketLine.PING, Wire.bytes("between")),
                WebSocketLine.frame(WebSocketLine.CONTINUATION, Arrays.copyOfRange(all, 5, 17)),
                WebSocketLine.frame(FIN_CONTINUATION, Arrays.copyOfRange(all, 17, all.length)));
        for (int cut = 0; cut <= frames.length; cut++) {
            WebSocketLine line = webSocket();
            RawClient client = on(line, 4);
            line.sendRaw(Arrays.copyOf(frames, cut));
            line.sendRaw(Arrays.copyOfRange(frames, cut, frames.length));
            expectAnswers(client, "c");
            Frame pong = line.receive();
            assertEquals(WebSocketLine.PONG, pong.opcode());
            assertArrayEquals(Wire.bytes("between"), pong.payload());
            client.disconnect();
        }
    }

    @Test
    void everyByteMayBeAFrame() {
        WebSocketLine line = webSocket();
        RawClient client = on(line, 4);
        for (byte octet : conversation("c")) {
            line.send(FIN_BINARY, new byte[] {octet});
        }
        expectAnswers(client, "c");
    }

    @Test
    void whatComesRightBehindTheRequestIsNotLost() throws IOException {
        SocketLine socket = socket();
        byte[] early = WebSocketLine.frame(FIN_BINARY, conversation("early"));
        byte[] request = WebSocketLine.request("mqtt");
        socket.out().write(Wire.join(request, early));
        // The line reads the answer to a second request that is never sent: so read by hand.
        String answer = new String(socket.in().readNBytes(12), StandardCharsets.ISO_8859_1);
        assertEquals("HTTP/1.1 101", answer);
        RawClient watcher = client(4, "watcher");
        await("it is connected", () -> broker.count(Counter.PUBLISH_RECEIVED) == 1);
        watcher.expectSilence();
        socket.close();
    }

    @Test
    void largeMessagesGoBothWays() {
        RawClient client = on(webSocket(), 5).connected(Connect.as(5, "c"));
        client.subscribe("t", 1);
        for (int size : new int[] {0, 1, 125, 126, 1_000, 1_024, 1_025, 65_535, 65_536, 1 << 20}) {
            String payload = "x".repeat(size);
            client.send(Publish.of("t", payload).qos(1, 7));
            client.acknowledge(client.expectPublish("t", payload, 1));
            client.expect(PacketType.PUBACK, 7, 0);
        }
    }

    @Test
    void clientOf31MayAskForItsSubProtocol() {
        RawClient client = on(WebSocketLine.on(socket(), "mqttv3.1"), 3).connected(Connect.as(3, "c"));
        client.expectSilence();
    }

    private void expectEndWith(int code, int head, byte[] payload) {
        WebSocketLine line = webSocket();
        RawClient client = on(line, 5).connected(Connect.as(5, "c"));
        line.send(head, payload);
        assertEquals(0x81, client.expect(PacketType.DISCONNECT).reason());
        assertEquals(code, line.expectClose().closeCode());
        client.expectEnd();
    }

    @Test
    @Proves({"MQTT-6.0.0-1", "MQTT-6.0.0-1 of 3.1.1"})
    void textClosesTheConnection() {
        expectEndWith(1003, WebSocketLine.FIN | WebSocketLine.TEXT, Wire.packet(Wire.PINGREQ));
    }

    @Test
    void framesThatBreakTheRulesCloseTheConnection() {
        expectEndWith(1002, FIN_CONTINUATION, new byte[2]); // of nothing
        expectEndWith(1002, FIN_BINARY | 0x40, new byte[2]); // compressed, which nobody agreed on
        expectEndWith(1002, WebSocketLine.PING, new byte[2]); // a control frame that is continued
        expectEndWith(1002, WebSocketLine.FIN | WebSocketLine.PING, new byte[126]);
        expectEndWith(1002, WebSocketLine.FIN | 0x3, new byte[2]);
    }

    @Test
    void frameWithoutAMaskClosesTheConnection() {
        WebSocketLine line = webSocket();
        RawClient client = on(line, 5).connected(Connect.as(5, "c"));
        line.sendRaw(Wire.hex("82 02 c0 00"));
        client.expect(PacketType.DISCONNECT);
        assertEquals(1002, line.expectClose().closeCode());
    }

    @Test
    void malformedPacketIsAnsweredInAFrameAndTheConnectionClosedInOrder() {
        WebSocketLine line = webSocket();
        RawClient client = on(line, 5).connected(Connect.as(5, "c"));
        client.send(Wire.packet(Wire.PINGREQ, Wire.u8(1)));
        assertEquals(0x81, client.expect(PacketType.DISCONNECT).reason());
        client.expectEnd();
        assertEquals(1000, line.expectClose().closeCode());
    }

    @Test
    void goodbyeOfMqttIsAnsweredWithClose() {
        WebSocketLine line = webSocket();
        RawClient client = on(line, 5).connected(Connect.as(5, "c"));
        client.send(Wire.packet(Wire.DISCONNECT));
        assertEquals(1000, line.expectClose().closeCode());
        client.expectEnd();
    }

    @Test
    void closeIsAnsweredAndTheWillIsSent() {
        RawClient watcher = client(4, "watcher");
        watcher.subscribe("gone", 0);
        WebSocketLine line = webSocket();
        RawClient client = on(line, 5).connected(Connect.as(5, "c").will("gone", "c", 0, false));
        line.send(WebSocketLine.FIN | WebSocketLine.CLOSE, Wire.hex("0f a0 41 42"));
        Frame answer = line.expectClose();
        assertEquals(4000, answer.closeCode());
        assertEquals(2, answer.payload().length);
        client.expectEnd();
        watcher.expectPublish("gone", "c");
    }

    @Test
    void codeThatNobodyMaySendIsAProtocolError() {
        for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535}) {
            expectEndWith(1002, WebSocketLine.FIN | WebSocketLine.CLOSE, Wire.u16(code));
        }
        expectEndWith(1002, WebSocketLine.FIN | WebSocketLine.CLOSE, Wire.u8(3));
    }

    @Test
    void reasonThatIsNotUtf8IsInvalidData() {
        byte[] cutOff = Wire.join(Wire.u16(1000), Wire.hex("c3"));
        expectEndWith(1007, WebSocketLine.FIN | WebSocketLine.CLOSE, cutOff);
    }

    @Test
    void codesOfTheSpecificationAndOfApplicationsAreAnswered() {
        for (int code : new int[] {1000, 1001, 1003, 1007, 1014, 3000, 4999}) {
            WebSocketLine line = webSocket();
            RawClient client = on(line, 5).connected(Connect.as(5, "c"));
            line.send(WebSocketLine.FIN | WebSocketLine.CLOSE, Wire.join(Wire.u16(code), Wire.bytes("grüß dich")));
            assertEquals(code, line.expectClose().closeCode());
            client.expectEnd();
        }
        WebSocketLine line = webSocket();
        on(line, 5).connected(Connect.as(5, "c"));
        line.send(WebSocketLine.FIN | WebSocketLine.CLOSE, new byte[0]);
        assertEquals(0, line.expectClose().payload().length);
    }

    @Test
    void whoBreaksTheRulesAndTalksOnHearsWhyAndNoReset() {
        WebSocketLine line = webSocket();
        RawClient client = on(line, 5).connected(Connect.as(5, "c"));
        line.sendRaw(Wire.join(
                WebSocketLine.frame(WebSocketLine.FIN | 0x3, new byte[2]),
                WebSocketLine.frame(FIN_BINARY, new byte[4_000_000])));
        assertEquals(0x81, client.expect(PacketType.DISCONNECT).reason());
        assertEquals(1002, line.expectClose().closeCode());
        client.expectEnd();
    }

    @Test
    void pongsDoNotPileUpForAClientThatDoesNotReadThem() {
        WebSocketLine line = WebSocketLine.on(SocketLine.to(broker.broker().port("ws"), 4096));
        RawClient deaf = on(line, 4).connected(Connect.as(4, "deaf"));
        byte[] ping = WebSocketLine.frame(WebSocketLine.FIN | WebSocketLine.PING, new byte[125]);
        byte[] thousand = new byte[1_000 * ping.length];
        for (int i = 0; i < 1_000; i++) {
            System.arraycopy(ping, 0, thousand, i * ping.length, ping.length);
        }
        int pings = 0;
        for (; pings < 100_000; pings += 1_000) {
            line.sendRaw(thousand);
        }
        deaf.send(Publish.of("t", "behind the pings"));
        await("all are read", () -> broker.count(Counter.PUBLISH_RECEIVED) == 1);
        line.send(WebSocketLine.FIN | WebSocketLine.PING, Wire.bytes("last"));
        int pongs = 1;
        while (line.receive().payload().length == 125) {
            pongs++;
        }
        assertTrue(pongs < pings / 2, pongs + " pongs were kept for it");
        deaf.expectSilence();
    }
}

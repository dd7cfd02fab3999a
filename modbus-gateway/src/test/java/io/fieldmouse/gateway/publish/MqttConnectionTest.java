package io.fieldmouse.gateway.publish;

import static io.fieldmouse.gateway.publish.ScriptedBroker.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.publish.ScriptedBroker.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the client makes of a broker that says odd things. */
final class MqttConnectionTest {

    private final Inbox inbox = new Inbox();
    private ScriptedBroker broker;
    private Connection peer;
    private MqttClient client;

    @BeforeEach
    void connect() throws Exception {
        broker = new ScriptedBroker();
        reconnect(new MqttSession(100, 10_000), 0);
    }

    @AfterEach
    void close() throws Exception {
        peer.close();
        client.close();
        broker.close();
    }

    private void reconnect(MqttSession session, int sessionPresent) throws Exception {
        MqttOptions options = MqttOptions.clean(ProtocolVersion.MQTT_5, "c").withSession(false, 60);
        CompletableFuture<MqttClient> connecting = CompletableFuture.supplyAsync(() -> {
            try {
                return MqttClient.connect(broker.address(), options, session, inbox);
            } catch (MqttException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        peer = broker.accept();
        peer.readPacket();
        // CONNACK with Receive Maximum 2
        peer.write("20 06 0" + sessionPresent + " 00 03 21 00 02");
        client = connecting.get(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "30 07 00 01 61 7F 00 00 00 | property length beyond the packet        | do not add up",
                "30 03 00 05 61             | topic longer than the packet             | do not add up",
                "30 04 00 01 23 00          | a wildcard in a topic name               | malformed packet",
                "30 03 00 00 00             | an empty topic                           | must not be empty",
                "36 06 00 01 61 00 01 00    | QoS 3                                    | malformed packet",
                "C0 00                      | a PINGREQ                                | PINGREQ",
                "20 03 00 00 00             | a second CONNACK                         | CONNACK out of turn",
                "90 04 00 09 00 00          | a SUBACK nobody waits for                | never asked for",
                "30 FF FF FF FF 01          | a length of five bytes                   | more than four bytes",
                "30 FF FF FF 7F             | a packet of 256 MiB                      | at most 1048576 are taken"
            })
    void wrongPacketsEndTheConnectionWithAReason(String hex, String what, String reason) throws Exception {
        peer.write(hex);
        String words = String.valueOf(inbox.end().getMessage());
        assertTrue(words.contains(reason), what + ": " + words);
        assertEquals(0xE0, peer.readPacket()[0] & 0xFF);
        assertTrue(peer.isAtEnd());
        inbox.holdsNothing();
    }

    @Test
    void payloadBehindLongPropertiesIsWhole() throws Exception {
        for (int length = 110; length < 140; length++) {
            // topic "a", a user property of k and many v, a payload format indicator, and the payload "hi"
            int properties = 6 + length + 2;
            boolean twoDigits = properties > 127;
            int remaining = 3 + (twoDigits ? 2 : 1) + properties + 2;
            StringBuilder hex = new StringBuilder("30 ");
            hex.append(length(remaining)).append(" 00 01 61 ").append(length(properties));
            hex.append(String.format(" 26 00 01 6B %02X %02X", length >> 8, length & 0xFF));
            hex.append(" 76".repeat(length)).append(" 01 01 68 69");
            peer.write(hex.toString());
            assertEquals("hi", inbox.nextText(), "behind a property of " + length + " characters");
        }
    }

    private static String length(int bytes) {
        return bytes > 127
                ? String.format("%02X %02X", (bytes & 0x7F) | 0x80, bytes >> 7)
                : String.format("%02X", bytes);
    }

    @Test
    void bytesThatArriveOneByOneMakeTheSamePacket() throws Exception {
        for (String octet : List.of("30", "06", "00", "01", "61", "00", "68", "69")) {
            peer.write(octet);
        }
        assertEquals("hi", inbox.nextText());
    }

    @Test
    void repeatedQos2MessageIsDeliveredOnceAcrossConnections() throws Exception {
        MqttSession session = new MqttSession(100, 10_000);
        client.close();
        reconnect(session, 0);
        peer.write("34 07 00 01 61 00 07 00 78");
        assertEquals("x", inbox.nextText());
        assertArrayEquals(bytes("50 02 00 07"), peer.readPacket());
        peer.write("3C 07 00 01 61 00 07 00 78");
        assertArrayEquals(bytes("50 02 00 07"), peer.readPacket());
        peer.close();
        inbox.end();

        reconnect(session, 1);
        peer.write("3C 07 00 01 61 00 07 00 78");
        assertArrayEquals(bytes("50 02 00 07"), peer.readPacket());
        peer.write("62 02 00 07");
        assertArrayEquals(bytes("70 02 00 07"), peer.readPacket());
        inbox.holdsNothing();
        peer.write("34 07 00 01 61 00 07 00 79");
        assertEquals("y", inbox.nextText());
    }

    @Test
    void unacknowledgedMessagesAreRepeatedInOrderWhenTheSessionGoesOn() throws Exception {
        MqttSession session = new MqttSession(100, 10_000);
        client.close();
        reconnect(session, 0);
        CompletableFuture<Void> first = client.publish(ApplicationMessage.of("a", new byte[] {1}, 1, false));
        CompletableFuture<Void> second = client.publish(ApplicationMessage.of("a", new byte[] {2}, 2, false));
        assertArrayEquals(bytes("32 07 00 01 61 00 01 00 01"), peer.readPacket());
        assertArrayEquals(bytes("34 07 00 01 61 00 02 00 02"), peer.readPacket());
        peer.write("50 02 00 02");
        assertArrayEquals(bytes("62 02 00 02"), peer.readPacket());
        peer.close();
        inbox.end();

        reconnect(session, 1);
        assertArrayEquals(bytes("3A 07 00 01 61 00 01 00 01"), peer.readPacket());
        assertArrayEquals(bytes("62 02 00 02"), peer.readPacket());
        peer.write("40 02 00 01");
        peer.write("70 02 00 02");
        first.get(20, TimeUnit.SECONDS);
        second.get(20, TimeUnit.SECONDS);
    }

    @Test
    void noMoreThanTheReceiveMaximumIsUnacknowledged() throws Exception {
        for (int i = 1; i <= 3; i++) {
            byte[] payload = {(byte) i};
            assertFalse(client.publish(ApplicationMessage.of("a", payload, 1, false))
                    .isDone());
        }
        CompletableFuture<Void> behind = client.publish(ApplicationMessage.of("a", new byte[] {4}, 0, false));
        assertEquals(1, peer.readPacket()[8]);
        assertEquals(2, peer.readPacket()[8]);
        assertFalse(behind.isDone(), "a QoS 0 message overtook those before it");
        peer.write("40 02 00 02");
        assertEquals(3, peer.readPacket()[8]);
        assertEquals(4, peer.readPacket()[6]);
        behind.get(20, TimeUnit.SECONDS);
    }

    @Test
    void refusalInAnAcknowledgementFailsTheMessageInWords() throws Exception {
        CompletableFuture<Void> refused = client.publish(ApplicationMessage.of("a", new byte[1], 1, false));
        peer.readPacket();
        peer.write("40 03 00 01 97");
        ExecutionException failure = assertThrows(ExecutionException.class, () -> refused.get(20, TimeUnit.SECONDS));
        assertTrue(String.valueOf(failure.getMessage()).contains("quota exceeded [0x97]"), failure.getMessage());
    }

    @Test
    void goodbyeOfTheBrokerIsGivenInWords() throws Exception {
        peer.write("E0 01 8B");
        assertTrue(String.valueOf(inbox.end().getMessage()).contains("server shutting down [0x8B]"));
    }
}

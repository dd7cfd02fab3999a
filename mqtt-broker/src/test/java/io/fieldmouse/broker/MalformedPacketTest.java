package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.BadPackets.Row;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every packet of {@link BadPackets}, whole and cut in two at every byte, ends its own connection and no other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class MalformedPacketTest {
    private TestBroker broker;
    private RawClient neighbour;
    private int neighbourMessages;

    @BeforeAll
    void start(@TempDir Path directory) {
        broker = TestBroker.start(directory, 2, "durability", "none");
        neighbour = broker.client(5, "neighbour");
        neighbour.subscribe("neighbour", 1);
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    static List<Row> inMqtt5() {
        return BadPackets.inMqtt5();
    }

    static List<Row> inMqtt311() {
        return BadPackets.inOlder(4);
    }

    static List<Row> inMqtt31() {
        return BadPackets.inOlder(3);
    }

    static List<Row> insteadOfConnect() {
        return BadPackets.insteadOfConnect();
    }

    @ParameterizedTest
    @MethodSource({"inMqtt5", "inMqtt311", "inMqtt31"})
    @Proves({"MQTT-4.13.1-1", "MQTT-4.13.2-1", "MQTT-4.8.0-1 of 3.1.1"})
    void badPacketEndsTheConnectionWithItsReason(Row row) {
        for (int cut = 0; cut < row.packet().length; cut++) {
            try (RawClient client = new RawClient(broker.port(), row.level())) {
                client.connected(Connect.as(row.level(), "bad"));
                sendInTwo(client, row.packet(), cut);
                client.expectDisconnect(row.reason());
            }
        }
        expectTheNeighbourIsServed();
    }

    @ParameterizedTest
    @MethodSource("insteadOfConnect")
    @Proves({"MQTT-3.1.4-1", "MQTT-3.14.0-1", "MQTT-3.1.4-1 of 3.1.1", "MQTT-3.2.2-6 of 3.1.1"})
    void badConnectIsRefusedWithItsReason(Row row) {
        for (int cut = 0; cut < row.packet().length; cut++) {
            try (RawClient client = new RawClient(broker.port(), row.level())) {
                sendInTwo(client, row.packet(), cut);
                if (row.reason() != BadPackets.CLOSED) {
                    Packet answer = client.expect(PacketType.CONNACK);
                    assertEquals(Integer.toHexString(row.reason()), Integer.toHexString(answer.reason()));
                }
                client.expectClosed();
            }
        }
        expectTheNeighbourIsServed();
    }

    private static void sendInTwo(RawClient client, byte[] packet, int cut) {
        client.send(Arrays.copyOfRange(packet, 0, cut));
        client.send(Arrays.copyOfRange(packet, cut, packet.length));
    }

    private void expectTheNeighbourIsServed() {
        String payload = "still here " + neighbourMessages++;
        neighbour.send(Publish.of("neighbour", payload).qos(1, 1));
        Packet first = neighbour.receive();
        Packet second = neighbour.receive();
        Packet message = first.type() == PacketType.PUBLISH ? first : second;
        assertEquals(payload, message.payloadText());
        neighbour.puback(message.packetId());
    }
}

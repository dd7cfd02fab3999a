package io.fieldmouse.broker.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Property;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The lines of {@code -v}. */
@SuppressWarnings("NullAway.Init") // JUnit calls begin
class PacketLogTest {
    private static final String WHO = " client=\"c\" remote=embedded ";

    private final List<String> lines = new ArrayList<>();
    private PacketLog log;

    @BeforeEach
    void begin() {
        EmbeddedChannel channel = new EmbeddedChannel();
        Caller caller = new Caller("x", new LocalAddress("x"), channel);
        caller.hasClientId("c");
        log = new PacketLog(caller, lines::add);
    }

    private static ByteBuf buffer(byte[]... parts) {
        return Unpooled.wrappedBuffer(Wire.join(parts));
    }

    private String received(byte[] packet) {
        lines.clear();
        log.received(buffer(packet));
        return String.join("|", lines);
    }

    @Test
    void whatComesIsToldWithoutWhatIsInIt() {
        byte[] connect = Connect.as(5, "c")
                .login("alice", "secret")
                .will("gone", "hidden", 0, false)
                .bytes();
        assertEquals("in CONNECT" + WHO + "level=5 bytes=" + connect.length, received(connect));
        assertEquals(
                "in PUBLISH" + WHO + "packet_id=7 qos=1 topic=\"a/b\" bytes=16",
                received(Publish.of("a/b", "hidden").qos(1, 7).bytes(5)));
        assertEquals(
                "in PUBLISH" + WHO + "qos=0 topic=\"a?b\" bytes=14",
                received(Publish.of("a\nb", "hidden").bytes(5)));
        assertEquals(
                "in SUBSCRIBE" + WHO + "packet_id=9 filters=\"a/# qos=1, b qos=2\" bytes=17",
                received(Wire.packet(
                        Wire.SUBSCRIBE,
                        Wire.u16(9),
                        Wire.properties(Property.subscriptionId(5)),
                        Wire.text("a/#"),
                        Wire.u8(1),
                        Wire.text("b"),
                        Wire.u8(0x2E))));
        assertEquals("in PINGREQ" + WHO + "bytes=2", received(Wire.packet(Wire.PINGREQ)));
        assertEquals("in PUBREL" + WHO + "packet_id=300 bytes=4", received(Wire.packet(0x62, Wire.u16(300))));
    }

    @Test
    void filtersOf311HaveNoPropertiesBeforeThem() {
        received(Connect.as(4, "c").bytes());
        assertEquals(
                "in SUBSCRIBE" + WHO + "packet_id=9 filters=\"a qos=1\" bytes=8",
                received(Wire.packet(Wire.SUBSCRIBE, Wire.u16(9), Wire.text("a"), Wire.u8(1))));
        assertEquals(
                "in UNSUBSCRIBE" + WHO + "packet_id=9 filters=\"a, b\" bytes=10",
                received(Wire.packet(Wire.UNSUBSCRIBE, Wire.u16(9), Wire.text("a"), Wire.text("b"))));
    }

    @Test
    void packetThatIsMalformedIsToldAsFarAsItGoes() {
        received(Connect.as(5, "c").bytes());
        assertEquals(
                "in SUBSCRIBE" + WHO + "packet_id=9 (malformed) bytes=8",
                received(Wire.packet(Wire.SUBSCRIBE, Wire.u16(9), Wire.u32(0xFFFFFFFFL))));
        received(Connect.as(4, "c").bytes());
        assertEquals(
                "in SUBSCRIBE" + WHO + "packet_id=9 (malformed) bytes=5",
                received(Wire.packet(Wire.SUBSCRIBE, Wire.u16(9), Wire.u8(7))));
    }

    @Test
    void eachPacketOfABatchIsToldAndPayloadsThatFollowAreNoPackets() {
        byte[] large = Publish.of("large", "x".repeat(5_000)).qos(2, 3).bytes(4);
        int head = large.length - 5_000;
        log.sent(buffer(Wire.packet(0x40, Wire.u16(1)), Arrays.copyOf(large, head)));
        log.sent(buffer(Arrays.copyOfRange(large, head, large.length)));
        log.sent(buffer(Wire.packet(0xD0), Publish.of("t", "x").bytes(4)));
        log.sent(buffer());
        assertEquals(
                List.of(
                        "out PUBACK" + WHO + "packet_id=1 bytes=4",
                        "out PUBLISH" + WHO + "packet_id=3 qos=2 topic=\"large\" bytes=" + large.length,
                        "out PINGRESP" + WHO + "bytes=2",
                        "out PUBLISH" + WHO + "qos=0 topic=\"t\" bytes=6"),
                lines);
    }
}

package io.fieldmouse.broker.connection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.Proves;
import io.fieldmouse.broker.message.MqttViolation;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.session.ByteBudget;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PacketFramerTest {
    private static final int PACKET_BYTES_MAX = 50_000;

    private final ByteBudget budget = new ByteBudget(100_000);
    private final List<ReasonCode> violations = new ArrayList<>();
    private final PacketFramer.Sink sink = new PacketFramer.Sink() {
        @Override
        public void frameAnnounced(int firstByte) {}

        @Override
        public void frameBegins(ByteBuf frame) {}

        @Override
        public void frameEnds() {}

        @Override
        public void violation(MqttViolation violation) {
            violations.add(violation.reason());
        }
    };
    private final PacketFramer framer = new PacketFramer(sink, PACKET_BYTES_MAX, budget);
    private final EmbeddedChannel channel = new EmbeddedChannel(framer);

    PacketFramerTest() {
        framer.welcome(PACKET_BYTES_MAX, budget);
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        assertEquals(0, budget.bytes());
    }

    private void receive(byte[] bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes));
    }

    private void expectFrame(byte[] expected) {
        ByteBuf frame = channel.readInbound();
        assertArrayEquals(expected, frame == null ? new byte[0] : ByteBufUtil.getBytes(frame));
        if (frame != null) {
            frame.release();
        }
    }

    private void expectNoFrame() {
        assertFalse(channel.inboundMessages().iterator().hasNext());
    }

    @Test
    void framesAreCutWhereverTheBytesAreSplit() {
        byte[] ping = Wire.packet(Wire.PINGREQ);
        byte[] small = Publish.of("t", "x").bytes(4);
        byte[] long1 = Publish.of("t", new byte[200]).bytes(4);
        byte[] all = Wire.join(ping, small, long1, ping);
        for (int first = 0; first <= all.length; first++) {
            for (int second = first; second <= all.length; second += 7) {
                receive(Arrays.copyOfRange(all, 0, first));
                receive(Arrays.copyOfRange(all, first, second));
                receive(Arrays.copyOfRange(all, second, all.length));
                expectFrame(ping);
                expectFrame(small);
                expectFrame(long1);
                expectFrame(ping);
                expectNoFrame();
                assertEquals(0, budget.bytes());
            }
        }
        assertEquals(List.of(), violations);
    }

    @Test
    void lengthsOfAllSizesAreUnderstood() {
        for (int size : new int[] {0, 127, 128, 16_383, 16_384, 49_000}) {
            byte[] packet = Wire.packet(Wire.PUBLISH, new byte[size]);
            receive(packet);
            expectFrame(packet);
        }
    }

    @Test
    void pausedFramerKeepsWhatCameAndGoesOnInOrder() {
        byte[] one = Publish.of("t", "1").bytes(4);
        byte[] two = Publish.of("t", "2").bytes(4);
        framer.pause();
        receive(Wire.join(one, two));
        expectNoFrame();
        assertEquals(one.length + two.length, budget.bytes());
        framer.resume(channel.pipeline().context(framer));
        expectFrame(one);
        expectFrame(two);
    }

    @Test
    void lengthIsJudgedBeforeTheRestHasCome() {
        receive(Wire.hex("30 ff ff 7f"));
        receive(Wire.hex("30 80 00"));
        assertEquals(ReasonCode.PACKET_TOO_LARGE, violations.get(0));
    }

    @Test
    @Proves("MQTT-1.5.5-1")
    void needlessAndEndlessLengthsAreMalformed() {
        receive(Wire.hex("30 80 00"));
        assertEquals(List.of(ReasonCode.MALFORMED_PACKET), violations);
        EmbeddedChannel second = new EmbeddedChannel(new PacketFramer(sink, PACKET_BYTES_MAX, budget));
        second.writeInbound(Unpooled.copiedBuffer(Wire.hex("30 ff ff ff ff 01")));
        assertEquals(List.of(ReasonCode.MALFORMED_PACKET, ReasonCode.MALFORMED_PACKET), violations);
        second.finishAndReleaseAll();
    }

    @Test
    void halfReceivedPacketsCountAgainstTheBudgetOfAll() {
        budget.take(90_000);
        receive(Arrays.copyOf(Wire.packet(Wire.PUBLISH, new byte[40_000]), 20_000));
        assertEquals(List.of(ReasonCode.QUOTA_EXCEEDED), violations);
        budget.give(90_000);
    }

    @Test
    void aByteOfTheNextPacketDoesNotKeepTheReadInMemory() {
        byte[] packet = Publish.of("t", new byte[20_000]).bytes(4);
        UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
        channel.config().setAllocator(memory);
        ByteBuf read = memory.buffer(65_536).writeBytes(packet).writeByte(packet[0]);
        channel.writeInbound(read);
        expectFrame(packet);
        assertEquals(1, memory.metric().usedHeapMemory());
        assertEquals(1, budget.bytes());
        receive(Arrays.copyOfRange(packet, 1, packet.length));
        expectFrame(packet);
    }

    @Test
    void whatIsCountedIsTheMemoryThatIsKeptAlsoWhenItIsAPartOfAnother() {
        byte[] half = Arrays.copyOf(Wire.packet(Wire.PUBLISH, new byte[40_000]), 20_000);
        ByteBuf read = Unpooled.buffer(30_000).writeBytes(half);
        channel.writeInbound(read.readRetainedSlice(half.length));
        assertEquals(30_000, budget.bytes());
        read.release();
    }

    @Test
    void strangersHaveABoundAndABudgetOfTheirOwn() {
        ByteBudget strangers = new ByteBudget(10_000);
        PacketFramer strange = new PacketFramer(sink, 15_000, strangers);
        EmbeddedChannel entrance = new EmbeddedChannel(strange);
        byte[] connect = Wire.packet(Wire.CONNECT, new byte[9_000]);
        entrance.writeInbound(Unpooled.copiedBuffer(connect));
        assertEquals(connect.length - 4_096, strangers.bytes(), "what it says is kept until it is known");
        entrance.<ByteBuf>readInbound().release();
        entrance.writeInbound(Unpooled.copiedBuffer(Wire.hex("30 a0 75"))); // 15,008 bytes
        assertEquals(List.of(ReasonCode.PACKET_TOO_LARGE), violations);
        entrance.finishAndReleaseAll();
        assertEquals(0, strangers.bytes());
        assertEquals(0, budget.bytes());
    }

    @Test
    void strangersWhoFindNoRoomAreSentAwayUnlessTheySayLittle() {
        ByteBudget strangers = new ByteBudget(10_000);
        strangers.take(9_000);
        EmbeddedChannel large = new EmbeddedChannel(new PacketFramer(sink, PACKET_BYTES_MAX, strangers));
        large.writeInbound(Unpooled.copiedBuffer(Wire.packet(Wire.CONNECT, new byte[9_000]), 0, 6_000));
        assertEquals(List.of(ReasonCode.SERVER_BUSY), violations);
        large.finishAndReleaseAll();
        EmbeddedChannel small = new EmbeddedChannel(new PacketFramer(sink, PACKET_BYTES_MAX, strangers));
        small.writeInbound(Unpooled.copiedBuffer(Wire.packet(Wire.CONNECT, new byte[9_000]), 0, 4_000));
        assertEquals(1, violations.size());
        small.finishAndReleaseAll();
        assertEquals(9_000, strangers.bytes());
    }

    @Test
    void whoIsSentAwayForItsPacketHoldsNothingAnyMore() {
        ByteBudget strangers = new ByteBudget(100_000);
        PacketFramer strange = new PacketFramer(sink, PACKET_BYTES_MAX, strangers);
        EmbeddedChannel entrance = new EmbeddedChannel(strange, new SimpleChannelInboundHandler<ByteBuf>() {
            @Override
            protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
                strange.discard();
            }
        });
        entrance.writeInbound(Unpooled.copiedBuffer(Wire.packet(Wire.CONNECT, new byte[9_000])));
        assertEquals(0, strangers.bytes());
        entrance.finishAndReleaseAll();
    }

    @Test
    void whoIsKnownGivesBackWhatItTookAsAStranger() {
        ByteBudget strangers = new ByteBudget(100_000);
        PacketFramer framerOfOne = new PacketFramer(sink, PACKET_BYTES_MAX, strangers);
        EmbeddedChannel one = new EmbeddedChannel(framerOfOne);
        one.writeInbound(Unpooled.copiedBuffer(Wire.packet(Wire.CONNECT, new byte[9_000])));
        one.writeInbound(Unpooled.copiedBuffer(Wire.packet(Wire.PUBLISH, new byte[9_000]), 0, 5_000));
        framerOfOne.welcome(PACKET_BYTES_MAX, budget);
        assertEquals(0, strangers.bytes());
        assertEquals(5_000, budget.bytes());
        one.finishAndReleaseAll();
    }

    @Test
    void whatWasCutOffIsNotKeptWhenNoReadEndsWithAPacket() {
        byte[] packet = Publish.of("t", new byte[9_000]).bytes(4);
        byte[] twice = Wire.join(packet, packet);
        int readBytes = packet.length - 1;
        UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
        LongAdder packets = new LongAdder();
        PacketFramer ofClient = new PacketFramer(sink, PACKET_BYTES_MAX, budget);
        ofClient.welcome(PACKET_BYTES_MAX, budget);
        EmbeddedChannel busy = new EmbeddedChannel(
                ofClient, new MqttDecoder(PACKET_BYTES_MAX), new SimpleChannelInboundHandler<MqttPublishMessage>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext ctx, MqttPublishMessage message) {
                        packets.increment();
                    }
                });
        busy.config().setAllocator(memory);
        long most = 0;
        int at = 0;
        for (int i = 0; i < 2_000; i++) {
            busy.writeInbound(Unpooled.copiedBuffer(twice, at, readBytes));
            at = (at + readBytes) % packet.length;
            most = Math.max(most, memory.metric().usedHeapMemory());
        }
        assertEquals(2_000L * readBytes / packet.length, packets.sum());
        assertEquals(List.of(), violations);
        assertTrue(most <= 2 * PACKET_BYTES_MAX, "held " + most + " bytes");
        busy.finishAndReleaseAll();
    }
}

package io.fieldmouse.broker.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.MqttViolation;
import io.fieldmouse.broker.session.ByteBudget;
import io.fieldmouse.broker.wire.Mutator;
import io.fieldmouse.broker.wire.PacketGrammar;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is decoded does not depend on where the network splits the bytes, good ones or bad ones. */
class FuzzedSplitsTest {
    private static final long CASES = Math.max(2_000, Long.getLong("fieldmouse.fuzz", 100_000) / 20);
    private static final long FIRST_SEED = Long.getLong("fieldmouse.seed", 1);
    private static final int PACKET_BYTES_MAX = 100_000;

    @Test
    void mutatedConversationsAreDecodedTheSameWhereverTheyAreSplit() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
            Random random = new Random(seed);
            Mutator mutator = new Mutator(random);
            byte[] all = mutator.mutated(new PacketGrammar(random).conversation());
            String where = "-Dfieldmouse.seed=" + seed;
            assertEquals(decoded(all), decoded(mutator.pieces(all)), where);
        }
    }

    /** What came out, encoded again, and the violation at which it ended. */
    private static String decoded(byte[]... pieces) {
        Checks checks = new Checks();
        ByteBudget budget = new ByteBudget(10 * PACKET_BYTES_MAX);
        EmbeddedChannel channel = new EmbeddedChannel(
                new PacketFramer(checks, PACKET_BYTES_MAX, budget),
                MqttEncoder.INSTANCE,
                new MqttDecoder(PACKET_BYTES_MAX, 1_000),
                checks);
        for (byte[] piece : pieces) {
            if (checks.ended.isEmpty()) {
                channel.writeInbound(Unpooled.copiedBuffer(piece));
            }
        }
        StringBuilder decoded = new StringBuilder();
        ByteBuf bytes = channel.readOutbound();
        while (bytes != null) {
            decoded.append(HexFormat.of().formatHex(ByteBufUtil.getBytes(bytes)));
            bytes.release();
            bytes = channel.readOutbound();
        }
        channel.finishAndReleaseAll();
        assertEquals(0, budget.bytes());
        return decoded + checks.ended;
    }

    /** The rules as the broker asks for them; sends what was decoded back. */
    private static final class Checks extends ChannelInboundHandlerAdapter implements PacketFramer.Sink {
        private int level;
        private int packetsOfFrame;
        private String ended = "";

        @Override
        public void frameAnnounced(int firstByte) {}

        @Override
        public void frameBegins(ByteBuf frame) {
            if (!ended.isEmpty()) {
                throw MqttViolation.malformed("after the end");
            }
            if (level == 0) {
                level = FrameRules.connectLevel(frame);
            }
            FrameRules.check(frame, level);
            packetsOfFrame = 0;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            packetsOfFrame++;
            MqttMessage packet = (MqttMessage) message;
            if (packet.decoderResult().isSuccess()) {
                ctx.writeAndFlush(packet);
            } else if (ended.isEmpty()) {
                ended = String.valueOf(packet.decoderResult().cause());
            }
        }

        @Override
        public void frameEnds() {
            if (packetsOfFrame != 1) {
                throw MqttViolation.malformed("the packet's fields and its length disagree");
            }
        }

        @Override
        public void violation(MqttViolation violation) {
            if (ended.isEmpty()) {
                ended = violation.reason() + " " + violation.getMessage();
            }
        }
    }
}

package io.fieldmouse.gateway.publish;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.util.ReferenceCountUtil;

/**
 * The way of bytes to a {@link MqttConnection}: framer, one-packet check, decoder, connection; and back through encoder
 * and size limit. Its surprise: a frame that decodes to nothing is an error, because the framer hands on whole packets
 * only and the decoder has no excuse for waiting.
 */
// What fails on a channel or its loop ends the connection, and is told there.
@SuppressWarnings("FutureReturnValueIgnored")
final class MqttPipeline extends ChannelInitializer<Channel> {

    private static final int CONNACK = 0x20;

    private final MqttConnection connection;
    private int packetsDecoded;

    MqttPipeline(MqttConnection connection) {
        this.connection = connection;
    }

    @Override
    protected void initChannel(Channel channel) {
        int bytesMax = connection.options().packetBytesMax();
        channel.pipeline()
                .addLast(
                        new MqttFramer(bytesMax),
                        new OnePacketPerFrame(),
                        new MqttDecoder(bytesMax),
                        connection.packetSizeLimit(),
                        MqttEncoder.INSTANCE,
                        new Packets());
    }

    private final class OnePacketPerFrame extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) throws MqttException {
            connection.keepAlive().read();
            refuseOldConnack((ByteBuf) frame);
            int before = packetsDecoded;
            context.fireChannelRead(frame);
            if (packetsDecoded != before + 1) {
                throw new MqttException(
                        "the broker sent a packet whose inner lengths do not add up",
                        ReasonCode.MALFORMED_PACKET,
                        null);
            }
        }

        /**
         * A broker without MQTT 5 answers in the form it knows, {@code 20 02 00 01}: without the property length that
         * the decoder has to expect after a CONNECT of MQTT 5.
         */
        private void refuseOldConnack(ByteBuf frame) throws MqttException {
            int start = frame.readerIndex();
            if (connection.options().version() == ProtocolVersion.MQTT_5
                    && frame.readableBytes() == 4
                    && frame.getUnsignedByte(start) == CONNACK
                    && frame.getUnsignedByte(start + 3) != 0) {
                int code = ReasonCode.ofConnectReturnCode(frame.getUnsignedByte(start + 3));
                frame.release();
                throw connection.refused(code, null);
            }
        }
    }

    private final class Packets extends ChannelInboundHandlerAdapter {

        @Override
        public void channelActive(ChannelHandlerContext context) {
            connection.opened(context.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws MqttException {
            packetsDecoded++;
            try {
                MqttMessage packet = (MqttMessage) message;
                if (packet.decoderResult().isFailure()) {
                    Throwable cause = packet.decoderResult().cause();
                    throw new MqttException(
                            "the broker sent a malformed packet: " + cause.getMessage(),
                            ReasonCode.MALFORMED_PACKET,
                            cause);
                }
                connection.received(packet);
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        /** While the broker does not read our acknowledgements, nothing is read that would owe it more of them. */
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            connection.inactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            Throwable origin = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
            connection.fail(MqttClient.asMqttException(origin));
        }
    }
}

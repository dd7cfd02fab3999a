package io.fieldmouse.gateway.publish;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * Behind the encoder, which makes one buffer a packet: what is larger than the broker takes is not sent but fails, on
 * its own [MQTT-3.2.2-15]. The broker would close the connection.
 */
// What fails on a channel or its loop ends the connection, and is told there.
@SuppressWarnings("FutureReturnValueIgnored")
final class PacketSizeLimit extends ChannelOutboundHandlerAdapter {

    private long packetBytesMax = MqttOptions.LARGEST_PACKET_BYTES;

    void set(long newPacketBytesMax) {
        packetBytesMax = newPacketBytesMax;
    }

    @Override
    public void write(ChannelHandlerContext context, Object packet, ChannelPromise promise) {
        if (packet instanceof ByteBuf bytes && bytes.readableBytes() > packetBytesMax) {
            String size = bytes.readableBytes() + " bytes";
            bytes.release();
            promise.setFailure(new MqttException(
                    "the packet has " + size + ", the broker takes " + packetBytesMax + " at most",
                    ReasonCode.PACKET_TOO_LARGE,
                    null));
            return;
        }
        context.write(packet, promise);
    }
}

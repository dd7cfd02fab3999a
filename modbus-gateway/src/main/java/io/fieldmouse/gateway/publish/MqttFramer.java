package io.fieldmouse.gateway.publish;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Cuts the byte stream into packets by their length, before anything looks inside:
 *
 * <pre>
 *   +-----------+------------------+-----------------------------+
 *   | type flags| Remaining Length | as many bytes as it says    |
 *   |  1 byte   |  1 to 4 bytes    | variable header and payload |
 *   +-----------+------------------+-----------------------------+
 * </pre>
 *
 * <p>The decoder behind it reads on past the end of a packet whose inner lengths lie; cut off here, a lie can only
 * yield an incomplete packet, which {@link MqttConnection} notices. A length above the bound ends the connection
 * before its bytes arrive.
 */
final class MqttFramer extends ByteToMessageDecoder {

    private final int packetBytesMax;

    MqttFramer(int packetBytesMax) {
        this.packetBytesMax = packetBytesMax;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws MqttException {
        int start = in.readerIndex();
        int remaining = 0;
        for (int i = 0; ; i++) {
            if (in.readableBytes() < 2 + i) {
                return;
            }
            int digit = in.getUnsignedByte(start + 1 + i);
            remaining |= (digit & 0x7F) << (7 * i);
            if (digit < 0x80) {
                int length = 2 + i + remaining;
                checkLength(length);
                if (in.readableBytes() >= length) {
                    out.add(in.readRetainedSlice(length));
                }
                return;
            }
            if (i == 3) {
                throw new MqttException(
                        "the broker sent a packet whose length has more than four bytes",
                        ReasonCode.MALFORMED_PACKET,
                        null);
            }
        }
    }

    private void checkLength(int length) throws MqttException {
        if (length > packetBytesMax) {
            throw new MqttException(
                    "the broker sent a packet of " + length + " bytes, at most " + packetBytesMax + " are taken",
                    ReasonCode.PACKET_TOO_LARGE,
                    null);
        }
    }
}

package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.MqttViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bytes of MQTT out of WebSocket frames and puts them into frames (RFC 6455 section 5).
 *
 * <pre>
 *   fin (1 bit), 3 reserved bits, opcode (4 bits) | mask bit, length (7 bits) | longer length (0, 2 or 8)
 *   | masking key (4, from clients only) | payload
 * </pre>
 *
 * <p>Its surprise: no frame is collected. Its payload goes up as it comes, so that a frame may be of any length, with
 * packets beginning and ending wherever they like [MQTT-6.0.0-2], [MQTT-6.0.0-2 of 3.1.1], and what waits for the
 * rest of a packet waits in the framer, where it is counted.
 */
final class WebSocketFrames extends ByteToMessageDecoder implements ChannelOutboundHandler {
    private static final int CONTINUATION = 0x0;
    private static final int TEXT = 0x1;
    private static final int BINARY = 0x2;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;

    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int CONTROL_BYTES_MAX = 125;

    /** Payloads up to here are copied behind their header, for one buffer in place of two. */
    private static final int COPIED_BYTES_MAX = 1_024;

    /** For a client that says Close to read our answer. */
    private static final int ANSWER_MAX_SECONDS = 1;

    private @Nullable ChannelHandlerContext context;

    // The data frame whose payload is being read.
    private long remaining;
    /** Its first byte is that of the payload's next byte. */
    private int maskingKey;

    private boolean moreFramesFollow;
    private boolean deaf;
    private boolean closeSaid;
    private int closeCode = CloseFrame.NORMAL;
    private byte @Nullable [] owedPong;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    // ---- from the client

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (deaf) {
            in.skipBytes(in.readableBytes());
        } else if (remaining > 0) {
            out.add(nextPayload(in));
        } else {
            beginFrame(ctx, in);
        }
    }

    private ByteBuf nextPayload(ByteBuf in) {
        int count = (int) Math.min(remaining, in.readableBytes());
        ByteBuf payload = in.readRetainedSlice(count);
        int i = payload.readerIndex();
        int end = payload.writerIndex();
        for (; i + Integer.BYTES <= end; i += Integer.BYTES) {
            payload.setInt(i, payload.getInt(i) ^ maskingKey);
        }
        for (; i < end; i++) {
            payload.setByte(i, payload.getByte(i) ^ maskingKey >>> 24);
            maskingKey = Integer.rotateLeft(maskingKey, 8);
        }
        remaining -= count;
        return payload;
    }

    /** Reads a header once it is whole, and with it a control frame's payload, which is short. */
    private void beginFrame(ChannelHandlerContext ctx, ByteBuf in) {
        if (in.readableBytes() < 2) {
            return;
        }
        int start = in.readerIndex();
        int first = in.getUnsignedByte(start);
        int second = in.getUnsignedByte(start + 1);
        int opcode = first & 0xF;
        int shortLength = second & ~MASKED;
        String flaw = flaw(first, second);
        if (flaw != null) {
            boolean isText = opcode == TEXT;
            fail(ctx, isText ? CloseFrame.UNACCEPTABLE_DATA : CloseFrame.PROTOCOL_ERROR, flaw);
            return;
        }
        int lengthBytes = shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0;
        int headerBytes = 2 + lengthBytes + 4;
        boolean isControl = opcode >= CLOSE;
        if (in.readableBytes() < headerBytes + (isControl ? shortLength : 0)) {
            return;
        }
        long length =
                switch (lengthBytes) {
                    case 8 -> in.getLong(start + 2);
                    case 2 -> in.getUnsignedShort(start + 2);
                    default -> shortLength;
                };
        if (length < 0) {
            fail(ctx, CloseFrame.PROTOCOL_ERROR, "a length of more than 63 bits");
            return;
        }
        maskingKey = in.getInt(start + 2 + lengthBytes);
        remaining = length;
        in.skipBytes(headerBytes);
        if (isControl) {
            control(ctx, opcode, in);
        } else {
            moreFramesFollow = (first & FIN) == 0;
        }
    }

    /** What is wrong with a frame that begins so; null for nothing. */
    private @Nullable String flaw(int first, int second) {
        int opcode = first & 0xF;
        if ((first & RESERVED) != 0) {
            return "reserved bits are set, but no extension was agreed on";
        }
        if ((second & MASKED) == 0) {
            return "a client's frame without a mask";
        }
        return switch (opcode) {
            case TEXT -> "a text frame [MQTT-6.0.0-1]"; // [MQTT-6.0.0-1 of 3.1.1]
            case BINARY -> moreFramesFollow ? "a new message in the middle of another" : null;
            case CONTINUATION -> moreFramesFollow ? null : "a continuation of nothing";
            case CLOSE, PING, PONG ->
                (first & FIN) == 0 || (second & ~MASKED) > CONTROL_BYTES_MAX
                        ? "a control frame in pieces or too long"
                        : null;
            default -> "an unknown kind of frame";
        };
    }

    private void control(ChannelHandlerContext ctx, int opcode, ByteBuf in) {
        byte[] content = new byte[(int) remaining];
        if (remaining > 0) {
            ByteBuf payload = nextPayload(in);
            payload.readBytes(content);
            payload.release();
        }
        if (opcode == PING) {
            owedPong = content;
            sendOwedPong(ctx);
        } else if (opcode == CLOSE) {
            deaf = true;
            if (!closeSaid) {
                answerClose(ctx, content);
            }
        }
    }

    private void answerClose(ChannelHandlerContext ctx, byte[] content) {
        CloseFrame.Flaw flaw = CloseFrame.flaw(content);
        if (flaw != null) {
            fail(ctx, flaw.answer(), flaw.words());
            return;
        }
        closeSaid = true;
        // It is told the code it gave; what it said of it need not come back.
        byte[] code = content.length == 0 ? content : new byte[] {content[0], content[1]};
        ctx.writeAndFlush(frame(ctx, CLOSE, code)).addListener(ChannelFutureListener.CLOSE);
        ctx.executor().schedule(() -> ctx.close(), ANSWER_MAX_SECONDS, TimeUnit.SECONDS);
    }

    /** Of many pings the last one is answered, when the client reads (RFC 6455 section 5.5.3). */
    private void sendOwedPong(ChannelHandlerContext ctx) {
        byte[] content = owedPong;
        if (content != null && ctx.channel().isWritable() && !closeSaid) {
            owedPong = null;
            ctx.writeAndFlush(frame(ctx, PONG, content));
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        sendOwedPong(ctx);
        ctx.fireChannelWritabilityChanged();
    }

    private void fail(ChannelHandlerContext ctx, int code, String words) {
        deaf = true;
        closeCode = code;
        ctx.fireExceptionCaught(MqttViolation.malformed("WebSocket: " + words));
    }

    // ---- to the client

    private static ByteBuf frame(ChannelHandlerContext ctx, int opcode, byte[] content) {
        ByteBuf frame = ctx.alloc().buffer(2 + content.length);
        return frame.writeByte(FIN | opcode).writeByte(content.length).writeBytes(content);
    }

    /** What is written at once is one binary frame [MQTT-6.0.0-1]. */
    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        ByteBuf payload = (ByteBuf) msg;
        int count = payload.readableBytes();
        if (count == 0) {
            ctx.write(payload, promise); // it only marks a place in the stream
            return;
        }
        if (closeSaid) {
            payload.release();
            promise.tryFailure(new ClosedChannelException());
            return;
        }
        boolean copied = count <= COPIED_BYTES_MAX;
        ByteBuf header = ctx.alloc().buffer(copied ? 4 + count : 10);
        header.writeByte(FIN | BINARY);
        if (count <= CONTROL_BYTES_MAX) {
            header.writeByte(count);
        } else if (count <= 0xFFFF) {
            header.writeByte(126).writeShort(count);
        } else {
            header.writeByte(127).writeLong(count);
        }
        if (copied) {
            header.writeBytes(payload);
            payload.release();
            ctx.write(header, promise);
        } else {
            ctx.write(header);
            ctx.write(payload, promise);
        }
    }

    /** Says that nothing follows. The future is done when the socket has taken it and all before. */
    ChannelFuture sayClose() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        if (closeSaid) {
            return ctx.writeAndFlush(Unpooled.EMPTY_BUFFER);
        }
        closeSaid = true;
        byte[] code = {(byte) (closeCode >> 8), (byte) closeCode};
        return ctx.writeAndFlush(frame(ctx, CLOSE, code));
    }

    // ---- the rest passes by

    @Override
    public void bind(ChannelHandlerContext ctx, SocketAddress localAddress, ChannelPromise promise) {
        ctx.bind(localAddress, promise);
    }

    @Override
    public void connect(
            ChannelHandlerContext ctx,
            SocketAddress remoteAddress,
            SocketAddress localAddress,
            ChannelPromise promise) {
        ctx.connect(remoteAddress, localAddress, promise);
    }

    @Override
    public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
        ctx.disconnect(promise);
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        ctx.close(promise);
    }

    @Override
    public void deregister(ChannelHandlerContext ctx, ChannelPromise promise) {
        ctx.deregister(promise);
    }

    @Override
    public void read(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        ctx.flush();
    }
}

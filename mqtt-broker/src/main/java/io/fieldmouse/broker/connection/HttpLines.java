package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses an HTTP request of many lines before they are parsed: a header of three bytes becomes objects of a hundred,
 * which wait for the end of the request, and no bound on its bytes sees them.
 *
 * <p>Its surprise: the head of a request goes up by itself, for what comes right behind it is of a WebSocket if that is
 * granted, and lines no more.
 */
final class HttpLines extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HttpLines.class);
    private static final int LINES_MAX = 64;

    private final NettyLane lane;
    private final Counters counters;
    private final Caller caller;
    private int lines;
    private boolean lineHasText;
    private boolean headEnded;
    private boolean refused;

    HttpLines(NettyLane lane, Counters counters, Caller caller) {
        this.lane = lane;
        this.counters = counters;
        this.caller = caller;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        int headBytes = count(bytes);
        if (headBytes < bytes.readableBytes() && lines <= LINES_MAX) {
            pass(ctx, bytes.readRetainedSlice(headBytes));
            if (ctx.isRemoved()) {
                ctx.fireChannelRead(bytes);
                return;
            }
            count(bytes);
        }
        pass(ctx, bytes);
    }

    /** Counts lines up to the empty one that ends the head, or all of them behind it. Returns how many bytes that are. */
    private int count(ByteBuf bytes) {
        int start = bytes.readerIndex();
        for (int i = 0; i < bytes.readableBytes(); i++) {
            byte next = bytes.getByte(start + i);
            if (next == '\n') {
                lines++;
                if (!headEnded && !lineHasText) {
                    headEnded = true;
                    return i + 1;
                }
                lineHasText = false;
            } else if (next != '\r') {
                lineHasText = true;
            }
        }
        return bytes.readableBytes();
    }

    private void pass(ChannelHandlerContext ctx, ByteBuf bytes) {
        if (lines <= LINES_MAX) {
            ctx.fireChannelRead(bytes);
            return;
        }
        bytes.release();
        if (!refused) {
            refused = true;
            counters.add(Counter.REFUSED_HTTP_REQUEST);
            LOG.info("refusing {} detail=\"an HTTP request of more than {} lines\"", caller, LINES_MAX);
            ByteBuf answer = ByteBufUtil.writeAscii(
                    ctx.alloc(),
                    "HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            HangUp.after(ctx.writeAndFlush(answer), ctx.channel(), lane);
        }
    }
}

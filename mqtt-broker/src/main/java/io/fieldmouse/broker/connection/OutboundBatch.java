package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.lane.Traffic;
import io.fieldmouse.broker.lane.Traffic.Flow;
import io.fieldmouse.broker.session.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * A connection's batch: what it sends in one turn becomes one write. It stands between the packet encoder and the
 * socket; PUBLISH packets and acknowledgements are written into {@link #buffer()} directly, rare packets come through
 * the encoder and are copied in, so that all leave in the order in which they were written.
 */
final class OutboundBatch extends ChannelOutboundHandlerAdapter {
    /** A batch this large leaves before the turn ends. */
    static final int BYTES_MAX = 64 * 1024;

    private static final int INITIAL_BYTES = 512;

    private final ByteBudget budget;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf batch;
    private Traffic traffic;
    private int packets;
    private int publishes;
    private long payloadBytes;
    private int packetBytesMax = Integer.MAX_VALUE;
    private long takenBytes;

    /** @param traffic of the lane: packets count there when the socket has taken them */
    OutboundBatch(ByteBudget budget, Traffic traffic) {
        this.budget = budget;
        this.traffic = traffic;
    }

    /** The connection is on another lane from now on. Nothing is written before. */
    void moveTo(Traffic trafficThere) {
        traffic = trafficThere;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (batch != null) {
            batch.release();
            batch = null;
        }
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context;
    }

    /** From now on a rare packet that is larger is not sent: its future is cancelled. */
    void limitTo(int bytesMax) {
        packetBytesMax = bytesMax;
    }

    /** Where packets are written. The caller writes whole packets and keeps no reference. */
    ByteBuf buffer() {
        if (batch == null) {
            batch = context().alloc().buffer(INITIAL_BYTES);
        }
        return batch;
    }

    /** As {@link #buffer}, for one packet that is none of PUBLISH. */
    ByteBuf nextPacket() {
        packets++;
        return buffer();
    }

    /** One of the packets in the batch is a PUBLISH with a payload of so many bytes. */
    void countPublish(int bytes) {
        packets++;
        publishes++;
        payloadBytes += bytes;
    }

    boolean isFull() {
        return batch != null && batch.readableBytes() >= BYTES_MAX;
    }

    /** Sends bytes behind what the batch holds, without copying them. */
    void append(byte[] payload) {
        writeBatch();
        budgeted(Unpooled.wrappedBuffer(payload), context().newPromise());
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        if (msg instanceof ByteBuf bytes) {
            if (bytes.readableBytes() <= packetBytesMax) { // the encoder makes one buffer of each packet
                nextPacket().writeBytes(bytes);
                promise.setSuccess();
            } else {
                promise.cancel(false); // [MQTT-3.1.2-24]
            }
            bytes.release();
        } else {
            ctx.write(msg, promise);
        }
    }

    /**
     * Stands below TLS and counts its records as taken too: of a large message, which is one write up here, they tell
     * that the client reads it.
     */
    ChannelOutboundHandlerAdapter records() {
        return new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
                int count = ((ByteBuf) msg).readableBytes();
                ctx.write(msg, promise.unvoid().addListener(done -> takenBytes += count));
            }
        };
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        writeBatch();
        ctx.flush();
    }

    /** Writes the batch to the channel and flushes. */
    void send() {
        flush(context());
    }

    /** Bytes that the socket has taken so far. */
    long takenBytes() {
        ChannelOutboundBuffer unsent = context().channel().unsafe().outboundBuffer();
        return takenBytes + (unsent == null ? 0 : unsent.currentProgress());
    }

    /** As {@link #send}; the future is done when the socket has taken this and all that was sent before. */
    ChannelFuture sendLast() {
        writeBatch();
        // Below this handler, which would say at once that it is done: as the last in the channel's queue.
        return context().writeAndFlush(Unpooled.EMPTY_BUFFER);
    }

    private void writeBatch() {
        ByteBuf bytes = batch;
        if (bytes != null && bytes.isReadable()) {
            batch = null;
            budgeted(bytes, context().newPromise());
        }
    }

    private void budgeted(ByteBuf bytes, ChannelPromise promise) {
        int count = bytes.readableBytes();
        int packetCount = packets;
        int publishCount = publishes;
        long payloadCount = payloadBytes;
        packets = 0;
        publishes = 0;
        payloadBytes = 0;
        budget.take(count);
        promise.addListener(done -> {
            budget.give(count);
            takenBytes += count;
            if (done.isSuccess()) {
                traffic.add(Flow.BYTES_SENT, count);
                traffic.add(Flow.PACKETS_SENT, packetCount);
                traffic.add(Flow.PUBLISHES_SENT, publishCount);
                traffic.add(Flow.PAYLOAD_BYTES_SENT, payloadCount);
            }
        });
        context().write(bytes, promise);
    }
}

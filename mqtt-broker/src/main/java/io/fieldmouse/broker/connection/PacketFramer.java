package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.MqttViolation;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.session.ByteBudget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the byte stream into packets by their length, before anything in them is believed.
 *
 * <pre>
 *   type and flags (1) | remaining length: 7 bits a byte, lowest first, high bit = more follow (1-4) | the rest
 * </pre>
 *
 * <p>Its surprise: it can be paused. What was received and not yet cut stays here until {@link #resume}, so that a
 * publisher that is held back overshoots by no more than the packet in hand.
 *
 * <p>Until {@link #welcome} the client is a stranger: its packets have a smaller bound, and what it makes the broker
 * hold is taken from a budget that only strangers share, so that they cannot exhaust what clients need.
 */
final class PacketFramer extends ChannelInboundHandlerAdapter {
    private static final int LENGTH_BYTES_MAX = 4;

    /** What waits here may keep a buffer of twice its size, and so much more. */
    private static final int SPARE_BYTES_MAX = 1_024;

    /** Of a stranger, not counted: a CONNECT of usual size is taken even when other strangers have taken everything. */
    private static final int STRANGER_FREE_BYTES = 4 * 1_024;

    private final Sink sink;
    private int packetBytesMax;
    private ByteBudget budget;
    private boolean stranger = true;
    /** Of packets that a stranger sent: what they say is kept until it is known. */
    private long strangerBytes;

    private @Nullable ByteBuf received;
    private long budgeted;
    private boolean paused;
    private boolean discarding;

    /** Is told of each frame before and after it goes up the pipeline. */
    interface Sink {
        /** The first byte of a frame is here, the rest perhaps not. */
        void frameAnnounced(int firstByte);

        /** A whole frame: checks it. */
        void frameBegins(ByteBuf frame);

        /** The frame went through the decoder: it must have become exactly one packet. */
        void frameEnds();

        void violation(MqttViolation violation);
    }

    /**
     * Begins with a stranger.
     *
     * @param packetBytesMax for its packets
     * @param budget of all strangers
     */
    PacketFramer(Sink sink, int packetBytesMax, ByteBudget budget) {
        this.sink = sink;
        this.packetBytesMax = packetBytesMax;
        this.budget = budget;
    }

    /** The client's CONNECT is accepted: the bounds of clients hold from the next packet on. */
    void welcome(int clientPacketBytesMax, ByteBudget clientBudget) {
        budget.give(budgeted);
        stranger = false;
        strangerBytes = 0;
        packetBytesMax = clientPacketBytesMax;
        budget = clientBudget;
        budgeted = heldBytes();
        budget.take(budgeted);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf bytes = (ByteBuf) msg;
        if (discarding) {
            bytes.release();
            return;
        }
        received =
                received == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), received, bytes);
        cutAll(ctx);
    }

    void pause() {
        paused = true;
    }

    void resume(ChannelHandlerContext ctx) {
        paused = false;
        cutAll(ctx);
    }

    /** From now on whatever comes is thrown away, and what waits here is. */
    void discard() {
        discarding = true;
        letGo();
    }

    private void cutAll(ChannelHandlerContext ctx) {
        try {
            ByteBuf frame = paused ? null : cut();
            while (frame != null) {
                pass(ctx, frame);
                frame = paused || received == null ? null : cut();
            }
        } catch (MqttViolation violation) {
            sink.violation(violation);
        } finally {
            letGoOfSpare(ctx);
            settleBudget();
        }
    }

    private void pass(ChannelHandlerContext ctx, ByteBuf frame) {
        try {
            sink.frameBegins(frame);
        } catch (MqttViolation violation) {
            frame.release();
            throw violation;
        }
        ctx.fireChannelRead(frame);
        sink.frameEnds();
    }

    /** The next whole frame; null when there is none yet. */
    private @Nullable ByteBuf cut() {
        ByteBuf bytes = received;
        if (bytes == null || !bytes.isReadable()) {
            return null;
        }
        int start = bytes.readerIndex();
        sink.frameAnnounced(bytes.getUnsignedByte(start));
        int available = bytes.readableBytes();
        int remaining = 0;
        for (int i = 0; i < LENGTH_BYTES_MAX; i++) {
            if (available < 2 + i) {
                return null;
            }
            int octet = bytes.getUnsignedByte(start + 1 + i);
            remaining |= (octet & 0x7F) << (7 * i);
            if ((octet & 0x80) == 0) {
                if (octet == 0 && i > 0) {
                    throw MqttViolation.malformed("remaining length has more bytes than it needs [MQTT-1.5.5-1]");
                }
                return cutFrame(bytes, 2 + i + remaining);
            }
        }
        throw MqttViolation.malformed("remaining length has more than four bytes");
    }

    private @Nullable ByteBuf cutFrame(ByteBuf bytes, int length) {
        if (length > packetBytesMax) {
            throw new MqttViolation(
                    ReasonCode.PACKET_TOO_LARGE,
                    "packet of " + length + " bytes; the most allowed is " + packetBytesMax
                            + (stranger ? " until CONNECT is accepted" : " [MQTT-3.2.2-15]"));
        }
        if (bytes.readableBytes() < length) {
            return null;
        }
        ByteBuf frame = bytes.readRetainedSlice(length);
        strangerBytes += stranger ? length : 0;
        if (!bytes.isReadable()) {
            bytes.release();
            received = null;
        }
        return frame;
    }

    /** One byte of the next packet would keep all in memory that was read with it. */
    private void letGoOfSpare(ChannelHandlerContext ctx) {
        ByteBuf bytes = received;
        if (bytes != null && memoryBytes(bytes) > 2L * bytes.readableBytes() + SPARE_BYTES_MAX) {
            received = ctx.alloc().buffer(bytes.readableBytes()).writeBytes(bytes);
            bytes.release();
        }
    }

    private static int memoryBytes(ByteBuf bytes) {
        ByteBuf whole = bytes;
        for (ByteBuf next = whole.unwrap(); next != null; next = whole.unwrap()) {
            whole = next;
        }
        return whole.capacity();
    }

    /** Counts what waits here against the broker's buffers. */
    private void settleBudget() {
        long now = heldBytes();
        if (now > budgeted && !budget.tryTake(now - budgeted)) {
            sink.violation(
                    stranger
                            ? new MqttViolation(
                                    ReasonCode.SERVER_BUSY, "too many clients are connecting; try again later")
                            : new MqttViolation(ReasonCode.QUOTA_EXCEEDED, "the broker's buffers are full"));
            return;
        }
        if (now < budgeted) {
            budget.give(budgeted - now);
        }
        budgeted = now;
    }

    private long heldBytes() {
        long waiting = received == null ? 0 : memoryBytes(received);
        return stranger ? Math.max(0, strangerBytes + waiting - STRANGER_FREE_BYTES) : waiting;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        letGo();
    }

    private void letGo() {
        if (received != null) {
            received.release();
            received = null;
        }
        strangerBytes = 0;
        budget.give(budgeted);
        budgeted = 0;
    }
}

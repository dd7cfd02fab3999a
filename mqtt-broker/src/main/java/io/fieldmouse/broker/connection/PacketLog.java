package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.MqttViolation;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line in the log for each packet of a connection, in and out: its kind, packet id, QoS, topic or filters, and size;
 * never what is in a message, nor a password. Only with {@code -v}: else it is in no pipeline, and costs nothing.
 *
 * <p>Its surprise: it reads the bytes, for PUBLISH and acknowledgements leave without ever being objects. Inwards it
 * stands above the framer, where a buffer is one packet; outwards below the batch, where a buffer is many, and a large
 * payload comes as a buffer of its own behind its packet.
 */
final class PacketLog {
    private static final Logger LOG = LoggerFactory.getLogger(PacketLog.class);
    private static final int PROPERTIES_SINCE_LEVEL = 5;

    private final Caller caller;
    private final Consumer<String> lines;
    private int level;
    /** Of a packet whose beginning was written before. */
    private int bytesToCome;

    /** @param lines takes each line */
    PacketLog(Caller caller, Consumer<String> lines) {
        this.caller = caller;
        this.lines = lines;
    }

    static boolean isOn() {
        return LOG.isDebugEnabled();
    }

    /** To a pipeline that has its framer and its batch. */
    static void addTo(ChannelPipeline pipeline, Caller caller) {
        PacketLog log = new PacketLog(caller, LOG::debug);
        pipeline.addBefore("batch", "packetsOut", log.out());
        pipeline.addAfter("framer", "packetsIn", log.in());
    }

    private ChannelInboundHandlerAdapter in() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object msg) {
                received((ByteBuf) msg);
                ctx.fireChannelRead(msg);
            }
        };
    }

    private ChannelOutboundHandlerAdapter out() {
        return new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
                sent((ByteBuf) msg);
                ctx.write(msg, promise);
            }
        };
    }

    /** One packet has come. */
    void received(ByteBuf packet) {
        if (kind(packet) == PacketKind.CONNECT) {
            level = FrameRules.connectLevel(packet);
        }
        tell("in ", packet, packet.readableBytes());
    }

    /** So much has been sent: packets, the last of them perhaps without its payload, or such a payload. */
    void sent(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (bytesToCome == 0) {
                bytesToCome = packetBytes(bytes, at);
                tell("out ", bytes.slice(at, Math.min(bytesToCome, end - at)), bytesToCome);
            }
            int here = Math.min(bytesToCome, end - at);
            at += here;
            bytesToCome -= here;
        }
    }

    private static int packetBytes(ByteBuf bytes, int start) {
        FrameReader in = new FrameReader(bytes.slice(start, bytes.writerIndex() - start));
        return in.position() + in.length();
    }

    private static PacketKind kind(ByteBuf packet) {
        return PacketKind.of(packet.getUnsignedByte(packet.readerIndex()) >> 4);
    }

    private void tell(String way, ByteBuf packet, int bytes) {
        StringJoiner line = new StringJoiner(" ", way, "");
        PacketKind kind = kind(packet);
        line.add(kind.name()).add(caller.inShort());
        try {
            addFields(line, kind, new FrameReader(packet));
        } catch (IndexOutOfBoundsException | MqttViolation e) {
            line.add("(malformed)"); // which is told by whoever closes for it
        }
        lines.accept(line.add("bytes=" + bytes).toString());
    }

    private void addFields(StringJoiner line, PacketKind kind, FrameReader in) {
        switch (kind) {
            case CONNECT -> line.add("level=" + level);
            case PUBLISH -> addPublish(line, in);
            case PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK -> line.add("packet_id=" + in.readShort());
            case SUBSCRIBE -> addFilters(line, in, true);
            case UNSUBSCRIBE -> addFilters(line, in, false);
            case RESERVED, CONNACK, PINGREQ, PINGRESP, DISCONNECT, AUTH -> {}
        }
    }

    private static void addPublish(StringJoiner line, FrameReader in) {
        int qos = (in.flags() >> 1) & 3;
        String topic = in.readString();
        if (qos > 0) {
            line.add("packet_id=" + in.readShort());
        }
        line.add("qos=" + qos);
        line.add(topic.isEmpty() ? "topic=(by its alias)" : "topic=\"" + Caller.printable(topic) + '"');
    }

    private void addFilters(StringJoiner line, FrameReader in, boolean withOptions) {
        line.add("packet_id=" + in.readShort());
        if (level >= PROPERTIES_SINCE_LEVEL) {
            in.skip(in.readVarInt());
        }
        StringJoiner filters = new StringJoiner(", ");
        while (!in.atEnd()) {
            String filter = in.readString();
            filters.add(withOptions ? filter + " qos=" + (in.readByte() & 3) : filter);
        }
        line.add("filters=\"" + Caller.printable(filters.toString()) + '"');
    }
}

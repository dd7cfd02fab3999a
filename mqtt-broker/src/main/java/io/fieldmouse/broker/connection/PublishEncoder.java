package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes PUBLISH packets. Belongs to a lane.
 *
 * <pre>
 *   0011 dup qos qos retain | remaining length (1-4) | topic length (2) | topic | packet id (2, QoS 1 and 2)
 *     | property length (1-4) | [0x02 message expiry (4)] | [0x0B subscription identifier (1-4)]* | forwarded properties
 *     | payload                                              (the property line for MQTT 5 only; section 3.3)
 * </pre>
 *
 * <p>A publication usually goes to many clients in a row, so the last packet is kept and copied, with its flags and
 * packet id written over. Packets with subscription identifiers are of one receiver only and are written anew.
 */
final class PublishEncoder {
    /** Payloads above this are not copied into a connection's batch but sent as they are. */
    static final int COPIED_PAYLOAD_MAX = 4096;

    private static final int PUBLISH = 0x30;
    private static final int EXPIRY = 0x02;
    private static final int SUBSCRIPTION_ID = 0x0B;
    private static final int DUP = 0x08;
    private static final int RETAIN = 0x01;

    /** A packet's parts that do not depend on its content. */
    @SuppressWarnings("ArrayRecordComponent")
    record Shape(boolean mqtt5, Qos qos, boolean retain, boolean dup, int packetId, int[] subscriptionIds) {}

    private @Nullable Publication lastPublication;
    private boolean lastMqtt5;
    private boolean lastHasPacketId;
    private long lastExpirySeconds;
    private byte[] lastFrame = {};
    private int lastPacketIdAt;

    /** Bytes of the whole packet, header included [MQTT-3.1.2-24]. */
    static int packetBytes(Publication publication, Shape shape) {
        return packetBytes(publication, shape, publication.topic().getBytes(StandardCharsets.UTF_8));
    }

    private static int packetBytes(Publication publication, Shape shape, byte[] topic) {
        int remaining = remainingLength(publication, shape, topic);
        return 1 + varIntBytes(remaining) + remaining;
    }

    private static int remainingLength(Publication publication, Shape shape, byte[] topic) {
        int length = 2 + topic.length + (shape.qos.isAcknowledged() ? 2 : 0) + publication.payload().length;
        if (shape.mqtt5) {
            int properties = propertiesLength(publication, shape);
            length += varIntBytes(properties) + properties;
        }
        return length;
    }

    private static int propertiesLength(Publication publication, Shape shape) {
        int length = publication.properties().length;
        if (publication.expiresAtMillis() != Publication.NEVER) {
            length += 5;
        }
        for (int id : shape.subscriptionIds) {
            length += 1 + varIntBytes(id);
        }
        return length;
    }

    /**
     * Writes the packet, but for a payload above {@link #COPIED_PAYLOAD_MAX}, which the caller sends behind it.
     *
     * @param nowMillis the time from which the remaining expiry counts [MQTT-3.3.2-6]
     * @param packetBytesMax the client's Maximum Packet Size
     * @return false when the packet would be larger than that; nothing was written then
     */
    boolean write(ByteBuf out, Publication publication, Shape shape, long nowMillis, int packetBytesMax) {
        long expirySeconds = remainingExpirySeconds(publication, nowMillis);
        boolean copied = publication.payload().length <= COPIED_PAYLOAD_MAX;
        if (copied && shape.subscriptionIds.length == 0 && isLast(publication, shape, expirySeconds)) {
            return writeLast(out, shape, packetBytesMax);
        }
        byte[] topic = publication.topic().getBytes(StandardCharsets.UTF_8);
        int packetBytes = packetBytes(publication, shape, topic);
        if (packetBytes > packetBytesMax) {
            return false;
        }
        int start = out.writerIndex();
        writeHead(out, publication, shape, topic, expirySeconds);
        if (copied) {
            out.writeBytes(publication.payload());
            if (shape.subscriptionIds.length == 0) {
                remember(out, start, publication, shape, topic, expirySeconds);
            }
        }
        return true;
    }

    private static long remainingExpirySeconds(Publication publication, long nowMillis) {
        if (publication.expiresAtMillis() == Publication.NEVER) {
            return -1;
        }
        return Math.max(0, (publication.expiresAtMillis() - nowMillis + 999) / 1000);
    }

    private static void writeHead(ByteBuf out, Publication publication, Shape shape, byte[] topic, long expirySeconds) {
        out.writeByte(firstByte(shape));
        writeVarInt(out, remainingLength(publication, shape, topic));
        out.writeShort(topic.length);
        out.writeBytes(topic);
        if (shape.qos.isAcknowledged()) {
            out.writeShort(shape.packetId); // [MQTT-2.2.1-2], [MQTT-2.3.1-5 of 3.1.1]
        }
        if (shape.mqtt5) {
            writeVarInt(out, propertiesLength(publication, shape)); // [MQTT-2.2.2-1]
            if (expirySeconds >= 0) {
                out.writeByte(EXPIRY);
                out.writeInt((int) expirySeconds);
            }
            for (int id : shape.subscriptionIds) {
                out.writeByte(SUBSCRIPTION_ID);
                writeVarInt(out, id);
            }
            out.writeBytes(publication.properties());
        }
    }

    private static int firstByte(Shape shape) {
        return PUBLISH | (shape.dup ? DUP : 0) | (shape.qos.number() << 1) | (shape.retain ? RETAIN : 0);
    }

    private void remember(
            ByteBuf out, int start, Publication publication, Shape shape, byte[] topic, long expirySeconds) {
        lastPublication = publication;
        lastMqtt5 = shape.mqtt5;
        lastHasPacketId = shape.qos.isAcknowledged();
        lastExpirySeconds = expirySeconds;
        lastFrame = new byte[out.writerIndex() - start];
        out.getBytes(start, lastFrame);
        lastPacketIdAt = 1 + varIntBytes(remainingLength(publication, shape, topic)) + 2 + topic.length;
    }

    private boolean isLast(Publication publication, Shape shape, long expirySeconds) {
        return publication == lastPublication
                && shape.mqtt5 == lastMqtt5
                && shape.qos.isAcknowledged() == lastHasPacketId
                && expirySeconds == lastExpirySeconds;
    }

    private boolean writeLast(ByteBuf out, Shape shape, int packetBytesMax) {
        if (lastFrame.length > packetBytesMax) {
            return false;
        }
        int start = out.writerIndex();
        out.writeBytes(lastFrame);
        out.setByte(start, firstByte(shape));
        if (lastHasPacketId) {
            out.setShort(start + lastPacketIdAt, shape.packetId);
        }
        return true;
    }

    /** Writes a Variable Byte Integer, 0 to 268,435,455 (MQTT 5 section 1.5.5). */
    static void writeVarInt(ByteBuf out, int value) {
        int rest = value;
        while (rest > 0x7F) {
            out.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    private static int varIntBytes(int value) {
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
    }
}

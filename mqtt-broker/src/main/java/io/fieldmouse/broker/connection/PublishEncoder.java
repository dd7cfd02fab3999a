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
 *     | property length (1-4) | [0x23 topic alias (2)] | [0x02 message expiry (4)] | [0x0B subscription identifier (1-4)]*
 *     | forwarded properties
 *     | payload                                              (the property line for MQTT 5 only; section 3.3)
 * </pre>
 *
 * <p>A publication usually goes to many clients in a row, so the last packet is kept and copied, with its flags and
 * packet id written over. It is kept without a topic alias, which is each client's own: for those that have one, all in
 * front of the properties is written anew. Packets with subscription identifiers are of one receiver only.
 */
final class PublishEncoder {
    /** Payloads above this are not copied into a connection's batch but sent as they are. */
    static final int COPIED_PAYLOAD_MAX = 4096;

    private static final int PUBLISH = 0x30;
    private static final int EXPIRY = 0x02;
    private static final int SUBSCRIPTION_ID = 0x0B;
    private static final int TOPIC_ALIAS = 0x23;
    private static final int TOPIC_ALIAS_BYTES = 3;
    private static final byte[] NO_BYTES = {};
    private static final int DUP = 0x08;
    private static final int RETAIN = 0x01;

    /** A packet's parts that do not depend on its content. */
    @SuppressWarnings("ArrayRecordComponent")
    record Shape(boolean mqtt5, Qos qos, boolean retain, boolean dup, int packetId, int[] subscriptionIds) {}

    /**
     * How a packet says its topic.
     *
     * @param alias the Topic Alias in it; 0 for none
     * @param isLeftOut whether the alias stands for the topic; else it is given to it by this packet
     */
    record TopicForm(int alias, boolean isLeftOut) {
        /** The topic and no alias. */
        static final TopicForm PLAIN = new TopicForm(0, false);
    }

    private @Nullable Publication lastPublication;
    private boolean lastMqtt5;
    private boolean lastHasPacketId;
    private long lastExpirySeconds;
    private byte[] lastFrame = {};
    private int lastTopicBytes;
    private int lastPacketIdAt;
    private int lastPropertiesAt;
    private int lastPropertiesBytes;

    /** Bytes of the whole packet in its plain form, header included [MQTT-3.1.2-24]. */
    static int packetBytes(Publication publication, Shape shape) {
        byte[] topic = publication.topic().getBytes(StandardCharsets.UTF_8);
        return packetBytes(remainingLength(publication, shape, topic, 0));
    }

    private static int packetBytes(int remainingLength) {
        return 1 + varIntBytes(remainingLength) + remainingLength;
    }

    private static int remainingLength(Publication publication, Shape shape, byte[] topic, int alias) {
        int length = 2 + topic.length + (shape.qos.isAcknowledged() ? 2 : 0) + publication.payload().length;
        if (shape.mqtt5) {
            int properties = propertiesLength(publication, shape, alias);
            length += varIntBytes(properties) + properties;
        }
        return length;
    }

    private static int propertiesLength(Publication publication, Shape shape, int alias) {
        int length = publication.properties().length + (alias == 0 ? 0 : TOPIC_ALIAS_BYTES);
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
     * @param form plain for clients of before MQTT 5
     * @param nowMillis the time from which the remaining expiry counts [MQTT-3.3.2-6]
     * @param packetBytesMax the client's Maximum Packet Size
     * @return false when the packet would be larger than that; nothing was written then
     */
    boolean write(
            ByteBuf out, Publication publication, Shape shape, TopicForm form, long nowMillis, int packetBytesMax) {
        long expirySeconds = remainingExpirySeconds(publication, nowMillis);
        boolean copied = publication.payload().length <= COPIED_PAYLOAD_MAX;
        boolean kept = copied && shape.subscriptionIds.length == 0;
        if (kept && form.alias > 0 && !isLast(publication, shape, expirySeconds)) {
            int start = out.writerIndex();
            writeAnew(out, publication, shape, TopicForm.PLAIN, expirySeconds, Integer.MAX_VALUE);
            out.writerIndex(start);
        }
        if (kept && isLast(publication, shape, expirySeconds)) {
            return form.alias == 0
                    ? writeLast(out, shape, packetBytesMax)
                    : writeLastAliased(out, shape, form, packetBytesMax);
        }
        return writeAnew(out, publication, shape, form, expirySeconds, packetBytesMax);
    }

    private boolean writeAnew(
            ByteBuf out, Publication publication, Shape shape, TopicForm form, long expirySeconds, int packetBytesMax) {
        byte[] topic = form.isLeftOut ? NO_BYTES : publication.topic().getBytes(StandardCharsets.UTF_8);
        int remaining = remainingLength(publication, shape, topic, form.alias);
        if (packetBytes(remaining) > packetBytesMax) {
            return false;
        }
        int start = out.writerIndex();
        writeHead(out, shape, remaining, topic);
        int propertiesBytes = shape.mqtt5 ? propertiesLength(publication, shape, form.alias) : 0;
        if (shape.mqtt5) {
            writeVarInt(out, propertiesBytes); // [MQTT-2.2.2-1]
            writeAlias(out, form.alias);
            writeProperties(out, publication, shape, expirySeconds);
        }
        if (publication.payload().length <= COPIED_PAYLOAD_MAX) {
            out.writeBytes(publication.payload());
            if (shape.subscriptionIds.length == 0 && form.alias == 0) {
                remember(out, start, publication, shape, expirySeconds);
                lastTopicBytes = topic.length;
                lastPacketIdAt = 1 + varIntBytes(remaining) + 2 + topic.length;
                lastPropertiesBytes = propertiesBytes;
                lastPropertiesAt = lastFrame.length - publication.payload().length - propertiesBytes;
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

    private static void writeHead(ByteBuf out, Shape shape, int remainingLength, byte[] topic) {
        out.writeByte(firstByte(shape));
        writeVarInt(out, remainingLength);
        out.writeShort(topic.length);
        out.writeBytes(topic);
        if (shape.qos.isAcknowledged()) {
            out.writeShort(shape.packetId); // [MQTT-2.2.1-2], [MQTT-2.3.1-5 of 3.1.1]
        }
    }

    private static void writeAlias(ByteBuf out, int alias) {
        if (alias > 0) {
            out.writeByte(TOPIC_ALIAS);
            out.writeShort(alias);
        }
    }

    private static void writeProperties(ByteBuf out, Publication publication, Shape shape, long expirySeconds) {
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

    private static int firstByte(Shape shape) {
        return PUBLISH | (shape.dup ? DUP : 0) | (shape.qos.number() << 1) | (shape.retain ? RETAIN : 0);
    }

    private void remember(ByteBuf out, int start, Publication publication, Shape shape, long expirySeconds) {
        lastPublication = publication;
        lastMqtt5 = shape.mqtt5;
        lastHasPacketId = shape.qos.isAcknowledged();
        lastExpirySeconds = expirySeconds;
        lastFrame = new byte[out.writerIndex() - start];
        out.getBytes(start, lastFrame);
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

    /** The last packet with an alias: from its properties on it is the same. */
    private boolean writeLastAliased(ByteBuf out, Shape shape, TopicForm form, int packetBytesMax) {
        int topicBytes = form.isLeftOut ? 0 : lastTopicBytes;
        int propertiesBytes = lastPropertiesBytes + TOPIC_ALIAS_BYTES;
        int sameBytes = lastFrame.length - lastPropertiesAt;
        int remaining = 2
                + topicBytes
                + (lastHasPacketId ? 2 : 0)
                + varIntBytes(propertiesBytes)
                + TOPIC_ALIAS_BYTES
                + sameBytes;
        if (packetBytes(remaining) > packetBytesMax) {
            return false;
        }
        out.writeByte(firstByte(shape));
        writeVarInt(out, remaining);
        out.writeShort(topicBytes);
        out.writeBytes(lastFrame, lastPacketIdAt - lastTopicBytes, topicBytes);
        if (lastHasPacketId) {
            out.writeShort(shape.packetId);
        }
        writeVarInt(out, propertiesBytes);
        writeAlias(out, form.alias);
        out.writeBytes(lastFrame, lastPropertiesAt, sameBytes);
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

    static int varIntBytes(int value) {
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
    }
}

package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.MqttViolation;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Walks over the fields of one whole frame. A field that reaches beyond the end throws IndexOutOfBoundsException; the
 * frame's own indexes stay as they are.
 */
final class FrameReader {
    private final ByteBuf frame;
    private final int flags;
    private final int length;
    private int at;
    private int end;

    FrameReader(ByteBuf frame) {
        this.frame = frame;
        this.flags = frame.getUnsignedByte(frame.readerIndex()) & 0x0F;
        this.end = frame.writerIndex();
        this.at = frame.readerIndex() + 1;
        this.length = readVarInt();
    }

    /** From now on it ends so many bytes after here; returns where it ended before, for {@link #widen}. */
    int narrow(int bytes) {
        need(bytes);
        int before = end;
        end = at + bytes;
        return before;
    }

    /** Takes back what {@link #narrow} did. */
    void widen(int before) {
        end = before;
    }

    /** The low four bits of the first byte. */
    int flags() {
        return flags;
    }

    /** Remaining Length: of all behind it, here or not. */
    int length() {
        return length;
    }

    boolean atEnd() {
        return at >= end;
    }

    int position() {
        return at;
    }

    int readByte() {
        need(1);
        return frame.getUnsignedByte(at++);
    }

    int readShort() {
        need(2);
        int value = frame.getUnsignedShort(at);
        at += 2;
        return value;
    }

    long readInt() {
        need(4);
        long value = frame.getUnsignedInt(at);
        at += 4;
        return value;
    }

    void skip(int count) {
        need(count);
        at += count;
    }

    /** A two-byte length and so many bytes: a string or binary data. */
    void skipString() {
        skip(readShort()); // [MQTT-4.7.3-3], [MQTT-4.7.3-3 of 3.1.1]
    }

    String readString() {
        int count = readShort();
        need(count);
        String text = frame.toString(at, count, StandardCharsets.UTF_8);
        at += count;
        return text;
    }

    /** Variable Byte Integer (MQTT 5 section 1.5.5). */
    int readVarInt() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int octet = readByte();
            value |= (octet & 0x7F) << (7 * i);
            if ((octet & 0x80) == 0) {
                if (octet == 0 && i > 0) {
                    throw MqttViolation.malformed("a length has more bytes than it needs [MQTT-1.5.5-1]");
                }
                return value;
            }
        }
        throw MqttViolation.malformed("a length has more than four bytes");
    }

    private void need(int count) {
        if (count > end - at) {
            throw new IndexOutOfBoundsException();
        }
    }
}

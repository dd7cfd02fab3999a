package io.fieldmouse.store;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads back what the put methods of {@link RecordBuffer} have written and {@link ByteBuffer} has no method for. A body
 * that ends too early or says nonsense is an {@link IOException}, whatever it holds.
 */
final class RecordBody {

    private RecordBody() {}

    static int varInt(ByteBuffer body) throws IOException {
        long value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += 7) {
            if (!body.hasRemaining()) {
                throw new IOException("ends within a number");
            }
            byte next = body.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0 && value <= Integer.MAX_VALUE) {
                return (int) value;
            }
        }
        throw new IOException("holds a number that is too large");
    }

    static byte[] bytes(ByteBuffer body) throws IOException {
        byte[] bytes = new byte[length(body)];
        body.get(bytes);
        return bytes;
    }

    private static int length(ByteBuffer body) throws IOException {
        int length = varInt(body);
        if (length > body.remaining()) {
            throw new IOException("says that " + length + " bytes follow where " + body.remaining() + " are left");
        }
        return length;
    }

    /** Half of a surrogate pair may stand alone, as it may in a Java string. */
    static String string(ByteBuffer body) throws IOException {
        int length = length(body);
        int end = body.position() + length;
        char[] chars = new char[length];
        int count = 0;
        while (body.position() < end) {
            int lead = body.get() & 0xFF;
            if (lead < 0x80) {
                chars[count++] = (char) lead;
            } else if (lead < 0xC0) {
                throw new IOException("holds a text that is no UTF-8");
            } else {
                int following = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
                count += Character.toChars(codePoint(body, lead, following, end), chars, count);
            }
        }
        return new String(chars, 0, count);
    }

    private static int codePoint(ByteBuffer body, int lead, int following, int end) throws IOException {
        int codePoint = lead & (0x3F >> following);
        for (int i = 0; i < following; i++) {
            if (body.position() == end) {
                throw new IOException("holds a text that ends within a character");
            }
            byte next = body.get();
            if ((next & 0xC0) != 0x80) {
                throw new IOException("holds a text that is no UTF-8");
            }
            codePoint = codePoint << 6 | (next & 0x3F);
        }
        if (!Character.isValidCodePoint(codePoint)) {
            throw new IOException("holds a text that is no UTF-8");
        }
        return codePoint;
    }
}

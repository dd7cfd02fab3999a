package io.fieldmouse.edge.crash;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a message, which tells whether it is whole, and whether it is under its own topic.
 *
 * <pre>
 *   0          4                                  8
 *   +----------+----------------------------------+------------------------------+
 *   |  number  | CRC-32 of topic, number, filler  | filler, at least two bytes   |
 *   +----------+----------------------------------+------------------------------+
 * </pre>
 */
final class Content {
    static final int BYTES_MIN = 10;
    static final int BYTES_MAX = 20_000;
    private static final int HEAD = 8;

    private Content() {}

    /** Mostly small, now and then as large as it gets. */
    static int randomSize(Random random) {
        int most =
                switch (random.nextInt(20)) {
                    case 0 -> BYTES_MAX;
                    case 1, 2, 3, 4 -> 2_000;
                    default -> 200;
                };
        return BYTES_MIN + random.nextInt(most - BYTES_MIN + 1);
    }

    /** The same bytes for the same topic, number and size: a copy is made anew. */
    static byte[] of(String topic, int number, int size) {
        byte[] payload = new byte[size];
        for (int i = HEAD; i < size; i++) {
            payload[i] = (byte) (number * 31 + i);
        }
        ByteBuffer.wrap(payload).putInt(number).putInt(checksum(topic, payload));
        return payload;
    }

    /** What is wrong with it; null when it is this message of this topic. */
    static @Nullable String flaw(String topic, int number, byte[] payload) {
        if (payload.length < BYTES_MIN) {
            return "a payload of " + payload.length + " bytes";
        }
        ByteBuffer head = ByteBuffer.wrap(payload);
        int found = head.getInt();
        if (head.getInt() != checksum(topic, payload)) {
            return "a payload whose checksum is wrong, it says number " + found;
        }
        return found == number ? null : "the payload of number " + found;
    }

    private static int checksum(String topic, byte[] payload) {
        CRC32 crc = new CRC32();
        crc.update(topic.getBytes(StandardCharsets.UTF_8));
        crc.update(payload, 0, 4);
        crc.update(payload, HEAD, payload.length - HEAD);
        return (int) crc.getValue();
    }
}

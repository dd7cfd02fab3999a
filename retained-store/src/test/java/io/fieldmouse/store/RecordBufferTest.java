package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordBufferTest {

    /** The body of the only record, as a start would get it. */
    private static ByteBuffer body(RecordBuffer buffer) {
        ByteBuffer group = buffer.group(0, Segment.BLOCK);
        return group.limit(buffer.bytes()).position(Segment.RECORD_HEAD).slice();
    }

    private static ByteBuffer bodyWith(String text) {
        RecordBuffer buffer = new RecordBuffer();
        buffer.begin(1);
        buffer.putString(text);
        buffer.end();
        return body(buffer);
    }

    @Test
    void everyValueIsReadAsItWasPut() throws IOException {
        RecordBuffer buffer = new RecordBuffer();
        int[] numbers = {0, 1, 127, 128, 16_383, 16_384, 1 << 21, 1 << 28, Integer.MAX_VALUE};
        buffer.begin(1);
        buffer.put((byte) -3);
        buffer.putInt(Integer.MIN_VALUE);
        buffer.putLong(Long.MIN_VALUE + 1);
        for (int number : numbers) {
            buffer.putVarInt(number);
        }
        buffer.putBytes(new byte[0]);
        buffer.putBytes(new byte[] {1, 2, 3});
        buffer.putString("haus/küche/温度/🐭");
        buffer.end();
        ByteBuffer body = body(buffer);
        assertEquals(-3, body.get());
        assertEquals(Integer.MIN_VALUE, body.getInt());
        assertEquals(Long.MIN_VALUE + 1, body.getLong());
        for (int number : numbers) {
            assertEquals(number, RecordBody.varInt(body));
        }
        assertEquals(0, RecordBody.bytes(body).length);
        assertArrayEquals(new byte[] {1, 2, 3}, RecordBody.bytes(body));
        assertEquals("haus/küche/温度/🐭", RecordBody.string(body));
        assertFalse(body.hasRemaining());
    }

    @Test
    void textIsWrittenInUtf8() throws IOException {
        String text = "a/ä/€/\uFFFD/🐭";
        assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), RecordBody.bytes(bodyWith(text)));
    }

    @Test
    void everyCharacterAndEveryHalfOfAPairComesBack() throws IOException {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            String text = "x" + (char) c + "y";
            assertEquals(text, RecordBody.string(bodyWith(text)));
        }
        for (String text : List.of("\uD83D", "\uDC2D", "\uDC2D\uD83D", "\uD83D\uD83D\uDC2D\uDC2D", "\uD83D\uDC2D")) {
            assertEquals(text, RecordBody.string(bodyWith(text)));
        }
    }

    @Test
    void nonsenseIsAnIoExceptionWhateverItIs() {
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] = (byte) random.nextInt(12);
            }
            try {
                RecordBody.string(ByteBuffer.wrap(bytes));
            } catch (IOException expected) {
                refused++;
            }
        }
        assertTrue(refused > 50_000, "refused: " + refused);
        byte[] six = {-1, -1, -1, -1, -1, 1};
        assertThrows(IOException.class, () -> RecordBody.varInt(ByteBuffer.wrap(six)));
        byte[] large = {-1, -1, -1, -1, 15};
        assertThrows(IOException.class, () -> RecordBody.varInt(ByteBuffer.wrap(large)));
        assertThrows(IOException.class, () -> RecordBody.bytes(ByteBuffer.wrap(new byte[] {5, 1, 2})));
    }

    @Test
    void recordsOfAGroupFollowEachOther() {
        RecordBuffer buffer = new RecordBuffer();
        buffer.begin(7);
        assertThrows(IllegalArgumentException.class, () -> buffer.begin(8));
        assertThrows(IllegalStateException.class, () -> buffer.group(0, Segment.BLOCK));
        buffer.end();
        assertThrows(IllegalArgumentException.class, () -> buffer.begin(9));
        buffer.begin(8);
        buffer.end();
        assertEquals(2 * Segment.RECORD_HEAD, buffer.bytes());
        buffer.clear();
        assertTrue(buffer.isEmpty());
        buffer.begin(3);
        assertEquals(3, buffer.firstSequence());
    }

    @Test
    void anUnusuallyLargeGroupDoesNotKeepItsMemory() {
        RecordBuffer buffer = new RecordBuffer();
        JournalFolder.put(buffer, 1, new byte[0]);
        int small = buffer.capacity();
        for (int i = 0; i < 2; i++) {
            buffer.clear();
            buffer.begin(1);
            buffer.putBytes(new byte[5 << 20]);
            buffer.end();
        }
        buffer.clear();
        assertTrue(buffer.capacity() > 5 << 20, "the next group may be as large");
        JournalFolder.put(buffer, 1, new byte[10]);
        buffer.clear();
        assertEquals(small, buffer.capacity());
    }
}

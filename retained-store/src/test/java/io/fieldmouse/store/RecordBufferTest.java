package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class RecordBufferTest {

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
            buffer.put(ByteBuffer.allocate(5 << 20));
            buffer.end();
        }
        buffer.clear();
        assertTrue(buffer.capacity() > 5 << 20, "the next group may be as large");
        JournalFolder.put(buffer, 1, new byte[10]);
        buffer.clear();
        assertEquals(small, buffer.capacity());
    }
}

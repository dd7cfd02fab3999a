package io.fieldmouse.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The checksum of one record of the journal. It proves more than the bytes: a record counts only in the use of the
 * segment that it was written in (whose salt it begins with) and in the group that begins where it did. So what an
 * earlier use has left behind, a copy in a payload, or a block that landed elsewhere is never taken for a record.
 */
final class RecordChecksum {
    private final CRC32C crc = new CRC32C();
    private final byte[] front = new byte[Long.BYTES + Integer.BYTES];
    private final ByteBuffer frontView = ByteBuffer.wrap(front);

    /**
     * @param view the bytes of which the record is a part; its position and limit are changed
     * @param at where the record begins
     * @param lengthWord its first four bytes, with the flag in them
     */
    int of(ByteBuffer view, int at, int lengthWord, long salt, long groupOffset) {
        frontView.putLong(0, salt + groupOffset).putInt(Long.BYTES, lengthWord);
        crc.reset();
        crc.update(front);
        int end = at + (lengthWord & Segment.LENGTH_MASK);
        crc.update(view.clear().limit(end).position(at + Segment.SEQUENCE_OFFSET));
        return (int) crc.getValue();
    }
}

package io.fieldmouse.sim.modbus;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the master's bytes into frames, and says when each was on the wire. Knows no clock: who calls brings the time.
 *
 * <pre>
 * unit | function | data                                             | crc lo, hi
 *   1  |    1     | 1..6:   address 2, quantity or value 2           |     2      = 8 bytes
 *   1  |    1     | 15, 16: address 2, quantity 2, n = bytes 1, data n |   2      = 9 + n bytes
 * </pre>
 *
 * <p>A frame of a known function ends by its length, another by silence. A pseudo-terminal hands bytes over at once, so
 * their time on the wire is reckoned: a byte takes its character time after it was seen, or after the byte before it.
 *
 * <p>The surprise: silence inside a frame does not spoil it, because on a busy machine a master's two writes may lie
 * milliseconds apart through no fault of its own. Silence only marks places where a frame may begin, and the check sum
 * decides which of them is one; that is how a frame after garbage is found.
 */
final class RequestFramer {
    /** A frame, or bytes that made none. */
    record Cut(long startNanos, long endNanos, RtuFrame frame, boolean valid) {}

    /** How much longer than the frame silence bytes that make no frame are kept, in hope of the rest. */
    static final long PATIENCE_NANOS = 500_000_000;

    /** No time at which anything is due. */
    static final long NOTHING_DUE = Long.MAX_VALUE;

    /** The longest request a byte count can announce, 9 + 255, and room for garbage before it. */
    private static final int BYTES_MAX = 1024;

    private static final int FRAME_BYTES_MIN = 4;
    private static final int LENGTH_UNKNOWN = -1;
    private static final int LENGTH_NOT_YET_KNOWN = 0;

    private final WirePace pace;
    private final byte[] bytes = new byte[BYTES_MAX];
    private final long[] byteStarts = new long[BYTES_MAX];
    private int size;
    private boolean anySeen;
    private long wireFreeNanos;

    RequestFramer(WirePace pace) {
        this.pace = pace;
    }

    /** How many more bytes fit before {@link #next} must have been asked. */
    int room() {
        return BYTES_MAX - size;
    }

    /** Takes {@code count} bytes, at most {@link #room()}, that were seen at a time. */
    void accept(byte[] seen, int count, long nowNanos) {
        for (int i = 0; i < count; i++) {
            long start = anySeen && wireFreeNanos - nowNanos > 0 ? wireFreeNanos : nowNanos;
            bytes[size] = seen[i];
            byteStarts[size] = start;
            size++;
            wireFreeNanos = start + pace.characterNanos();
            anySeen = true;
        }
    }

    /** The next frame, or the next bytes to be given up as none; null when more must come first, bytes or time. */
    @Nullable
    Cut next(long nowNanos) {
        for (int start = 0; start < size; start++) {
            if (!mayBegin(start)) {
                continue;
            }
            int end = frameEnd(start, nowNanos);
            if (end > 0) {
                return start > 0 ? take(start, false) : take(end, true);
            }
        }
        boolean givenUp = size > 0 && quietNanos(nowNanos) >= pace.silenceNanos() + PATIENCE_NANOS;
        return givenUp || room() == 0 ? take(size, false) : null;
    }

    /** Where the valid frame that begins here ends; 0 if there is none (yet). */
    private int frameEnd(int start, long nowNanos) {
        int length = announcedLength(start);
        boolean endsBySilence = length == LENGTH_UNKNOWN;
        if (endsBySilence && quietNanos(nowNanos) >= pace.silenceNanos()) {
            length = size - start;
        }
        int end = start + length;
        boolean complete = length >= FRAME_BYTES_MIN && end <= size;
        return complete && Crc16.holds(bytes, start, end) ? end : 0;
    }

    private int announcedLength(int start) {
        int present = size - start;
        if (present < 2) {
            return LENGTH_NOT_YET_KNOWN;
        }
        int function = bytes[start + 1] & 0xFF;
        if (function >= FunctionCode.READ_COILS && function <= FunctionCode.WRITE_SINGLE_REGISTER) {
            return 8;
        }
        if (function == FunctionCode.WRITE_MULTIPLE_COILS || function == FunctionCode.WRITE_MULTIPLE_REGISTERS) {
            return present < 7 ? LENGTH_NOT_YET_KNOWN : 9 + (bytes[start + 6] & 0xFF);
        }
        return LENGTH_UNKNOWN;
    }

    private boolean mayBegin(int index) {
        return index == 0 || byteStarts[index] - byteStarts[index - 1] >= pace.characterNanos() + pace.silenceNanos();
    }

    private long quietNanos(long nowNanos) {
        return nowNanos - wireFreeNanos;
    }

    private Cut take(int count, boolean valid) {
        long end = byteStarts[count - 1] + pace.characterNanos();
        Cut cut = new Cut(byteStarts[0], end, RtuFrame.received(Arrays.copyOf(bytes, count)), valid);
        System.arraycopy(bytes, count, bytes, 0, size - count);
        System.arraycopy(byteStarts, count, byteStarts, 0, size - count);
        size -= count;
        return cut;
    }

    /** For how long after {@code nowNanos} {@link #next} needs no further asking if no byte comes. */
    long nanosUntilDue(long nowNanos) {
        if (size == 0) {
            return NOTHING_DUE;
        }
        long quiet = quietNanos(nowNanos);
        long due = quiet < pace.silenceNanos() ? pace.silenceNanos() : pace.silenceNanos() + PATIENCE_NANOS;
        return Math.max(0, due - quiet);
    }
}

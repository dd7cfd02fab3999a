package io.fieldmouse.sim.modbus;

import java.util.HexFormat;

/**
 * One frame as the line saw it.
 *
 * @param kind who sent it, and whether it was one
 * @param startNanos when its first byte began, on the clock of {@link System#nanoTime()}; for bytes of the master, when
 *     they were seen, which is never before they were sent
 * @param endNanos when its last byte ended by the line's pace; for a reply not before its last byte was released
 * @param hex all its bytes, check sum included, as in {@code 01 03 00 00 00 0a c5 cd}
 */
public record SeenFrame(Kind kind, long startNanos, long endNanos, String hex) {
    /** Who sent a frame, and whether it was one. */
    public enum Kind {
        /** A request with a correct check sum, to whichever unit. */
        REQUEST,
        /** Bytes of the master that made no frame. */
        BAD_FRAME,
        /** A reply of a slave, also one spoilt on purpose. */
        REPLY
    }

    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    static SeenFrame of(Kind kind, long startNanos, long endNanos, RtuFrame frame) {
        return new SeenFrame(kind, startNanos, endNanos, HEX.formatHex(frame.bytes()));
    }

    /** A fresh copy of the bytes. */
    public byte[] bytes() {
        return HEX.parseHex(hex);
    }

    /** The first byte; of a {@link Kind#BAD_FRAME} it means nothing. */
    public int unitId() {
        return Integer.parseInt(hex, 0, 2, 16);
    }
}

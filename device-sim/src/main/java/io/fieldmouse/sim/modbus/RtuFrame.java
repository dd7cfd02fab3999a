package io.fieldmouse.sim.modbus;

import java.util.Arrays;

/**
 * The bytes of one frame, or of what was meant as one: unit, PDU, check sum with its low byte first
 * (MODBUS over Serial Line V1.02, section 2.5.1). Nobody changes the bytes once they are in here.
 */
final class RtuFrame {
    private final byte[] bytes;

    private RtuFrame(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes bytes as they came from the wire. */
    static RtuFrame received(byte[] bytes) {
        return new RtuFrame(bytes);
    }

    /** Frames a PDU; {@code crcMask} is 0, or spoils the check sum. */
    static RtuFrame of(int unitId, byte[] pdu, int crcMask) {
        byte[] bytes = new byte[1 + pdu.length + Crc16.BYTES];
        bytes[0] = (byte) unitId;
        System.arraycopy(pdu, 0, bytes, 1, pdu.length);
        int crc = Crc16.of(bytes, 0, bytes.length - Crc16.BYTES) ^ crcMask;
        bytes[bytes.length - 2] = (byte) crc;
        bytes[bytes.length - 1] = (byte) (crc >>> 8);
        return new RtuFrame(bytes);
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return bytes.length;
    }

    int unitId() {
        return bytes[0] & 0xFF;
    }

    byte[] pdu() {
        return Arrays.copyOfRange(bytes, 1, bytes.length - Crc16.BYTES);
    }
}

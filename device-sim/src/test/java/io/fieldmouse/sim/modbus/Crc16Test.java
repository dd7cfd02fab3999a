package io.fieldmouse.sim.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class Crc16Test {

    @Test
    void givesThePublishedCheckValue() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertEquals(0x4B37, Crc16.of(digits, 0, digits.length));
    }

    @Test
    void holdsForAKnownFrameAndForNoneWithOneBitWrong() {
        byte[] frame = RawMaster.bytes("01 03 00 00 00 0a c5 cd");
        assertTrue(Crc16.holds(frame, 0, frame.length));
        for (int bit = 0; bit < frame.length * 8; bit++) {
            byte[] wrong = frame.clone();
            wrong[bit / 8] ^= (byte) (1 << (bit % 8));
            assertFalse(Crc16.holds(wrong, 0, wrong.length), "bit " + bit);
        }
    }

    @Test
    void looksOnlyAtItsStretch() {
        byte[] frame = RawMaster.bytes("ff 01 03 00 00 00 0a c5 cd ff");
        assertTrue(Crc16.holds(frame, 1, 9));
        assertFalse(Crc16.holds(frame, 0, 9));
    }
}

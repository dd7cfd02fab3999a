package io.fieldmouse.broker.connection;

import io.netty.buffer.ByteBuf;

/**
 * By this bit in its CONNECT another broker's bridge says what it is. No specification knows it: mosquitto set it first,
 * and tries without when it is refused.
 *
 * <pre>
 *   protocol name | level with 0x80 | connect flags | ...      0x83 for MQTT 3.1, 0x84 for 3.1.1
 * </pre>
 *
 * <p>MQTT 5 has subscription options for what it means, and bridges that speak it do not set it.
 */
final class BridgeBit {
    private static final int BIT = 0x80;

    private BridgeBit() {}

    /** Clears it in this CONNECT, so that the decoder knows the version. Returns whether it was set. */
    static boolean clear(ByteBuf connect) {
        try {
            FrameReader in = new FrameReader(connect);
            in.skipString();
            int at = in.position();
            int level = in.readByte();
            boolean set = level == (BIT | 3) || level == (BIT | 4);
            if (set) {
                connect.setByte(at, level & ~BIT);
            }
            return set;
        } catch (IndexOutOfBoundsException e) {
            return false; // too short for a level: the rules of its frame will say so
        }
    }
}

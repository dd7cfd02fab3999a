package io.fieldmouse.broker.connection;

import io.netty.buffer.ByteBuf;

/**
 * MQTT 3.1 let its clients send what its successors forbid and the decoder refuses. Works on a whole frame, before it
 * is checked, and makes of it what a client of 3.1.1 would have sent:
 *
 * <ul>
 *   <li>The flags of packets other than PUBLISH are not used (section 2.1); DUP marks a request that is sent again.
 *   <li>The flags for user name and password may be set although neither is there: the length decides (section 3.1).
 * </ul>
 */
final class Mqtt31Frames {
    private static final int WILL_FLAG = 0x04;
    private static final int PASSWORD_FLAG = 0x40;
    private static final int USER_NAME_FLAG = 0x80;

    private Mqtt31Frames() {}

    static void rewrite(ByteBuf frame) {
        int at = frame.readerIndex();
        int firstByte = frame.getUnsignedByte(at);
        PacketKind kind = PacketKind.of(firstByte >> 4);
        switch (kind) {
            case PUBLISH -> {}
            case PUBREL, SUBSCRIBE, UNSUBSCRIBE -> frame.setByte(at, (firstByte & 0xF0) | 0x02);
            case CONNECT -> {
                frame.setByte(at, firstByte & 0xF0);
                clearFlagsOfWhatIsNotThere(frame);
            }
            case PUBACK, PUBREC, PUBCOMP, PINGREQ, DISCONNECT -> frame.setByte(at, firstByte & 0xF0);
            case RESERVED, CONNACK, SUBACK, UNSUBACK, PINGRESP, AUTH -> {} // not for a client to send
        }
    }

    private static void clearFlagsOfWhatIsNotThere(ByteBuf frame) {
        FrameReader in = new FrameReader(frame);
        try {
            in.skipString(); // protocol name
            in.skip(1); // level
            int flagsAt = in.position();
            int flags = in.readByte();
            in.skip(2); // keep alive
            in.skipString(); // client id
            if ((flags & WILL_FLAG) != 0) {
                in.skipString();
                in.skipString();
            }
            if (in.atEnd()) {
                frame.setByte(flagsAt, flags & ~(USER_NAME_FLAG | PASSWORD_FLAG));
            } else if ((flags & USER_NAME_FLAG) != 0) {
                in.skipString();
                if (in.atEnd()) {
                    frame.setByte(flagsAt, flags & ~PASSWORD_FLAG);
                }
            }
        } catch (IndexOutOfBoundsException e) {
            // It ends in the middle of a field, which the rules for all versions will say.
        }
    }
}

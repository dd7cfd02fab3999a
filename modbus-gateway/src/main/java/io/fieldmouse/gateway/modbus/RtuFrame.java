package io.fieldmouse.gateway.modbus;

import com.ghgande.j2mod.modbus.io.BytesInputStream;
import com.ghgande.j2mod.modbus.io.BytesOutputStream;
import com.ghgande.j2mod.modbus.msg.ModbusRequest;
import com.ghgande.j2mod.modbus.msg.ModbusResponse;
import io.fieldmouse.gateway.modbus.Exchange.Fault;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Frames of Modbus RTU (MODBUS over Serial Line V1.02, section 2.5.1). Pure functions over bytes.
 *
 * <pre>
 *   any frame     | unit | function | data ...                     | crc low | crc high |
 *   read, reply   | unit | 1..4     | bytes n | n bytes            | crc low | crc high |   5 + n
 *   write, reply  | unit | 5 6 15 16| address (2) | value or count (2) | crc (2)        |   8
 *   exception     | unit | 128 + f  | code                         | crc low | crc high |   5
 * </pre>
 *
 * A reply does not say which request it answers: all that ties them together is the unit, the function, the length,
 * and for writes the echoed address and value.
 */
final class RtuFrame {
    /** The longest frame: unit, 253 bytes of protocol data, CRC. */
    static final int BYTES_MAX = 256;

    private static final int EXCEPTION_BIT = 0x80;
    private static final int EXCEPTION_BYTES = 5;
    private static final int WRITE_REPLY_BYTES = 8;
    private static final int CRC_BYTES = 2;

    private RtuFrame() {}

    static byte[] assemble(ModbusRequest request) {
        request.setHeadless();
        try (BytesOutputStream out = new BytesOutputStream(BYTES_MAX)) {
            request.writeTo(out);
            byte[] frame = Arrays.copyOf(out.getBuffer(), out.size() + CRC_BYTES);
            int crc = crc(frame, out.size());
            frame[frame.length - 2] = (byte) crc;
            frame[frame.length - 1] = (byte) (crc >> 8);
            return frame;
        } catch (IOException e) {
            throw new IllegalStateException("a stream in memory failed", e);
        }
    }

    /** Reads a frame that was judged good as the answer to this request. */
    static ModbusResponse parse(ModbusRequest request, byte[] frame) {
        ModbusResponse response = request.getResponse();
        response.setHeadless();
        try {
            response.readFrom(new BytesInputStream(frame));
        } catch (IOException e) {
            throw new IllegalStateException("a frame of the right length could not be read", e);
        }
        // j2mod reads the unit as a signed byte.
        response.setUnitID(unit(frame));
        return response;
    }

    /**
     * How long the reply is that begins with these bytes.
     *
     * @return 0 when more bytes are needed to tell, -1 when they begin no reply this gateway could have asked for
     */
    static int replyLength(byte[] bytes, int count) {
        if (count < 2) {
            return 0;
        }
        int function = bytes[1] & 0xFF;
        if ((function & EXCEPTION_BIT) != 0) {
            return EXCEPTION_BYTES;
        }
        return switch (function) {
            case 1, 2, 3, 4 -> count < 3 ? 0 : EXCEPTION_BYTES + (bytes[2] & 0xFF);
            case 5, 6, 15, 16 -> WRITE_REPLY_BYTES;
            default -> -1;
        };
    }

    /** Whether the reply to this request should begin like this, whatever follows. */
    static boolean beginsAnswer(byte[] request, byte[] reply, int count) {
        return count > 0
                && reply[0] == request[0]
                && (count == 1 || (reply[1] & ~EXCEPTION_BIT & 0xFF) == function(request));
    }

    /** How long a good reply to this request is. */
    static int expectedLength(byte[] request) {
        return switch (function(request)) {
            case 1, 2 -> bitsReplyLength(count(request));
            case 3, 4 -> registersReplyLength(count(request));
            default -> WRITE_REPLY_BYTES;
        };
    }

    static int bitsReplyLength(int count) {
        return EXCEPTION_BYTES + (count + 7) / 8;
    }

    static int registersReplyLength(int count) {
        return EXCEPTION_BYTES + 2 * count;
    }

    /** What keeps a frame with a good CRC from being the answer to this request; null when nothing does. */
    static @Nullable Fault mismatch(byte[] request, byte[] reply) {
        if (reply[0] != request[0]) {
            return Fault.WRONG_UNIT;
        }
        if ((reply[1] & ~EXCEPTION_BIT & 0xFF) != function(request)) {
            return Fault.WRONG_FUNCTION;
        }
        if (isException(reply)) {
            return null;
        }
        if (reply.length != expectedLength(request)) {
            return Fault.WRONG_LENGTH;
        }
        return isRead(request) || Arrays.equals(request, 2, 6, reply, 2, 6) ? null : Fault.WRONG_ECHO;
    }

    /** What the reply to this request will look like. */
    static OwedReplies.Shape shapeOfAnswer(byte[] request) {
        return new OwedReplies.Shape(function(request), expectedLength(request));
    }

    static OwedReplies.Shape shape(byte[] reply) {
        return new OwedReplies.Shape(function(reply) & ~EXCEPTION_BIT, reply.length);
    }

    private static boolean isRead(byte[] request) {
        return function(request) <= 4;
    }

    /** The address of the first place that a request is about. */
    static int address(byte[] request) {
        return word(request, 2);
    }

    /** How many places a request is about. */
    static int count(byte[] request) {
        return switch (function(request)) {
            case 5, 6 -> 1;
            default -> word(request, 4);
        };
    }

    static int unit(byte[] frame) {
        return frame[0] & 0xFF;
    }

    static int function(byte[] frame) {
        return frame[1] & 0xFF;
    }

    static boolean isException(byte[] frame) {
        return (frame[1] & EXCEPTION_BIT) != 0;
    }

    static int exceptionCode(byte[] frame) {
        return frame[2] & 0xFF;
    }

    static boolean hasGoodCrc(byte[] bytes, int length) {
        int crc = crc(bytes, length - CRC_BYTES);
        return (bytes[length - 2] & 0xFF) == (crc & 0xFF) && (bytes[length - 1] & 0xFF) == crc >> 8;
    }

    /** CRC-16 with the polynomial 0xA001 (reflected), from 0xFFFF (section 6.2.2). */
    static int crc(byte[] bytes, int length) {
        int crc = 0xFFFF;
        for (int i = 0; i < length; i++) {
            crc ^= bytes[i] & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xA001;
            }
        }
        return crc;
    }

    private static int word(byte[] bytes, int at) {
        return ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
    }
}

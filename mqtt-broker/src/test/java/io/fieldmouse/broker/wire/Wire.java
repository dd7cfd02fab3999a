package io.fieldmouse.broker.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Bytes of MQTT packets, put together by hand. */
public final class Wire {
    public static final int CONNECT = 0x10;
    public static final int PUBLISH = 0x30;
    public static final int PUBACK = 0x40;
    public static final int PUBREC = 0x50;
    public static final int PUBREL = 0x62;
    public static final int PUBCOMP = 0x70;
    public static final int SUBSCRIBE = 0x82;
    public static final int UNSUBSCRIBE = 0xA2;
    public static final int PINGREQ = 0xC0;
    public static final int DISCONNECT = 0xE0;
    public static final int AUTH = 0xF0;

    private Wire() {}

    /** A packet with this first byte, its remaining length computed. */
    public static byte[] packet(int firstByte, byte[]... parts) {
        byte[] body = join(parts);
        return join(new byte[] {(byte) firstByte}, varInt(body.length), body);
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    public static byte[] u8(int value) {
        return new byte[] {(byte) value};
    }

    public static byte[] u16(int value) {
        return new byte[] {(byte) (value >>> 8), (byte) value};
    }

    public static byte[] u32(long value) {
        return new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value};
    }

    public static byte[] varInt(int value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int rest = value;
        while (rest >= 0x80) {
            out.write(rest % 0x80 + 0x80);
            rest /= 0x80;
        }
        out.write(rest);
        return out.toByteArray();
    }

    /** A string with its two-byte length. */
    public static byte[] text(String text) {
        return binary(bytes(text));
    }

    /** Binary data with its two-byte length. */
    public static byte[] binary(byte[] data) {
        return join(u16(data.length), data);
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Bytes written as hexadecimal digits, with spaces anywhere. */
    public static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    /** Properties with their length in front. */
    public static byte[] properties(byte[]... properties) {
        byte[] all = join(properties);
        return join(varInt(all.length), all);
    }
}

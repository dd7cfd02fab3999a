package io.fieldmouse.broker.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** A packet a server sent, read by hand. Every field is checked to lie within the packet, and nothing to follow. */
public final class Packet {

    /** One property: its identifier, and its value as a Long, String, byte[] or Map.Entry. */
    private record Read(int id, Object value) {}

    private final PacketType type;
    private final int flags;
    private final int level;
    private final byte[] body;
    private final List<Read> properties = new ArrayList<>();
    private String topic = "";
    private int packetId;
    private int reason;
    private int acknowledgeFlags;
    private byte[] payload = {};

    Packet(int firstByte, byte[] body, int level) {
        this.type = PacketType.of(firstByte >> 4 & 0x0F);
        this.flags = firstByte & 0x0F;
        this.level = level;
        this.body = body;
        ByteBuffer in = ByteBuffer.wrap(body);
        try {
            read(in);
        } catch (RuntimeException e) {
            throw new AssertionError("the broker sent a packet that cannot be read: " + this, e);
        }
        if (in.hasRemaining()) {
            throw new AssertionError("the broker sent " + in.remaining() + " bytes too many in " + this);
        }
    }

    private void read(ByteBuffer in) {
        switch (type) {
            case CONNACK -> {
                acknowledgeFlags = in.get() & 0xFF;
                reason = in.get() & 0xFF;
                // A refused 5.0 client may not have been understood so far that it gets properties.
                readProperties(in);
            }
            case PUBLISH -> {
                topic = text(in);
                packetId = qos() > 0 ? u16(in) : 0;
                readProperties(in);
                payload = rest(in);
            }
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> {
                packetId = u16(in);
                reason = in.hasRemaining() ? in.get() & 0xFF : 0;
                if (in.hasRemaining()) {
                    readProperties(in);
                }
            }
            case SUBACK, UNSUBACK -> {
                packetId = u16(in);
                readProperties(in);
                payload = rest(in);
            }
            case PINGRESP -> {}
            case DISCONNECT -> {
                reason = in.hasRemaining() ? in.get() & 0xFF : 0;
                if (in.hasRemaining()) {
                    readProperties(in);
                }
            }
            case AUTH -> {
                reason = in.get() & 0xFF;
                readProperties(in);
            }
            case RESERVED, CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ ->
                throw new IllegalStateException("not a packet for clients");
        }
    }

    private void readProperties(ByteBuffer in) {
        if (level < 5) {
            return;
        }
        int length = varInt(in);
        int end = in.position() + length;
        while (in.position() < end) {
            int id = varInt(in);
            properties.add(new Read(id, value(id, in)));
        }
        if (in.position() != end) {
            throw new IllegalStateException("the properties are longer than their length");
        }
    }

    private static Object value(int id, ByteBuffer in) {
        return switch (id) {
            case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A -> (long) (in.get() & 0xFF);
            case 0x13, 0x21, 0x22, 0x23 -> (long) u16(in);
            case 0x02, 0x11, 0x18, 0x27 -> in.getInt() & 0xFFFF_FFFFL;
            case 0x0B -> (long) varInt(in);
            case 0x03, 0x08, 0x12, 0x15, 0x1A, 0x1C, 0x1F -> text(in);
            case 0x09, 0x16 -> binary(in);
            case 0x26 -> Map.entry(text(in), text(in));
            default -> throw new IllegalStateException("no such property: " + id);
        };
    }

    private static int u16(ByteBuffer in) {
        return in.getShort() & 0xFFFF;
    }

    private static int varInt(ByteBuffer in) {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int octet = in.get();
            value |= (octet & 0x7F) << shift;
            if (octet >= 0) {
                if (octet == 0 && shift > 0) {
                    throw new IllegalStateException("[MQTT-1.5.5-1] a length with needless bytes");
                }
                return value;
            }
        }
        throw new IllegalStateException("a length of more than four bytes");
    }

    private static byte[] binary(ByteBuffer in) {
        byte[] bytes = new byte[u16(in)];
        in.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer in) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(binary(in)))
                    .toString();
            if (text.indexOf('\0') >= 0) {
                throw new IllegalStateException("[MQTT-1.5.4-2] a null character");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new IllegalStateException("[MQTT-1.5.4-1] not UTF-8", e);
        }
    }

    private static byte[] rest(ByteBuffer in) {
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return bytes;
    }

    public PacketType type() {
        return type;
    }

    public int qos() {
        return flags >> 1 & 3;
    }

    public boolean dup() {
        return (flags & 8) != 0;
    }

    public boolean retain() {
        return (flags & 1) != 0;
    }

    public String topic() {
        return topic;
    }

    public int packetId() {
        return packetId;
    }

    /** Reason code, or CONNACK's return code. */
    public int reason() {
        return reason;
    }

    public boolean sessionPresent() {
        return (acknowledgeFlags & 1) != 0;
    }

    /** The byte of CONNACK in which Session Present is. */
    int acknowledgeFlags() {
        return acknowledgeFlags;
    }

    /** The low four bits of the first byte. */
    int flags() {
        return flags;
    }

    public byte[] payload() {
        return payload.clone();
    }

    public String payloadText() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** The codes of SUBACK or UNSUBACK. */
    public List<Integer> codes() {
        List<Integer> codes = new ArrayList<>();
        for (byte code : payload) {
            codes.add(code & 0xFF);
        }
        return codes;
    }

    /** Bytes of the whole packet. */
    public int size() {
        return 1 + Wire.varInt(body.length).length + body.length;
    }

    public boolean has(int propertyId) {
        return properties.stream().anyMatch(read -> read.id == propertyId);
    }

    /** The property's number; -1 when it is not there. */
    public long number(int propertyId) {
        List<Long> all = numbers(propertyId);
        return all.isEmpty() ? -1 : all.get(0);
    }

    public List<Long> numbers(int propertyId) {
        return properties.stream()
                .filter(read -> read.id == propertyId)
                .map(read -> (Long) read.value)
                .toList();
    }

    /** The property's text; empty when it is not there. */
    public String text(int propertyId) {
        return properties.stream()
                .filter(read -> read.id == propertyId)
                .map(read -> (String) read.value)
                .findFirst()
                .orElse("");
    }

    /** The property's bytes; empty when it is not there. */
    public byte[] data(int propertyId) {
        return properties.stream()
                .filter(read -> read.id == propertyId)
                .map(read -> (byte[]) read.value)
                .findFirst()
                .orElse(new byte[0]);
    }

    /** User properties as "key=value", in order. */
    public List<String> userProperties() {
        return properties.stream()
                .filter(read -> read.id == Property.USER_PROPERTY)
                .map(read -> read.value.toString())
                .toList();
    }

    @Override
    public String toString() {
        String bytes = HexFormat.ofDelimiter(" ").formatHex(body, 0, Math.min(body.length, 60));
        return type + " flags=" + flags + " level=" + level + " length=" + body.length + " [" + bytes
                + (body.length > 60 ? " ..." : "") + "]";
    }
}

package io.fieldmouse.broker.message;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a PUBLISH that a server forwards unaltered (MQTT 5 section 3.3.2.3): Payload Format Indicator,
 * Content Type, Response Topic, Correlation Data and User Properties.
 *
 * <p>A {@link Publication} keeps them as the bytes they are on the wire, so that forwarding and storing are copies:
 *
 * <pre>
 *   id(1) value | id(1) value | ...     no length in front; MQTT 5 section 2.2.2.2
 *   0x01 byte   0x03 string   0x08 string   0x09 binary   0x26 string string
 * </pre>
 */
@SuppressWarnings("ArrayRecordComponent")
public record ForwardedProperties(
        int payloadFormat,
        @Nullable String contentType,
        @Nullable String responseTopic,
        byte @Nullable [] correlationData,
        List<Map.Entry<String, String>> userProperties) {

    /** What a publication without any has. */
    public static final ForwardedProperties NONE = new ForwardedProperties(-1, null, null, null, List.of());

    private static final byte[] NO_BYTES = {};
    private static final int PAYLOAD_FORMAT = 0x01;
    private static final int CONTENT_TYPE = 0x03;
    private static final int RESPONSE_TOPIC = 0x08;
    private static final int CORRELATION_DATA = 0x09;
    private static final int USER_PROPERTY = 0x26;

    /** The bytes on the wire; empty when there is no property. */
    // As they came, in their order: [MQTT-3.3.2-4], [MQTT-3.3.2-15], [MQTT-3.3.2-16], [MQTT-3.3.2-17],
    // [MQTT-3.3.2-18], [MQTT-3.3.2-20]
    public byte[] toBytes() {
        if (equals(NONE)) {
            return NO_BYTES;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(64);
        if (payloadFormat >= 0) {
            out.write(PAYLOAD_FORMAT);
            out.write(payloadFormat);
        }
        writeString(out, CONTENT_TYPE, contentType);
        writeString(out, RESPONSE_TOPIC, responseTopic);
        if (correlationData != null) {
            out.write(CORRELATION_DATA);
            writeBinary(out, correlationData);
        }
        for (Map.Entry<String, String> property : userProperties) {
            out.write(USER_PROPERTY);
            writeBinary(out, property.getKey().getBytes(StandardCharsets.UTF_8));
            writeBinary(out, property.getValue().getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    /** Reads what {@link #toBytes()} wrote. */
    public static ForwardedProperties fromBytes(byte[] bytes) {
        if (bytes.length == 0) {
            return NONE;
        }
        int payloadFormat = -1;
        String contentType = null;
        String responseTopic = null;
        byte[] correlationData = null;
        List<Map.Entry<String, String>> userProperties = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (in.hasRemaining()) {
            int id = in.get();
            switch (id) {
                case PAYLOAD_FORMAT -> payloadFormat = in.get();
                case CONTENT_TYPE -> contentType = readString(in);
                case RESPONSE_TOPIC -> responseTopic = readString(in);
                case CORRELATION_DATA -> correlationData = readBinary(in);
                case USER_PROPERTY -> userProperties.add(Map.entry(readString(in), readString(in)));
                default -> throw new IllegalArgumentException("not a forwarded property: " + id);
            }
        }
        return new ForwardedProperties(payloadFormat, contentType, responseTopic, correlationData, userProperties);
    }

    private static void writeString(ByteArrayOutputStream out, int id, @Nullable String text) {
        if (text != null) {
            out.write(id);
            writeBinary(out, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void writeBinary(ByteArrayOutputStream out, byte[] bytes) {
        out.write(bytes.length >>> 8);
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    private static String readString(ByteBuffer in) {
        return new String(readBinary(in), StandardCharsets.UTF_8);
    }

    private static byte[] readBinary(ByteBuffer in) {
        byte[] bytes = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(bytes);
        return bytes;
    }
}

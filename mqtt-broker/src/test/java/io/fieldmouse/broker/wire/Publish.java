package io.fieldmouse.broker.wire;

import java.util.ArrayList;
import java.util.List;

/** A PUBLISH packet to be. */
public final class Publish {
    private final String topic;
    private final byte[] payload;
    private final List<byte[]> properties = new ArrayList<>();
    private int flags;
    private int packetId;

    private Publish(String topic, byte[] payload) {
        this.topic = topic;
        this.payload = payload;
    }

    /** At QoS 0, not retained. */
    public static Publish of(String topic, String payload) {
        return new Publish(topic, Wire.bytes(payload));
    }

    public static Publish of(String topic, byte[] payload) {
        return new Publish(topic, payload);
    }

    public Publish qos(int qos, int id) {
        flags |= qos << 1;
        packetId = id;
        return this;
    }

    public Publish retain() {
        flags |= 1;
        return this;
    }

    public Publish dup() {
        flags |= 8;
        return this;
    }

    /** For 5.0 only. */
    public Publish with(byte[] property) {
        properties.add(property);
        return this;
    }

    int qos() {
        return flags >> 1 & 3;
    }

    int packetId() {
        return packetId;
    }

    public byte[] bytes(int level) {
        byte[] none = {};
        return Wire.packet(
                Wire.PUBLISH | flags,
                Wire.text(topic),
                qos() > 0 ? Wire.u16(packetId) : none,
                level >= 5 ? Wire.properties(properties.toArray(byte[][]::new)) : none,
                payload);
    }
}

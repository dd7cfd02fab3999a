package io.fieldmouse.broker.wire;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A CONNECT packet to be: clean start and nothing else unless said. */
public final class Connect {
    private final int level;
    private final String clientId;
    private final List<byte[]> properties = new ArrayList<>();
    private final List<byte[]> willProperties = new ArrayList<>();
    private boolean cleanStart = true;
    private int levelBits;
    private int keepAliveSeconds;
    private @Nullable String willTopic;
    private String willPayload = "";
    private int willFlags;
    private int loginFlags;
    private byte[] login = {};

    private Connect(int level, String clientId) {
        this.level = level;
        this.clientId = clientId;
    }

    /** @param level 3, 4 or 5 for MQTT 3.1, 3.1.1 and 5.0 */
    public static Connect as(int level, String clientId) {
        return new Connect(level, clientId);
    }

    public int level() {
        return level;
    }

    public Connect resume() {
        cleanStart = false;
        return this;
    }

    /** With the bit by which a bridge says what it is. */
    public Connect bridge() {
        levelBits = 0x80;
        return this;
    }

    public Connect keepAlive(int seconds) {
        keepAliveSeconds = seconds;
        return this;
    }

    /** For 5.0 only. */
    public Connect with(byte[] property) {
        properties.add(property);
        return this;
    }

    /** A session that outlives its connection: in 3.x by its clean session flag, in 5.0 for an hour. */
    public Connect durable() {
        if (level >= 5) {
            with(Property.sessionExpiry(3600));
        }
        return resume();
    }

    public Connect will(String topic, String payload, int qos, boolean retain) {
        willTopic = topic;
        willPayload = payload;
        willFlags = 0x04 | qos << 3 | (retain ? 0x20 : 0);
        return this;
    }

    /** With a user name and a password. */
    public Connect login(String userName, String password) {
        loginFlags = 0xC0;
        login = Wire.join(Wire.text(userName), Wire.text(password));
        return this;
    }

    /** With a user name and no password. */
    public Connect user(String userName) {
        loginFlags = 0x80;
        login = Wire.text(userName);
        return this;
    }

    public Connect willWith(byte[] property) {
        willProperties.add(property);
        return this;
    }

    public byte[] bytes() {
        boolean mqtt5 = level >= 5;
        byte[] none = {};
        byte[] will = willTopic == null
                ? none
                : Wire.join(
                        mqtt5 ? Wire.properties(willProperties.toArray(byte[][]::new)) : none,
                        Wire.text(willTopic),
                        Wire.text(willPayload));
        return Wire.packet(
                Wire.CONNECT,
                Wire.text(level == 3 ? "MQIsdp" : "MQTT"),
                Wire.u8(level | levelBits),
                Wire.u8((cleanStart ? 0x02 : 0) | willFlags | loginFlags),
                Wire.u16(keepAliveSeconds),
                mqtt5 ? Wire.properties(properties.toArray(byte[][]::new)) : none,
                Wire.text(clientId),
                will,
                login);
    }
}

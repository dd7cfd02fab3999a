package io.fieldmouse.gateway.publish;

import io.netty.handler.codec.mqtt.MqttVersion;

/** The MQTT versions the client speaks, with the words people use for them. */
public enum ProtocolVersion {
    MQTT_3_1("3.1", MqttVersion.MQTT_3_1),
    MQTT_3_1_1("3.1.1", MqttVersion.MQTT_3_1_1),
    MQTT_5("5", MqttVersion.MQTT_5);

    private final String words;
    private final MqttVersion wire;

    ProtocolVersion(String words, MqttVersion wire) {
        this.words = words;
        this.wire = wire;
    }

    MqttVersion wire() {
        return wire;
    }

    @Override
    public String toString() {
        return words;
    }
}

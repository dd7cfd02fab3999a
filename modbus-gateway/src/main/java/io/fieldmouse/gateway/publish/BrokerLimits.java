package io.fieldmouse.gateway.publish;

import io.netty.handler.codec.mqtt.MqttProperties;
import org.jspecify.annotations.Nullable;

/**
 * What the broker's CONNACK allows (MQTT 5, section 3.2.2.3).
 *
 * @param window unacknowledged QoS 1 and 2 messages it takes at a time
 * @param qosMax the highest QoS it takes
 * @param retainAvailable whether it keeps messages
 * @param packetBytesMax the largest packet it takes
 * @param keepAliveSeconds the keep-alive it imposes, or null
 */
record BrokerLimits(
        int window, int qosMax, boolean retainAvailable, long packetBytesMax, @Nullable Integer keepAliveSeconds) {

    /** Ours, where the broker names none as before MQTT 5: mosquitto's habit. */
    private static final int DEFAULT_WINDOW = 20;

    private static final int WINDOW_MAX = 1_000;

    static final BrokerLimits NONE = new BrokerLimits(DEFAULT_WINDOW, 2, true, MqttOptions.LARGEST_PACKET_BYTES, null);

    static BrokerLimits of(ProtocolVersion version, MqttProperties connack) {
        if (version != ProtocolVersion.MQTT_5) {
            return NONE;
        }
        Long receiveMaximum = MqttPackets.number(connack, MqttProperties.RECEIVE_MAXIMUM);
        Long maximumQos = MqttPackets.number(connack, MqttProperties.MAXIMUM_QOS);
        Long retainAvailable = MqttPackets.number(connack, MqttProperties.RETAIN_AVAILABLE);
        Long packetSize = MqttPackets.number(connack, MqttProperties.MAXIMUM_PACKET_SIZE);
        Long keepAlive = MqttPackets.number(connack, MqttProperties.SERVER_KEEP_ALIVE);
        return new BrokerLimits(
                receiveMaximum == null ? WINDOW_MAX : (int) Math.min(WINDOW_MAX, Math.max(1, receiveMaximum)),
                maximumQos == null ? 2 : maximumQos.intValue(),
                retainAvailable == null || retainAvailable != 0,
                packetSize == null ? MqttOptions.LARGEST_PACKET_BYTES : packetSize,
                keepAlive == null ? null : keepAlive.intValue());
    }

    /** Why the broker would not take this message, or null. */
    @Nullable
    MqttException refusal(ApplicationMessage message) {
        if (message.qos() > qosMax) {
            return MqttException.of("the broker takes QoS " + qosMax + " at most, " + message.topic() + " has QoS "
                    + message.qos()); // [MQTT-3.2.2-11]
        }
        if (message.retain() && !retainAvailable) {
            return MqttException.of(
                    "the broker does not keep messages, " + message.topic() + " is to be retained"); // [MQTT-3.2.2-14]
        }
        return null;
    }
}

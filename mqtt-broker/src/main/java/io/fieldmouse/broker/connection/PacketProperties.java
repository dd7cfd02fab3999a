package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.ForwardedProperties;
import io.fieldmouse.broker.message.MqttViolation;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.message.TopicFilter;
import io.fieldmouse.broker.session.Will;
import io.fieldmouse.store.StoredSession;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** From the decoder's packets and properties to the broker's own words. */
final class PacketProperties {
    private static final byte[] NO_BYTES = {};

    private PacketProperties() {}

    /** The publication in a PUBLISH, with its bytes copied out of the packet, to the topic that it means. */
    static Publication publication(MqttPublishMessage packet, String topic, String clientId, WallClock clock) {
        MqttProperties properties = packet.variableHeader().properties();
        Long expirySeconds = unsigned(properties, MqttProperties.PUBLICATION_EXPIRY_INTERVAL);
        return new Publication(
                topic,
                ByteBufUtil.getBytes(packet.payload()),
                Qos.of(packet.fixedHeader().qosLevel().value()),
                packet.fixedHeader().isRetain(),
                forwarded(properties),
                expirySeconds == null ? Publication.NEVER : clock.millis() + expirySeconds * 1000,
                clientId);
    }

    /** The will in a CONNECT; null when there is none. */
    static @Nullable Will will(MqttConnectMessage packet) {
        MqttConnectVariableHeader header = packet.variableHeader();
        if (!header.isWillFlag()) {
            return null;
        }
        MqttConnectPayload payload = packet.payload();
        MqttProperties properties = payload.willProperties();
        Long delay = unsigned(properties, MqttProperties.WILL_DELAY_INTERVAL);
        Long expiry = unsigned(properties, MqttProperties.PUBLICATION_EXPIRY_INTERVAL);
        return new Will(
                payload.willTopic(),
                Objects.requireNonNullElse(payload.willMessageInBytes(), NO_BYTES),
                Qos.of(header.willQos()),
                header.isWillRetain(),
                forwarded(properties),
                delay == null ? 0 : delay,
                expiry == null ? StoredSession.NEVER_EXPIRES : expiry);
    }

    private static byte[] forwarded(MqttProperties properties) {
        if (properties.isEmpty()) {
            return NO_BYTES;
        }
        Long format = unsigned(properties, MqttProperties.PAYLOAD_FORMAT_INDICATOR);
        return new ForwardedProperties(
                        format == null ? -1 : format.intValue(),
                        string(properties, MqttProperties.CONTENT_TYPE),
                        responseTopic(properties),
                        binary(properties, MqttProperties.CORRELATION_DATA),
                        userProperties(properties))
                .toBytes();
    }

    private static @Nullable String responseTopic(MqttProperties properties) {
        String topic = string(properties, MqttProperties.RESPONSE_TOPIC);
        if (topic != null && TopicFilter.hasWildcard(topic)) {
            throw MqttViolation.protocolError("the response topic holds a wildcard [MQTT-3.3.2-14]");
        }
        return topic;
    }

    // [MQTT-3.1.3-10], [MQTT-3.3.2-18]
    private static List<Map.Entry<String, String>> userProperties(MqttProperties properties) {
        List<Map.Entry<String, String>> pairs = new ArrayList<>();
        for (MqttProperty<?> property : properties.getProperties(MqttProperties.USER_PROPERTY)) {
            if (property.value() instanceof MqttProperties.StringPair pair) {
                pairs.add(Map.entry(pair.key, pair.value));
            }
        }
        return pairs;
    }

    /** Topic Alias; 0 when there is none. */
    static int topicAlias(MqttProperties properties) {
        Long alias = unsigned(properties, MqttProperties.TOPIC_ALIAS);
        return alias == null ? 0 : alias.intValue();
    }

    /** Subscription Identifier; 0 when there is none. */
    static int subscriptionId(MqttProperties properties) {
        Long id = unsigned(properties, MqttProperties.SUBSCRIPTION_IDENTIFIER);
        return id == null ? 0 : id.intValue();
    }

    /** Session Expiry Interval in seconds; null when there is none. */
    static @Nullable Long sessionExpiry(MqttProperties properties) {
        return unsigned(properties, MqttProperties.SESSION_EXPIRY_INTERVAL);
    }

    /** Receive Maximum; 65535 when there is none (MQTT 5 section 3.1.2.11.3). */
    static int receiveMaximum(MqttProperties properties) {
        Long maximum = unsigned(properties, MqttProperties.RECEIVE_MAXIMUM);
        return maximum == null ? 65_535 : maximum.intValue();
    }

    /** Maximum Packet Size; the largest int when there is none. */
    static int maximumPacketSize(MqttProperties properties) {
        Long maximum = unsigned(properties, MqttProperties.MAXIMUM_PACKET_SIZE);
        return maximum == null ? Integer.MAX_VALUE : (int) Math.min(maximum, Integer.MAX_VALUE);
    }

    /** Topic Alias Maximum; 0 when there is none. */
    static int topicAliasMaximum(MqttProperties properties) {
        Long maximum = unsigned(properties, MqttProperties.TOPIC_ALIAS_MAXIMUM);
        return maximum == null ? 0 : maximum.intValue();
    }

    /** Request Problem Information; true when there is none (MQTT 5 section 3.1.2.11.7). */
    static boolean requestsProblemInformation(MqttProperties properties) {
        Long requested = unsigned(properties, MqttProperties.REQUEST_PROBLEM_INFORMATION);
        return requested == null || requested == 1;
    }

    /** Request Response Information; false when there is none (MQTT 5 section 3.1.2.11.6). */
    static boolean requestsResponseInformation(MqttProperties properties) {
        Long requested = unsigned(properties, MqttProperties.REQUEST_RESPONSE_INFORMATION);
        return requested != null && requested == 1;
    }

    /** Authentication Method; null when there is none. */
    static @Nullable String authenticationMethod(MqttProperties properties) {
        return string(properties, MqttProperties.AUTHENTICATION_METHOD);
    }

    /** Authentication Data; empty when there is none. */
    static byte[] authenticationData(MqttProperties properties) {
        return Objects.requireNonNullElse(binary(properties, MqttProperties.AUTHENTICATION_DATA), NO_BYTES);
    }

    private static @Nullable Long unsigned(MqttProperties properties, int id) {
        MqttProperty<?> property = properties.getProperty(id);
        return property != null && property.value() instanceof Integer value ? Integer.toUnsignedLong(value) : null;
    }

    private static @Nullable String string(MqttProperties properties, int id) {
        MqttProperty<?> property = properties.getProperty(id);
        return property != null && property.value() instanceof String text ? text : null;
    }

    private static byte @Nullable [] binary(MqttProperties properties, int id) {
        MqttProperty<?> property = properties.getProperty(id);
        return property != null && property.value() instanceof byte[] bytes ? bytes : null;
    }
}

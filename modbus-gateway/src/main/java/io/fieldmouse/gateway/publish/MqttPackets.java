package io.fieldmouse.gateway.publish;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.BinaryProperty;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringPair;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttProperties.UserProperty;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption.RetainedHandlingPolicy;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Our records as packets of the codec's, and back. Without state. */
final class MqttPackets {

    private MqttPackets() {}

    static MqttConnectMessage connect(BrokerAddress address, MqttOptions options) {
        MqttProperties properties = new MqttProperties();
        if (options.sessionExpirySeconds() > 0) {
            properties.add(integer(MqttProperties.SESSION_EXPIRY_INTERVAL, options.sessionExpirySeconds()));
        }
        properties.add(integer(MqttProperties.MAXIMUM_PACKET_SIZE, options.packetBytesMax()));
        MqttMessageBuilders.ConnectBuilder connect = MqttMessageBuilders.connect()
                .protocolVersion(options.version().wire())
                .clientId(options.clientId())
                .cleanSession(options.cleanStart())
                .keepAlive(options.keepAliveSeconds())
                .properties(properties);
        if (address.userName() != null) {
            connect.username(address.userName());
        }
        if (address.password() != null) {
            connect.password(address.password());
        }
        ApplicationMessage will = options.will();
        if (will != null) {
            connect.willFlag(true)
                    .willTopic(will.topic())
                    .willMessage(will.payload())
                    .willQoS(MqttQoS.valueOf(will.qos()))
                    .willRetain(will.retain())
                    .willProperties(properties(will.properties()));
        }
        return connect.build();
    }

    static MqttPublishMessage publish(ApplicationMessage message, int packetId, boolean dup) {
        return new MqttPublishMessage(
                new MqttFixedHeader(MqttMessageType.PUBLISH, dup, MqttQoS.valueOf(message.qos()), message.retain(), 0),
                new MqttPublishVariableHeader(message.topic(), packetId, properties(message.properties())),
                Unpooled.wrappedBuffer(message.payload()));
    }

    /** A PUBACK, PUBREC, PUBREL or PUBCOMP. The reason code is not sent to older brokers. */
    static MqttMessage reply(MqttMessageType type, int packetId, int reasonCode) {
        // PUBREL's flags are 0010, which the codec calls QoS 1 [MQTT-3.6.1-1].
        MqttQoS flags = type == MqttMessageType.PUBREL ? MqttQoS.AT_LEAST_ONCE : MqttQoS.AT_MOST_ONCE;
        return new MqttMessage(
                new MqttFixedHeader(type, false, flags, false, 0),
                new MqttPubReplyMessageVariableHeader(packetId, (byte) reasonCode, MqttProperties.NO_PROPERTIES));
    }

    static MqttSubscribeMessage subscribe(int packetId, List<Subscription> subscriptions) {
        MqttMessageBuilders.SubscribeBuilder subscribe =
                MqttMessageBuilders.subscribe().messageId(packetId).properties(MqttProperties.NO_PROPERTIES);
        for (Subscription subscription : subscriptions) {
            RetainedHandlingPolicy retained =
                    switch (subscription.retainHandling()) {
                        case SEND -> RetainedHandlingPolicy.SEND_AT_SUBSCRIBE;
                        case SEND_IF_NEW -> RetainedHandlingPolicy.SEND_AT_SUBSCRIBE_IF_NOT_YET_EXISTS;
                        case DO_NOT_SEND -> RetainedHandlingPolicy.DONT_SEND_AT_SUBSCRIBE;
                    };
            subscribe.addSubscription(
                    subscription.topicFilter(),
                    new MqttSubscriptionOption(
                            MqttQoS.valueOf(subscription.qos()),
                            subscription.noLocal(),
                            subscription.retainAsPublished(),
                            retained));
        }
        return subscribe.build();
    }

    static MqttUnsubscribeMessage unsubscribe(int packetId, List<String> topicFilters) {
        MqttMessageBuilders.UnsubscribeBuilder unsubscribe =
                MqttMessageBuilders.unsubscribe().messageId(packetId).properties(MqttProperties.NO_PROPERTIES);
        topicFilters.forEach(unsubscribe::addTopicFilter);
        return unsubscribe.build();
    }

    static MqttMessage disconnect(ProtocolVersion version, int reasonCode) {
        MqttFixedHeader header = new MqttFixedHeader(MqttMessageType.DISCONNECT, false, MqttQoS.AT_MOST_ONCE, false, 0);
        return version == ProtocolVersion.MQTT_5
                ? new MqttMessage(
                        header,
                        new MqttReasonCodeAndPropertiesVariableHeader((byte) reasonCode, MqttProperties.NO_PROPERTIES))
                : new MqttMessage(header);
    }

    /**
     * The message in a received PUBLISH.
     *
     * @throws IllegalArgumentException when it says what no broker may say
     */
    static ApplicationMessage message(MqttPublishMessage publish) {
        MqttFixedHeader header = publish.fixedHeader();
        return new ApplicationMessage(
                publish.variableHeader().topicName(),
                ByteBufUtil.getBytes(publish.payload()),
                header.qosLevel().value(),
                header.isRetain(),
                header.isDup(),
                properties(publish.variableHeader().properties()));
    }

    private static MqttProperties properties(MessageProperties properties) {
        MqttProperties wire = new MqttProperties();
        if (properties.utf8()) {
            wire.add(integer(MqttProperties.PAYLOAD_FORMAT_INDICATOR, 1));
        }
        if (properties.expirySeconds() != null) {
            wire.add(integer(MqttProperties.PUBLICATION_EXPIRY_INTERVAL, properties.expirySeconds()));
        }
        if (properties.contentType() != null) {
            wire.add(new StringProperty(MqttProperties.CONTENT_TYPE, properties.contentType()));
        }
        if (properties.responseTopic() != null) {
            wire.add(new StringProperty(MqttProperties.RESPONSE_TOPIC, properties.responseTopic()));
        }
        if (properties.correlationData() != null) {
            wire.add(new BinaryProperty(MqttProperties.CORRELATION_DATA, properties.correlationData()));
        }
        for (Map.Entry<String, String> property : properties.userProperties()) {
            wire.add(new UserProperty(property.getKey(), property.getValue()));
        }
        return wire;
    }

    private static MessageProperties properties(MqttProperties wire) {
        if (wire.isEmpty()) {
            return MessageProperties.NONE;
        }
        List<Map.Entry<String, String>> user = new ArrayList<>();
        for (MqttProperty<?> property : wire.getProperties(MqttProperties.USER_PROPERTY)) {
            StringPair pair = ((UserProperty) property).value();
            user.add(Map.entry(pair.key, pair.value));
        }
        Long expiry = number(wire, MqttProperties.PUBLICATION_EXPIRY_INTERVAL);
        MqttProperty<?> correlation = wire.getProperty(MqttProperties.CORRELATION_DATA);
        return new MessageProperties(
                Long.valueOf(1).equals(number(wire, MqttProperties.PAYLOAD_FORMAT_INDICATOR)),
                expiry,
                text(wire, MqttProperties.CONTENT_TYPE),
                text(wire, MqttProperties.RESPONSE_TOPIC),
                correlation == null ? null : (byte[]) correlation.value(),
                user);
    }

    /** A numeric property as an unsigned number, or null. */
    static @Nullable Long number(MqttProperties properties, int id) {
        MqttProperty<?> property = properties.getProperty(id);
        return property == null ? null : ((IntegerProperty) property).value() & 0xFFFF_FFFFL;
    }

    static @Nullable String text(MqttProperties properties, int id) {
        MqttProperty<?> property = properties.getProperty(id);
        return property == null ? null : ((StringProperty) property).value();
    }

    private static IntegerProperty integer(int id, long value) {
        return new IntegerProperty(id, (int) value);
    }
}

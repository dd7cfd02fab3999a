package io.fieldmouse.gateway.publish;

import io.fieldmouse.gateway.reading.LogText;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import org.jspecify.annotations.Nullable;

/**
 * A packet as the facts of one log line, such as {@code packet=PUBLISH id=3 qos=1 retain=false dup=false topic=k/a
 * bytes=5}. Never a payload and never a password.
 */
final class PacketText {

    private final StringBuilder text = new StringBuilder();

    private PacketText() {}

    static String of(MqttMessage packet) {
        PacketText facts = new PacketText();
        facts.add("packet", packet.fixedHeader().messageType());
        facts.describe(packet);
        return facts.text.toString();
    }

    private void describe(MqttMessage packet) {
        switch (packet.fixedHeader().messageType()) {
            case CONNECT -> connect((MqttConnectMessage) packet);
            case CONNACK -> connack((MqttConnAckMessage) packet);
            case PUBLISH -> publish((MqttPublishMessage) packet);
            case SUBSCRIBE -> subscribe((MqttSubscribeMessage) packet);
            case SUBACK -> {
                id(packet);
                ((MqttSubAckMessage) packet).payload().reasonCodes().forEach(code -> code("granted", code));
            }
            case UNSUBSCRIBE -> {
                id(packet);
                ((MqttUnsubscribeMessage) packet).payload().topics().forEach(filter -> word("filter", filter));
            }
            case UNSUBACK -> {
                id(packet);
                ((MqttUnsubAckMessage) packet)
                        .payload()
                        .unsubscribeReasonCodes()
                        .forEach(code -> code("reason", code & 0xFF));
            }
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> {
                id(packet);
                if (packet.variableHeader() instanceof MqttPubReplyMessageVariableHeader reply) {
                    code("reason", reply.reasonCode() & 0xFF);
                }
            }
            case DISCONNECT, AUTH -> {
                if (packet.variableHeader() instanceof MqttReasonCodeAndPropertiesVariableHeader header) {
                    code("reason", header.reasonCode() & 0xFF);
                    word("words", MqttPackets.text(header.properties(), MqttProperties.REASON_STRING));
                }
            }
            case PINGREQ, PINGRESP -> {
                // Nothing but their names.
            }
        }
    }

    private void connect(MqttConnectMessage connect) {
        var header = connect.variableHeader();
        add("version", header.version());
        add("cleanStart", header.isCleanSession());
        add("keepAliveSeconds", header.keepAliveTimeSeconds());
        Long expiry = MqttPackets.number(header.properties(), MqttProperties.SESSION_EXPIRY_INTERVAL);
        if (expiry != null) {
            add("sessionExpirySeconds", expiry);
        }
        if (header.isWillFlag()) {
            word("willTopic", connect.payload().willTopic());
            add("willQos", header.willQos());
            add("willRetain", header.isWillRetain());
            byte[] payload = connect.payload().willMessageInBytes();
            add("willBytes", payload == null ? 0 : payload.length);
        }
    }

    private void connack(MqttConnAckMessage connack) {
        var header = connack.variableHeader();
        add("sessionPresent", header.isSessionPresent());
        code("reason", ReasonCode.ofConnectReturnCode(header.connectReturnCode().byteValue() & 0xFF));
        word("words", MqttPackets.text(header.properties(), MqttProperties.REASON_STRING));
        word("assignedClient", MqttPackets.text(header.properties(), MqttProperties.ASSIGNED_CLIENT_IDENTIFIER));
    }

    private void publish(MqttPublishMessage publish) {
        MqttFixedHeader header = publish.fixedHeader();
        int id = publish.variableHeader().packetId();
        if (id > 0) {
            add("id", id);
        }
        add("qos", header.qosLevel().value());
        add("retain", header.isRetain());
        add("dup", header.isDup());
        word("topic", publish.variableHeader().topicName());
        add("bytes", publish.payload().readableBytes());
    }

    private void subscribe(MqttSubscribeMessage subscribe) {
        id(subscribe);
        for (MqttTopicSubscription subscription : subscribe.payload().topicSubscriptions()) {
            word("filter", subscription.topicFilter());
            add("qos", subscription.option().qos().value());
        }
    }

    private void id(MqttMessage packet) {
        add("id", ((MqttMessageIdVariableHeader) packet.variableHeader()).messageId());
    }

    private void code(String key, int code) {
        add(key, code >= ReasonCode.FIRST_ERROR ? LogText.quoted(ReasonCode.words(code)) : code);
    }

    /** What a packet does not say is left out. */
    private void word(String key, @Nullable String value) {
        if (value != null) {
            add(key, LogText.word(value));
        }
    }

    private void add(String key, Object value) {
        text.append(text.isEmpty() ? "" : " ").append(key).append('=').append(value);
    }
}

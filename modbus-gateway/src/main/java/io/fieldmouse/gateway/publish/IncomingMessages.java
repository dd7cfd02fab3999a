package io.fieldmouse.gateway.publish;

import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import java.util.function.Consumer;

/**
 * Messages from the broker on one connection: each is handed on once, and acknowledged as its QoS wants (MQTT 5,
 * section 4.3). Runs on the connection's event loop.
 */
final class IncomingMessages {

    private final MqttSession session;
    private final MqttClient.Listener listener;
    private final Consumer<MqttMessage> answer;

    /** @param answer sends a packet to the broker */
    IncomingMessages(MqttSession session, MqttClient.Listener listener, Consumer<MqttMessage> answer) {
        this.session = session;
        this.listener = listener;
        this.answer = answer;
    }

    void published(MqttPublishMessage publish) throws MqttException {
        ApplicationMessage message;
        try {
            message = MqttPackets.message(publish);
        } catch (IllegalArgumentException e) {
            throw MqttException.violation("the broker sent a PUBLISH that no one may send: " + e.getMessage());
        }
        int packetId = publish.variableHeader().packetId();
        switch (publish.fixedHeader().qosLevel()) {
            case AT_MOST_ONCE -> listener.received(message);
            case AT_LEAST_ONCE -> {
                listener.received(message);
                answer.accept(MqttPackets.reply(MqttMessageType.PUBACK, packetId, ReasonCode.SUCCESS));
            }
            case EXACTLY_ONCE -> {
                // Delivered at the first PUBLISH; a second one with this id before its PUBREL is a copy
                // [MQTT-4.3.3-10].
                if (session.firstReceipt(packetId)) {
                    listener.received(message);
                }
                answer.accept(MqttPackets.reply(MqttMessageType.PUBREC, packetId, ReasonCode.SUCCESS));
            }
            case FAILURE -> throw MqttException.violation("the broker sent a PUBLISH with QoS 3"); // [MQTT-3.3.1-4]
        }
    }

    /** The broker knows that the message came (PUBREL): its packet id may be used for another one. */
    void released(int packetId) {
        boolean known = session.releaseReceipt(packetId);
        int code = known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND;
        answer.accept(MqttPackets.reply(MqttMessageType.PUBCOMP, packetId, code));
    }
}

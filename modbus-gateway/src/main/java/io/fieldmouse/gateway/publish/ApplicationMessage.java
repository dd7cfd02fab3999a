package io.fieldmouse.gateway.publish;

import java.nio.charset.StandardCharsets;

/**
 * What a client publishes or receives: an application message in the words of the MQTT specification. The payload is
 * not copied: neither side may change it.
 *
 * @param topic the topic name, without wildcards, 1 to 65,535 bytes of UTF-8
 * @param payload up to what the broker takes
 * @param qos 0 to 2
 * @param retain to the broker: keep it; from the broker: it was kept from earlier
 * @param dup from the broker: a copy of what may have been delivered before
 * @param properties what MQTT 5 adds
 */
@SuppressWarnings("ArrayRecordComponent")
public record ApplicationMessage(
        String topic, byte[] payload, int qos, boolean retain, boolean dup, MessageProperties properties) {

    public ApplicationMessage {
        checkTopicName(topic);
        if (qos < 0 || qos > 2) {
            throw new IllegalArgumentException("QoS is " + qos + ", allowed are 0, 1 and 2");
        }
    }

    /** A message to be sent, without MQTT 5 properties. */
    public static ApplicationMessage of(String topic, byte[] payload, int qos, boolean retain) {
        return new ApplicationMessage(topic, payload, qos, retain, false, MessageProperties.NONE);
    }

    /** Refuses what no PUBLISH may carry as a topic name [MQTT-3.3.2-2], [MQTT-4.7.3-1], [MQTT-4.7.3-2]. */
    static void checkTopicName(String topic) {
        if (topic.isEmpty()) {
            throw new IllegalArgumentException("a topic name must not be empty");
        }
        if (topic.indexOf('+') >= 0 || topic.indexOf('#') >= 0) {
            throw new IllegalArgumentException("topic \"" + topic + "\": + and # belong to subscriptions only");
        }
        checkText("topic", topic);
    }

    /** Refuses what no UTF-8 string of MQTT may hold (section 1.5.4). */
    static void checkText(String what, String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " holds a NUL character");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(what + " holds half of a surrogate pair");
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > 65_535) {
            throw new IllegalArgumentException(what + " is longer than 65535 bytes");
        }
    }

    /** Bytes this message counts for in a bound. */
    long weight() {
        return topic.length() + (long) payload.length;
    }
}

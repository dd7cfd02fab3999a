package io.fieldmouse.gateway.publish;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT 5 properties of an application message (specification, section 3.3.2.3). Not sent to older brokers.
 *
 * @param utf8 Payload Format Indicator: the payload is UTF-8 text
 * @param expirySeconds Message Expiry Interval, 0 to 4,294,967,295; null: never
 * @param contentType Content Type, such as {@code application/json}
 * @param responseTopic Response Topic: where an answer is wanted
 * @param correlationData Correlation Data, to be sent back with the answer
 * @param userProperties User Properties, in order, names may repeat
 */
@SuppressWarnings("ArrayRecordComponent")
public record MessageProperties(
        boolean utf8,
        @Nullable Long expirySeconds,
        @Nullable String contentType,
        @Nullable String responseTopic,
        byte @Nullable [] correlationData,
        List<Map.Entry<String, String>> userProperties) {

    /** No property at all. */
    public static final MessageProperties NONE = new MessageProperties(false, null, null, null, null, List.of());

    // Spelt out because the compiler loses the null mark of an array in a compact constructor.
    public MessageProperties(
            boolean utf8,
            @Nullable Long expirySeconds,
            @Nullable String contentType,
            @Nullable String responseTopic,
            byte @Nullable [] correlationData,
            List<Map.Entry<String, String>> userProperties) {
        if (expirySeconds != null && (expirySeconds < 0 || expirySeconds > 0xFFFF_FFFFL)) {
            throw new IllegalArgumentException(
                    "message expiry is " + expirySeconds + " s, allowed are 0 to 4294967295");
        }
        if (responseTopic != null) {
            ApplicationMessage.checkTopicName(responseTopic);
        }
        this.utf8 = utf8;
        this.expirySeconds = expirySeconds;
        this.contentType = contentType;
        this.responseTopic = responseTopic;
        this.correlationData = correlationData;
        this.userProperties = List.copyOf(userProperties);
    }
}

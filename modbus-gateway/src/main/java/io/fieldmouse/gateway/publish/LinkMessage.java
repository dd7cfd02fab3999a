package io.fieldmouse.gateway.publish;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An MQTT application message as it crosses a {@link BrokerLink}. The arrays are not copied: neither side may change
 * them.
 *
 * @param topic the topic name
 * @param payload the payload
 * @param qos 0 to 2
 * @param retain to the broker: keep it; from the broker: it was published to be kept, now or earlier. A broker that
 *     speaks no MQTT 5 tells only the latter
 * @param responseTopic MQTT 5 Response Topic (section 3.3.2.3.5), where an answer is wanted
 * @param correlationData MQTT 5 Correlation Data (section 3.3.2.3.6), to be sent back with the answer
 * @param userProperties MQTT 5 User Properties, in order; dropped on a link that speaks MQTT 3.1.1
 */
@SuppressWarnings("ArrayRecordComponent")
public record LinkMessage(
        String topic,
        byte[] payload,
        int qos,
        boolean retain,
        @Nullable String responseTopic,
        byte @Nullable [] correlationData,
        List<Map.Entry<String, String>> userProperties) {

    /** A message without MQTT 5 properties, to be sent. */
    public static LinkMessage of(String topic, byte[] payload, int qos, boolean retain) {
        return new LinkMessage(topic, payload, qos, retain, null, null, List.of());
    }
}

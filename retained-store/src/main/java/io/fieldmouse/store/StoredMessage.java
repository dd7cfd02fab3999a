package io.fieldmouse.store;

/**
 * An application message as the store keeps it. The arrays are not copied: neither side may change them afterwards.
 *
 * @param topic the topic name, never empty
 * @param payload the payload, possibly empty
 * @param properties MQTT 5 properties that are forwarded unaltered, in the wire format of MQTT 5 section 2.2.2.2
 *     without the leading length; empty when there are none. Opaque to the store.
 * @param expiresAtMillis wall-clock time in milliseconds since 1970 at which the message expires;
 *     {@link Long#MAX_VALUE} when it does not
 */
@SuppressWarnings("ArrayRecordComponent")
public record StoredMessage(String topic, byte[] payload, byte[] properties, long expiresAtMillis) {

    /** Bytes of memory and disk this message takes, roughly. */
    public int sizeBytes() {
        return topic.length() + payload.length + properties.length + 64;
    }
}

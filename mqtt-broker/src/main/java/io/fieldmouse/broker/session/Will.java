package io.fieldmouse.broker.session;

import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.store.StoredMessage;
import io.fieldmouse.store.StoredSession;
import io.fieldmouse.store.StoredWill;

/**
 * What is published when a connection ends without DISCONNECT (MQTT 5 section 3.1.2.5).
 *
 * @param properties {@link io.fieldmouse.broker.message.ForwardedProperties} as bytes
 * @param delaySeconds Will Delay Interval
 * @param expirySeconds Message Expiry Interval, {@link StoredSession#NEVER_EXPIRES} for none; runs from publication
 */
@SuppressWarnings("ArrayRecordComponent")
public record Will(
        String topic,
        byte[] payload,
        Qos qos,
        boolean retain,
        byte[] properties,
        long delaySeconds,
        long expirySeconds) {

    /** What it weighs while it waits, in bytes: content and the objects around it, roughly. */
    int sizeBytes() {
        return topic.length() + payload.length + properties.length + 128;
    }

    Publication toPublication(String clientId, WallClock clock) {
        long expiresAt = expirySeconds == StoredSession.NEVER_EXPIRES
                ? Publication.NEVER
                : clock.millis() + expirySeconds * 1000;
        // [MQTT-3.1.2-14], [MQTT-3.1.2-15], [MQTT-3.1.2-16 of 3.1.1], [MQTT-3.1.2-17 of 3.1.1]
        return new Publication(topic, payload, qos, retain, properties, expiresAt, clientId);
    }

    StoredWill toStored() {
        StoredMessage message = new StoredMessage(topic, payload, properties, Publication.NEVER);
        return new StoredWill(message, qos.number(), retain, delaySeconds, expirySeconds);
    }

    static Will restored(StoredWill stored) {
        StoredMessage message = stored.message();
        return new Will(
                message.topic(),
                message.payload(),
                Qos.of(stored.qos()),
                stored.retain(),
                message.properties(),
                stored.delaySeconds(),
                stored.expirySeconds());
    }
}

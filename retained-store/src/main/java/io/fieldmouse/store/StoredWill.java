package io.fieldmouse.store;

/**
 * A will message that waits for its connection's end.
 *
 * @param message the message; its expiry, where it has one, counts from its publication and is kept in
 *     {@code expirySeconds} until then
 * @param qos 0 to 2
 * @param retain whether it is to be retained
 * @param delaySeconds the Will Delay Interval (MQTT 5 section 3.1.3.2.2)
 * @param expirySeconds the message expiry interval, {@link StoredSession#NEVER_EXPIRES} when there is none
 */
public record StoredWill(StoredMessage message, int qos, boolean retain, long delaySeconds, long expirySeconds) {}

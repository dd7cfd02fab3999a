package io.fieldmouse.store;

/**
 * One subscription.
 *
 * @param topicFilter the topic filter as the client sent it
 * @param options the Subscription Options byte of MQTT 5 section 3.8.3.1 (QoS, no local, retain as published, retain
 *     handling)
 * @param subscriptionId the Subscription Identifier, 1 to 268435455; 0 when there is none
 */
public record StoredSubscription(String topicFilter, int options, int subscriptionId) {}

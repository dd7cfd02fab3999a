/**
 * Everything that must survive a power cut: retained messages, sessions with their subscriptions, queues and packet
 * ids, and wills. Knows no MQTT library. Start at {@link io.fieldmouse.store.MessageStore}.
 */
@NullMarked
package io.fieldmouse.store;

import org.jspecify.annotations.NullMarked;

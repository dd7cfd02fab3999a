package io.fieldmouse.store;

import java.util.List;
import java.util.Map;

/**
 * All that a store held when it was opened.
 *
 * @param retained retained messages, one a topic
 * @param sessions sessions, one a client id
 * @param wills wills by client id, whose connections were open or whose delay was running
 * @param lastMessageId no message id above this one is in use; 0 at first
 */
public record StoredState(
        List<RetainedMessage> retained,
        List<StoredSession> sessions,
        Map<String, StoredWill> wills,
        long lastMessageId) {

    /** A retained message and the QoS (0 to 2) it was published with. */
    public record RetainedMessage(StoredMessage message, int qos) {}
}

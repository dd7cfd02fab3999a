package io.fieldmouse.store;

import java.util.List;
import java.util.Map;

/**
 * All that a store held when it was opened.
 *
 * @param retained retained messages, one a topic
 * @param sessions sessions, one a client id
 * @param wills wills by client id, whose connections were open or whose delay was running
 * @param leftovers what waits for another member of its shared subscription, ascending by message id
 * @param lastMessageId no message id above this one is in use; 0 at first
 * @param lastMillis the time the store was told last, in milliseconds since 1970; 0 when it was not
 */
public record StoredState(
        List<RetainedMessage> retained,
        List<StoredSession> sessions,
        Map<String, StoredWill> wills,
        List<Leftover> leftovers,
        long lastMessageId,
        long lastMillis) {

    /** A retained message and the QoS (0 to 2) it was published with. */
    public record RetainedMessage(StoredMessage message, int qos) {}

    /**
     * A message of a shared subscription whose receiver's session has ended: at QoS 1, or at QoS 2 and never sent. It
     * belongs to the group until it is settled (MQTT 5 section 4.8.2).
     *
     * @param clientId whose session it was: it is settled under this name
     */
    public record Leftover(String clientId, StoredSession.QueuedMessage message) {}
}

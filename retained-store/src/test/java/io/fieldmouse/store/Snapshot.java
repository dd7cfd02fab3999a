package io.fieldmouse.store;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A state as text by key, so that two of them compare by content (the records hold arrays) and a difference can be
 * read. Without the mark of message ids, which is a bound and not a value.
 */
record Snapshot(Map<String, String> entries) {

    static Snapshot of(StoredState state) {
        Map<String, String> entries = new TreeMap<>();
        for (StoredState.RetainedMessage retained : state.retained()) {
            entries.put("retained " + retained.message().topic(), text(retained.message()) + " qos " + retained.qos());
        }
        state.wills()
                .forEach((clientId, will) -> entries.put(
                        "will " + clientId,
                        text(will.message()) + " qos " + will.qos() + " retain " + will.retain() + " delay "
                                + will.delaySeconds() + " expiry " + will.expirySeconds()));
        for (StoredSession session : state.sessions()) {
            String name = "session " + session.clientId();
            int[] packetIds = session.receivedPacketIds().clone();
            Arrays.sort(packetIds);
            entries.put(
                    name,
                    session.expirySeconds() + " " + session.disconnectedAtMillis() + " owner "
                            + (session.owner() == null ? null : "\"" + session.owner() + "\"") + " received "
                            + Arrays.toString(packetIds));
            session.subscriptions()
                    .forEach(subscription ->
                            entries.put(name + " " + subscription.topicFilter(), subscription.toString()));
            for (StoredSession.QueuedMessage queued : session.queue()) {
                entries.put(name + " message " + queued.messageId(), text(queued));
            }
        }
        for (StoredState.Leftover leftover : state.leftovers()) {
            entries.put(
                    "leftover " + leftover.clientId() + " " + leftover.message().messageId(), text(leftover.message()));
        }
        return new Snapshot(entries);
    }

    private static String text(StoredSession.QueuedMessage queued) {
        return text(queued.message()) + " qos " + queued.qos() + " retain " + queued.retain() + " ids "
                + Arrays.toString(queued.subscriptionIds()) + " packet " + queued.packetId() + " released "
                + queued.released() + " shared " + queued.sharedFilter();
    }

    private static String text(StoredMessage message) {
        HexFormat hex = HexFormat.of();
        return message.topic() + " " + hex.formatHex(message.payload()) + " " + hex.formatHex(message.properties())
                + " " + message.expiresAtMillis();
    }
}

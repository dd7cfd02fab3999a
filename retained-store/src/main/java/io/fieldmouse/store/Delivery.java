package io.fieldmouse.store;

import io.fieldmouse.store.StoreChange.MessageQueued;
import io.fieldmouse.store.StoreChange.MessageReleased;
import io.fieldmouse.store.StoreChange.MessageSent;
import io.fieldmouse.store.StoreChange.Receiver;
import java.util.ArrayList;
import java.util.List;

/**
 * A place in a session's queue, or among the leftovers. Its row names the message and does not hold it: an empty
 * topic, which no message has, says that the body is in a row of its own.
 *
 * @param packetId the packet id it was sent with; 0 when it was not sent
 * @param released whether only PUBREL is owed
 */
record Delivery(long key, Message message, Receiver receiver, int packetId, boolean released) implements Row {
    private static final int BYTES = 48;

    private static final StoredMessage BODY_ELSEWHERE = new StoredMessage("", new byte[0], new byte[0], Long.MAX_VALUE);

    /** A message and the number of its deliveries, which is no part of its row. Belongs to the image's thread. */
    static final class Message implements Row {
        final long key;
        final long id;
        final StoredMessage body;
        int deliveries;

        Message(long key, long id, StoredMessage body) {
            this.key = key;
            this.id = id;
            this.body = body;
        }

        @Override
        public long key() {
            return key;
        }

        @Override
        public List<StoreChange> changes() {
            return List.of(new MessageQueued(id, body, List.of()));
        }

        @Override
        public int sizeBytes() {
            return body.sizeBytes();
        }
    }

    static boolean isBodyElsewhere(MessageQueued queued) {
        return queued.message().topic().isEmpty();
    }

    Delivery withPacketId(int id) {
        return new Delivery(key, message, receiver, id, released);
    }

    Delivery asReleased() {
        return new Delivery(key, message, receiver, packetId, true);
    }

    /** What becomes of it when its session ends and it may move: the packet id was between that session and its client. */
    Delivery asLeftover(long leftoverKey) {
        return new Delivery(leftoverKey, message, receiver, 0, false);
    }

    /** Whether another member may have it after this one's session. What was begun at QoS 2 may not [MQTT-4.8.2-5]. */
    boolean mayMove() {
        return !receiver.sharedFilter().isEmpty() && (receiver.qos() == 1 || packetId == 0);
    }

    StoredSession.QueuedMessage queued() {
        return new StoredSession.QueuedMessage(
                message.id,
                message.body,
                receiver.qos(),
                receiver.retain(),
                receiver.subscriptionIds(),
                packetId,
                released,
                receiver.sharedFilter());
    }

    @Override
    public List<StoreChange> changes() {
        List<StoreChange> changes = new ArrayList<>(3);
        changes.add(new MessageQueued(message.id, BODY_ELSEWHERE, List.of(receiver)));
        if (packetId != 0) {
            changes.add(new MessageSent(receiver.clientId(), message.id, packetId));
        }
        if (released) {
            changes.add(new MessageReleased(receiver.clientId(), message.id));
        }
        return changes;
    }

    @Override
    public int sizeBytes() {
        return BYTES + receiver.clientId().length() + receiver.sharedFilter().length();
    }
}

package io.fieldmouse.broker.session;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The QoS 1 and 2 messages that were sent and not yet settled, by packet id and in the order of sending.
 *
 * <p>It outlives connections, the count {@link #onWire} does not: each new connection begins with its own Receive
 * Maximum [MQTT-4.9.0-1], and what is here is sent again within it.
 */
final class OutboundWindow {
    private static final int PACKET_ID_MAX = 65_535;

    private final Map<Integer, QueuedMessage> byPacketId = new LinkedHashMap<>();
    private final Deque<QueuedMessage> toResend = new ArrayDeque<>();
    private int lastPacketId;
    private int onWire;

    /** Gives the message a packet id and keeps it. Never called with 65,535 messages in the window. */
    void add(QueuedMessage message) {
        int id = lastPacketId;
        do {
            id = id == PACKET_ID_MAX ? 1 : id + 1; // [MQTT-2.2.1-4], [MQTT-4.3.2-1], [MQTT-4.3.3-1]
        } while (byPacketId.containsKey(id));
        lastPacketId = id;
        message.packetId = id;
        byPacketId.put(id, message);
        countOnWire(message);
    }

    /** Keeps a message that was sent in an earlier life, under the packet id it has. */
    void restore(QueuedMessage message) {
        byPacketId.put(message.packetId, message);
        lastPacketId = Math.max(lastPacketId, message.packetId);
    }

    @Nullable
    QueuedMessage get(int packetId) {
        return byPacketId.get(packetId);
    }

    void remove(QueuedMessage message) {
        byPacketId.remove(message.packetId);
        if (message.onWire) {
            message.onWire = false;
            onWire--;
        }
    }

    void countOnWire(QueuedMessage message) {
        message.onWire = true;
        onWire++;
    }

    boolean hasRoom(int receiveMaximum) {
        return onWire < receiveMaximum && byPacketId.size() < PACKET_ID_MAX; // [MQTT-3.3.4-9], [MQTT-4.9.0-2]
    }

    boolean isEmpty() {
        return byPacketId.isEmpty();
    }

    /** A new connection: all of it is to be sent again, in order [MQTT-4.4.0-1]. */
    void reopen() {
        onWire = 0;
        toResend.clear();
        for (QueuedMessage message : byPacketId.values()) {
            message.onWire = false;
            toResend.add(message); // [MQTT-4.4.0-1 of 3.1.1], [MQTT-2.3.1-4 of 3.1.1]
        }
    }

    /** What has to be sent again next; null when nothing has to. */
    @Nullable
    QueuedMessage nextToResend() {
        QueuedMessage next = toResend.peek();
        while (next != null && byPacketId.get(next.packetId) != next) {
            // settled in the meantime
            toResend.poll();
            next = toResend.peek();
        }
        return next;
    }

    /** Whether a retained message that a subscription asked for has to be sent again. */
    boolean owesReplay() {
        // Empty but in the moments after a connection, or with a client that acknowledges slowly.
        for (QueuedMessage message : toResend) {
            if (message.replay && !message.released && byPacketId.get(message.packetId) == message) {
                return true;
            }
        }
        return false;
    }

    void resent() {
        toResend.poll();
    }

    Collection<QueuedMessage> all() {
        return byPacketId.values();
    }
}

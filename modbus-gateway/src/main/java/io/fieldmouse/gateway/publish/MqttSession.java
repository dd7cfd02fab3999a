package io.fieldmouse.gateway.publish;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The client's half of an MQTT session: what it has sent and not seen acknowledged, and which QoS 2 messages it has
 * already been given. It outlives a connection, and may be handed to one connection after the other.
 *
 * <p>Only the bound is open to every thread; all else belongs to the event loop of the connection that has it.
 */
public final class MqttSession {

    /** A message that was taken, and who wants to know what became of it. */
    static final class Outgoing {
        final ApplicationMessage message;
        final CompletableFuture<Void> settled = new CompletableFuture<>();
        /** PUBREC came: from here on the message itself must not be sent again [MQTT-4.3.3-6]. */
        boolean received;

        Outgoing(ApplicationMessage message) {
            this.message = message;
        }
    }

    private final int messagesMax;
    private final long bytesMax;
    private int messages;
    private long bytes;

    private final ArrayDeque<Outgoing> waiting = new ArrayDeque<>();
    private final Map<Integer, Outgoing> unacknowledged = new LinkedHashMap<>();
    private final Set<Integer> receivedPacketIds = new HashSet<>();

    /**
     * An empty session.
     *
     * @param messagesMax messages that may wait or be unacknowledged, at least 1
     * @param bytesMax bytes of topic and payload they may hold; a single message may be larger
     */
    public MqttSession(int messagesMax, long bytesMax) {
        if (messagesMax < 1 || bytesMax < 1) {
            throw new IllegalArgumentException("the bounds of a session must be at least 1");
        }
        this.messagesMax = messagesMax;
        this.bytesMax = bytesMax;
    }

    /** Takes the message into the bound, or returns null when it does not fit. For any thread. */
    synchronized @Nullable Outgoing take(ApplicationMessage message) {
        boolean fits = messages < messagesMax && bytes + message.weight() <= bytesMax;
        if (!fits && messages > 0) {
            return null;
        }
        messages++;
        bytes += message.weight();
        return new Outgoing(message);
    }

    /** Whether nothing is under way. For any thread. */
    synchronized boolean isSettled() {
        return messages == 0;
    }

    void settle(Outgoing outgoing, @Nullable MqttException failure) {
        synchronized (this) {
            messages--;
            bytes -= outgoing.message.weight();
        }
        if (failure == null) {
            outgoing.settled.complete(null);
        } else {
            outgoing.settled.completeExceptionally(failure);
        }
    }

    void await(Outgoing outgoing) {
        waiting.add(outgoing);
    }

    /** The next message to be sent, when the window has room for it. */
    @Nullable
    Outgoing nextToSend(int windowMax) {
        Outgoing next = waiting.peek();
        // A QoS 0 message waits behind the others too: messages arrive in the order in which they were taken.
        if (next == null || (next.message.qos() > 0 && unacknowledged.size() >= windowMax)) {
            return null;
        }
        return waiting.poll();
    }

    void sent(int packetId, Outgoing outgoing) {
        unacknowledged.put(packetId, outgoing);
    }

    @Nullable
    Outgoing unacknowledged(int packetId) {
        return unacknowledged.get(packetId);
    }

    @Nullable
    Outgoing acknowledged(int packetId) {
        return unacknowledged.remove(packetId);
    }

    /** What has to be repeated after a reconnect, in its first order [MQTT-4.4.0-1]. */
    List<Map.Entry<Integer, Outgoing>> toRepeat() {
        return List.copyOf(unacknowledged.entrySet());
    }

    /** Remembers a QoS 2 message, and says whether it is new. */
    boolean firstReceipt(int packetId) {
        return receivedPacketIds.add(packetId);
    }

    boolean releaseReceipt(int packetId) {
        return receivedPacketIds.remove(packetId);
    }

    /** Forgets everything, because the broker has: what was under way fails with this reason. */
    void abandon(MqttException reason) {
        receivedPacketIds.clear();
        List<Outgoing> sent = List.copyOf(unacknowledged.values());
        unacknowledged.clear();
        for (Outgoing outgoing : sent) {
            // After PUBREC the broker has the message, and what is missing is bookkeeping only.
            settle(outgoing, outgoing.received ? null : reason);
        }
        abandonWaiting(reason);
    }

    void abandonWaiting(MqttException reason) {
        for (Outgoing outgoing = waiting.poll(); outgoing != null; outgoing = waiting.poll()) {
            settle(outgoing, reason);
        }
    }
}

package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.message.ReasonCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The PUBACKs and PUBRECs a connection owes, first in, first out [MQTT-4.6.0-2], [MQTT-4.6.0-3]: the head leaves when
 * what it promises is on disk and nobody asks to hold it back.
 */
final class AckQueue {

    /** One acknowledgement that is owed. */
    static final class Owed {
        final PacketKind kind;
        final int packetId;
        final ReasonCode reason;
        final String words;
        final long position;
        private boolean held;

        private Owed(PacketKind kind, int packetId, ReasonCode reason, String words, long position, boolean held) {
            this.kind = kind;
            this.packetId = packetId;
            this.reason = reason;
            this.words = words;
            this.position = position;
            this.held = held;
        }

        /** Its receiver has room again. */
        void letGo() {
            held = false;
        }
    }

    /** Where acknowledgements leave. */
    interface Exit {
        void leave(Owed owed);
    }

    private final Deque<Owed> owed = new ArrayDeque<>();

    /** The newest PUBREC owed for each packet id: an early PUBREL lets an id be used again before its PUBREC has left. */
    private final Map<Integer, Owed> pubrecs = new HashMap<>();

    private int pubacks;

    /**
     * Owes an acknowledgement from now on.
     *
     * @param kind PUBACK or PUBREC
     * @param words what there is to say beside the reason; empty for nothing
     * @param position what must be durable first
     * @param held whether {@link Owed#letGo} must come first
     */
    Owed add(PacketKind kind, int packetId, ReasonCode reason, String words, long position, boolean held) {
        Owed added = new Owed(kind, packetId, reason, words, position, held);
        owed.add(added);
        if (kind == PacketKind.PUBACK) { // [MQTT-4.3.2-4]
            pubacks++;
        } else {
            pubrecs.put(packetId, added);
        }
        return added;
    }

    /** Lets leave what may. */
    void drain(long durableUpTo, Exit exit) {
        Owed head = owed.peek();
        while (head != null && !head.held && head.position <= durableUpTo) {
            owed.remove();
            if (head.kind == PacketKind.PUBACK) {
                pubacks--;
            } else {
                pubrecs.remove(head.packetId, head);
            }
            exit.leave(head);
            head = owed.peek();
        }
    }

    /** Whether one of them promises what is not yet durable. */
    boolean owesBeyond(long durableUpTo) {
        return owed.stream().anyMatch(each -> each.position > durableUpTo);
    }

    /** Whether a PUBREC for this packet id has yet to leave. */
    boolean owesPubrec(int packetId) {
        return pubrecs.containsKey(packetId);
    }

    boolean isEmpty() {
        return owed.isEmpty();
    }

    int size() {
        return owed.size();
    }

    /** PUBACKs among them. */
    int pubacks() {
        return pubacks;
    }
}

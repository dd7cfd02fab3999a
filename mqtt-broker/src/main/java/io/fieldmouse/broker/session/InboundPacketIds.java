package io.fieldmouse.broker.session;

import java.util.BitSet;
import java.util.function.IntConsumer;

/** Packet ids of QoS 2 messages received from the client and not yet released by it (MQTT 5 section 4.3.3). */
public final class InboundPacketIds {
    private final BitSet ids = new BitSet();

    /** Those of them that came over an earlier connection. */
    private final BitSet earlier = new BitSet();

    /** Whether a PUBLISH with this id is a copy of one that was accepted [MQTT-4.3.3-10]. */
    public boolean contains(int packetId) {
        return ids.get(packetId);
    }

    /** How many came over the connection of now: the quota begins anew with each connection [MQTT-4.9.0-1]. */
    public int count() {
        return ids.cardinality() - earlier.cardinality();
    }

    /** A new connection. */
    void reopen() {
        earlier.or(ids);
    }

    void forEach(IntConsumer action) {
        ids.stream().forEach(action);
    }

    void add(int packetId) {
        ids.set(packetId);
    }

    boolean remove(int packetId) {
        boolean was = ids.get(packetId);
        ids.clear(packetId);
        earlier.clear(packetId);
        return was;
    }
}

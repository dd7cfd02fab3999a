package io.fieldmouse.broker.session;

import java.util.function.IntConsumer;

/** Packet ids of QoS 2 messages received from the client and not yet released by it (MQTT 5 section 4.3.3). */
public final class InboundPacketIds {
    private final PacketIdSet ids = new PacketIdSet();

    /** Those of them that came over an earlier connection. */
    private final PacketIdSet earlier = new PacketIdSet();

    /** Whether a PUBLISH with this id is a copy of one that was accepted [MQTT-4.3.3-10]. */
    public boolean contains(int packetId) {
        return ids.contains(packetId);
    }

    /** How many came over the connection of now: the quota begins anew with each connection [MQTT-4.9.0-1]. */
    public int count() {
        return ids.size() - earlier.size();
    }

    /** A new connection. */
    void reopen() {
        earlier.addAll(ids);
    }

    void forEach(IntConsumer action) {
        ids.forEach(action);
    }

    void add(int packetId) {
        ids.add(packetId);
    }

    boolean remove(int packetId) {
        earlier.remove(packetId);
        return ids.remove(packetId);
    }
}

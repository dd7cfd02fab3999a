package io.fieldmouse.broker;

import io.fieldmouse.broker.wire.Packet;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.RawClient;
import java.util.Map;
import java.util.TreeMap;

/** A client that knows the newest values of {@code $SYS}, by their names below {@code $SYS/broker/}. */
final class SysWatcher {
    private static final String ROOT = "$SYS/broker/";

    private final RawClient client;
    private final Map<String, String> values = new TreeMap<>();

    /** @param filter below {@code $SYS/broker/} */
    SysWatcher(RawClient client, String filter) {
        this.client = client;
        client.subscribe(ROOT + filter, 1);
    }

    /** Waits until the topic has this value. */
    void await(String name, String value) {
        long deadline = System.nanoTime() + RawClient.DEADLINE.toNanos();
        while (!value.equals(values.get(name))) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(name + " did not become " + value + " in time; it is " + values.get(name));
            }
            take();
        }
    }

    private Packet take() {
        Packet packet = client.expect(PacketType.PUBLISH);
        if (packet.qos() != 0) {
            throw new AssertionError("it would have to be stored: " + packet);
        }
        values.put(packet.topic().substring(ROOT.length()), packet.payloadText());
        return packet;
    }

    /** What there is now: the retained values, which all come before the first that comes live. */
    Map<String, String> values() {
        while (take().retain()) {
            // one of those that were there
        }
        return values;
    }
}

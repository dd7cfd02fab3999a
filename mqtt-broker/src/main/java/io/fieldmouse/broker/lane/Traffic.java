package io.fieldmouse.broker.lane;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What passed through one lane's connections since the start. Written by the lane's thread alone and read by any: so
 * that a count costs an addition, and neither a lock nor a fence.
 */
public final class Traffic {
    /** Longs around the counts, so that two lanes never write to the same cache line. */
    private static final int PADDING = 8;

    private final AtomicLongArray counts = new AtomicLongArray(PADDING + Flow.values().length + PADDING);

    /** What flows. Bytes are those of MQTT packets, whatever carries them. */
    public enum Flow {
        SOCKETS_OPENED,
        CONNECTS_RECEIVED,
        PACKETS_RECEIVED,
        PACKETS_SENT,
        BYTES_RECEIVED,
        BYTES_SENT,
        PUBLISHES_RECEIVED,
        PUBLISHES_SENT,
        PAYLOAD_BYTES_RECEIVED,
        PAYLOAD_BYTES_SENT
    }

    /** Called on the lane. */
    public void add(Flow flow, long count) {
        int at = placeOf(flow);
        counts.setOpaque(at, counts.getPlain(at) + count); // its one writer reads what it wrote
    }

    /** From any thread. It never goes back. */
    public long get(Flow flow) {
        return counts.getOpaque(placeOf(flow));
    }

    @SuppressWarnings("EnumOrdinal") // a map would cost more than the count; the places leave this class nowhere
    private static int placeOf(Flow flow) {
        return PADDING + flow.ordinal();
    }
}

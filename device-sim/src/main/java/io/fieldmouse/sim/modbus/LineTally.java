package io.fieldmouse.sim.modbus;

import java.util.concurrent.atomic.LongAdder;

/** The counters behind {@link SimulatedLine.Counters}; counted by the line's thread, read by any. */
final class LineTally {
    final LongAdder requests = new LongAdder();
    final LongAdder replies = new LongAdder();
    final LongAdder badFrames = new LongAdder();
    final LongAdder foreignRequests = new LongAdder();
    final LongAdder broadcasts = new LongAdder();
    final LongAdder collisions = new LongAdder();
    final LongAdder droppedReplies = new LongAdder();
    final LongAdder droppedBytes = new LongAdder();

    SimulatedLine.Counters snapshot() {
        return new SimulatedLine.Counters(
                requests.sum(),
                replies.sum(),
                badFrames.sum(),
                foreignRequests.sum(),
                broadcasts.sum(),
                collisions.sum(),
                droppedReplies.sum(),
                droppedBytes.sum());
    }
}

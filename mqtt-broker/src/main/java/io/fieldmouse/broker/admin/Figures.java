package io.fieldmouse.broker.admin;

import io.fieldmouse.broker.lane.Traffic.Flow;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.session.Population.Census;
import io.fieldmouse.store.StoreStatus;
import java.util.Map;
import java.util.Objects;

/**
 * One moment of the broker in numbers.
 *
 * @param uptimeSeconds since the start
 * @param flows of all lanes together, since the start
 * @param counts since the start
 * @param census sessions and clients now
 * @param connectedMost clients at one time
 * @param expired sessions whose time was up, since the start
 * @param subscriptions now, without shared ones
 * @param sharedSubscriptions now
 * @param held what the broker keeps now
 * @param store how the store is
 * @param heapBytes in use now, with what the collector has yet to take
 * @param heapBytesMost of those seen so far
 */
record Figures(
        long uptimeSeconds,
        Map<Flow, Long> flows,
        Map<Counter, Long> counts,
        Census census,
        int connectedMost,
        long expired,
        long subscriptions,
        long sharedSubscriptions,
        Held held,
        Store store,
        long heapBytes,
        long heapBytesMost) {

    /**
     * @param retained retained messages
     * @param queued messages in queues and windows, each receiver's copy
     * @param payloadBytes of both
     * @param retainedBytes what retained messages weigh against their bound
     * @param bufferBytes of all clients against their bound
     * @param backlogBytes that wait for the disk
     */
    record Held(
            long retained, long queued, long payloadBytes, long retainedBytes, long bufferBytes, long backlogBytes) {}

    /** @param failing whether it makes nothing durable at present */
    record Store(StoreStatus status, boolean failing) {}

    long flow(Flow flow) {
        return Objects.requireNonNull(flows.get(flow));
    }

    long count(Counter counter) {
        return Objects.requireNonNull(counts.get(counter));
    }

    /** Messages of all kinds that were dropped. */
    long dropped() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().name().startsWith(SysTopic.DROPPED))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}

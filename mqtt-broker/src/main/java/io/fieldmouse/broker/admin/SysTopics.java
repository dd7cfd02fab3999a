package io.fieldmouse.broker.admin;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.lane.Lanes;
import io.fieldmouse.broker.lane.Traffic.Flow;
import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.routing.Router;
import io.fieldmouse.broker.session.ByteBudget;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.Population;
import io.fieldmouse.broker.session.QueuedTotals;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Tells of the broker under {@code $SYS/broker/}, with the names and meanings mosquitto gave them. A topic is
 * published when its value has changed; it is retained in memory only, and as new as the last update.
 *
 * <p>Belongs to one lane. The numbers of the others are read as they are: each of them is right, and no two of them
 * need be of the same instant but where they are told as one.
 */
public final class SysTopics {
    private final Lane lane;
    private final Lanes lanes;
    private final Router router;
    private final Sources sources;
    private final Loads loads = new Loads();
    private final List<SysTopic> topics;
    private final Map<SysTopic, String> told = new HashMap<>();
    private final long beganMillis;
    private long updatedMillis;
    private long heapBytesMost;

    /**
     * What is counted elsewhere.
     *
     * @param queued one for each lane
     * @param gate any lane's: what they know of the store is the same for all
     */
    public record Sources(
            Counters counters,
            Population population,
            List<QueuedTotals> queued,
            ByteBudget buffers,
            CommitGate gate,
            WallClock clock) {}

    /**
     * @param lane on which {@link #update} will be called
     * @param version of the broker
     */
    public SysTopics(Lane lane, Lanes lanes, Router router, Sources sources, String version) {
        this.lane = lane;
        this.lanes = lanes;
        this.router = router;
        this.sources = sources;
        this.topics = SysTopic.all(version, loads);
        this.beganMillis = sources.clock().millis();
        this.updatedMillis = beganMillis;
    }

    /** Publishes what has changed since the last update; at first everything. */
    public void update() {
        long now = sources.clock().millis();
        Figures figures = figures(now);
        loads.advance(figures, now - updatedMillis);
        updatedMillis = now;
        for (SysTopic topic : topics) {
            String value = topic.value().apply(figures);
            if (!value.equals(told.put(topic, value))) {
                router.publishSystem(SysTopic.ROOT + topic.name(), value.getBytes(StandardCharsets.UTF_8), lane);
            }
        }
    }

    private Figures figures(long now) {
        Map<Flow, Long> flows = new EnumMap<>(Flow.class);
        for (Flow flow : Flow.values()) {
            flows.put(flow, sum(lanes.all(), each -> each.traffic().get(flow)));
        }
        Map<Counter, Long> counts = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            counts.put(counter, sources.counters().get(counter));
        }
        Population population = sources.population();
        long heapBytes =
                Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        heapBytesMost = Math.max(heapBytesMost, heapBytes);
        return new Figures(
                (now - beganMillis) / 1000,
                flows,
                counts,
                population.census(),
                population.connectedMost(),
                population.expired(),
                population.subscriptions(),
                population.sharedSubscriptions(),
                held(),
                store(),
                heapBytes,
                heapBytesMost);
    }

    private Figures.Held held() {
        return new Figures.Held(
                router.retainedCount(),
                sum(sources.queued(), QueuedTotals::messages),
                router.retainedPayloadBytes() + sum(sources.queued(), QueuedTotals::payloadBytes),
                router.retainedBytes(),
                sources.buffers().bytes(),
                sources.gate().pendingBytes());
    }

    private Figures.Store store() {
        CommitGate gate = sources.gate();
        return new Figures.Store(gate.status(), gate.trouble() != null);
    }

    private static <T> long sum(List<T> all, ToLongFunction<? super T> number) {
        return all.stream().mapToLong(number).sum();
    }
}

package io.fieldmouse.edge.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** All flows, what was done so far, and what went wrong. Shared by all threads. */
final class Ledger {
    /** After which a lane has handed to the store what it did. */
    private static final long LONG_TURN_MILLIS = 200;

    private final Stage stage;
    private final List<Flow> flows = new ArrayList<>();
    private final Map<String, Flow> byTopic = new ConcurrentHashMap<>();
    private final Map<Integer, Long> storedUpTo = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();

    final AtomicLong acknowledgedAtQos1 = new AtomicLong();
    final AtomicLong acknowledgedAtQos2 = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong delivered = new AtomicLong();
    final AtomicLong repeatedAtQos1 = new AtomicLong();
    final AtomicLong retainedSet = new AtomicLong();
    final AtomicLong retainedLookedAt = new AtomicLong();
    final AtomicLong subscriptionsChanged = new AtomicLong();
    final AtomicLong subscriptionsProbed = new AtomicLong();
    final AtomicLong sessionsResumed = new AtomicLong();
    final AtomicLong sessionsEnded = new AtomicLong();
    final AtomicLong sessionsExpired = new AtomicLong();

    Ledger(Stage stage) {
        this.stage = stage;
    }

    /** Before any thread is started. */
    Flow newFlow(String topic, int qos, boolean retained) {
        Flow flow = new Flow(topic, qos, retained, flows.size());
        flows.add(flow);
        byTopic.put(topic, flow);
        return flow;
    }

    List<Flow> flows() {
        return flows;
    }

    @Nullable
    Flow flow(String topic) {
        return byTopic.get(topic);
    }

    void countAcknowledged(Flow flow) {
        (flow.qos() == 1 ? acknowledgedAtQos1 : acknowledgedAtQos2).incrementAndGet();
        if (flow.isRetained()) {
            retainedSet.incrementAndGet();
        }
    }

    /** A message was acknowledged in this run that had been sent in it at this time: what the broker did before is stored. */
    void storedUpTo(int run, long sentMillis) {
        storedUpTo.merge(run, sentMillis, Math::max);
    }

    /** Whether what the broker did in this run at this time, whoever waited for it, was stored in that run. */
    boolean wasStored(int run, long atMillis) {
        return storedUpTo.getOrDefault(run, 0L) > atMillis + LONG_TURN_MILLIS;
    }

    /** Something that must never be. */
    void violation(String what) {
        violations.add(stage.now() + ": " + what);
    }

    boolean isClean() {
        return violations.isEmpty();
    }

    List<String> violations() {
        return List.copyOf(violations);
    }
}

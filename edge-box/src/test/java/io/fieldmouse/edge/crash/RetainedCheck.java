package io.fieldmouse.edge.crash;

import io.fieldmouse.edge.crash.Wire.Packet;
import io.fieldmouse.edge.crash.Wire.Publish;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Looks, as a client of its own, at everything that is retained, while nobody changes it. It knows that it has seen all
 * when the last comes: retained messages leave in the order of the filters that ask for them.
 */
final class RetainedCheck {
    private static final String ALL = "kept/#";
    private static final int PATIENCE_MILLIS = 20_000;

    private final Stage stage;
    private final Ledger ledger;
    private final Flow end;
    private final Map<Flow, Publish> found = new HashMap<>();

    /** @param end retained for good */
    RetainedCheck(Stage stage, Ledger ledger, Flow end) {
        this.stage = stage;
        this.ledger = ledger;
        this.end = end;
    }

    void run() {
        try (Wire wire = new Wire(stage.port())) {
            wire.connect("looker", true, 0, 100);
            wire.subscribe(1, 1, 0, 0, ALL, end.topic());
            wire.flush();
            while (!found.containsKey(end)) {
                Packet packet = wire.poll(PATIENCE_MILLIS);
                if (packet == null) {
                    ledger.violation("what is retained for good, " + end.topic() + ", is gone");
                    return;
                }
                if (packet.type() == Wire.PUBLISH) {
                    note(Wire.publish(packet));
                }
            }
            Set<Flow> absent = new HashSet<>(ledger.flows());
            absent.removeAll(found.keySet());
            absent.stream().filter(Flow::isRetained).forEach(this::checkAbsent);
            found.forEach(this::check);
        } catch (IOException e) {
            ledger.violation("looking at what is retained: " + e);
        }
    }

    private void note(Publish publish) {
        Flow flow = ledger.flow(publish.topic());
        if (flow == null || found.put(flow, publish) != null) {
            ledger.violation("retained, and not to be there or there twice: " + publish.topic());
        }
    }

    private void checkAbsent(Flow flow) {
        ledger.retainedLookedAt.incrementAndGet();
        if (!flow.mayHaveNone()) {
            int acknowledged = flow.acknowledged();
            ledger.violation("nothing is retained under " + flow + "\n" + flow.story(acknowledged));
        }
    }

    private void check(Flow flow, Publish publish) {
        ledger.retainedLookedAt.incrementAndGet();
        String flaw = Content.flaw(publish.topic(), publish.number(), publish.payload());
        if (flaw != null || !publish.retain()) {
            ledger.violation("retained is " + flaw + "\n" + flow.story(publish.number()));
        }
        int least = flow.acknowledged();
        if (!flow.mayBeRetained(publish.number(), least)) {
            ledger.violation("retained is " + publish.number() + ", where " + flow + "\n" + flow.story(publish.number())
                    + "\n" + flow.story(least));
        }
    }
}

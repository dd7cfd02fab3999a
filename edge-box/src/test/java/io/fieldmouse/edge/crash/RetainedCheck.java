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
    private final Stream end;
    private final Map<Stream, Publish> found = new HashMap<>();

    /** @param end retained for good */
    RetainedCheck(Stage stage, Ledger ledger, Stream end) {
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
            Set<Stream> absent = new HashSet<>(ledger.streams());
            absent.removeAll(found.keySet());
            absent.stream().filter(Stream::isRetained).forEach(this::checkAbsent);
            found.forEach(this::check);
        } catch (IOException e) {
            ledger.violation("looking at what is retained: " + e);
        }
    }

    private void note(Publish publish) {
        Stream stream = ledger.stream(publish.topic());
        if (stream == null || found.put(stream, publish) != null) {
            ledger.violation("retained, and not to be there or there twice: " + publish.topic());
        }
    }

    private void checkAbsent(Stream stream) {
        ledger.retainedLookedAt.incrementAndGet();
        if (!stream.mayHaveNone()) {
            int acknowledged = stream.acknowledged();
            ledger.violation("nothing is retained under " + stream + "\n" + stream.story(acknowledged));
        }
    }

    private void check(Stream stream, Publish publish) {
        ledger.retainedLookedAt.incrementAndGet();
        String flaw = Content.flaw(publish.topic(), publish.number(), publish.payload());
        if (flaw != null || !publish.retain()) {
            ledger.violation("retained is " + flaw + "\n" + stream.story(publish.number()));
        }
        int least = stream.acknowledged();
        if (!stream.mayBeRetained(publish.number(), least)) {
            ledger.violation("retained is " + publish.number() + ", where " + stream + "\n"
                    + stream.story(publish.number()) + "\n" + stream.story(least));
        }
    }
}

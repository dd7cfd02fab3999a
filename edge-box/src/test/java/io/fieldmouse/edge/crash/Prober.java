package io.fieldmouse.edge.crash;

import io.fieldmouse.edge.crash.Wire.Publish;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Publishes what the director asks for, when nothing else is going on: to find out who subscribes to what. */
final class Prober extends Client {
    private final Queue<Flow> asked = new ConcurrentLinkedQueue<>();

    Prober(Stage stage, Ledger ledger, long seed) {
        super("prober", stage, ledger, seed);
    }

    /** One more message to this topic. */
    void ask(Flow topic) {
        asked.add(topic);
    }

    @Override
    boolean isWaiting() {
        return !asked.isEmpty();
    }

    @Override
    boolean work(Wire wire) throws IOException {
        Flow topic = asked.poll();
        if (topic == null) {
            return false;
        }
        publish(wire, topic, Content.BYTES_MIN);
        return true;
    }

    @Override
    void received(Publish publish) {
        violation("received " + publish.topic() + " and subscribes to nothing");
    }
}

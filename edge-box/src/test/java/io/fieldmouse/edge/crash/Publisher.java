package io.fieldmouse.edge.crash;

import io.fieldmouse.edge.crash.Wire.Publish;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Publishes live messages at QoS 1 and 2, and sets and clears retained topics of its own, a few in flight at a time. */
final class Publisher extends Client {
    private static final int WINDOW = 10;
    private static final int RETAINED_TOPICS = 20;

    private final Flow atQos1;
    private final Flow atQos2;
    private final List<Flow> retained = new ArrayList<>();

    Publisher(int number, Stage stage, Ledger ledger, long seed) {
        super("publisher-" + number, stage, ledger, seed);
        atQos1 = ledger.newFlow("live/" + number + "/one", 1, false);
        atQos2 = ledger.newFlow("live/" + number + "/two", 2, false);
        for (int i = 0; i < RETAINED_TOPICS; i++) {
            retained.add(ledger.newFlow("kept/" + number + "/" + i, 1 + i % 2, true));
        }
    }

    @Override
    boolean work(Wire wire) throws IOException {
        if (!stage.isLoading() || windowSize() >= WINDOW) {
            return false;
        }
        int choice = random.nextInt(10);
        if (stage.isHeavy() || choice >= 7) {
            Flow topic = retained.get(random.nextInt(RETAINED_TOPICS));
            boolean clears = random.nextInt(8) == 0;
            int size = stage.isHeavy() ? Content.BYTES_MAX : Content.randomSize(random);
            publish(wire, topic, clears ? 0 : size);
        } else {
            publish(wire, choice >= 4 ? atQos2 : atQos1, Content.randomSize(random));
        }
        return true;
    }

    @Override
    void received(Publish publish) {
        violation("received " + publish.topic() + " " + publish.number() + " and subscribes to nothing");
    }
}

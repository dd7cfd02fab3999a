package io.fieldmouse.edge.crash;

import io.fieldmouse.edge.crash.Wire.Packet;
import io.fieldmouse.edge.crash.Wire.Publish;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Subscribes once and relies on its session ever after: each message must come, in its flow's order, at QoS 2 once.
 * One that is not there in every run finds the rest in its queue.
 */
final class Subscriber extends Client {
    private static final int SUBSCRIPTION_ID = 7;

    private final String filter;
    private final int qos;
    private final int receiveMaximum;
    private final List<Flow> flows;
    private final AtomicIntegerArray newest;
    private final Settlements<String> acknowledged;
    private int missed;
    private volatile boolean attending = true;
    private volatile boolean subscribed;

    /** @param prefix of the topics it subscribes to */
    Subscriber(String id, String prefix, int qos, int receiveMaximum, Stage stage, Ledger ledger, long seed) {
        super(id, stage, ledger, seed);
        this.filter = prefix + "#";
        this.qos = qos;
        this.receiveMaximum = receiveMaximum;
        this.flows = ledger.flows().stream()
                .filter(flow -> flow.topic().startsWith(prefix))
                .toList();
        this.acknowledged = new Settlements<>(stage, ledger);
        this.newest = new AtomicIntegerArray(ledger.flows().size());
    }

    /** Whether it is to be there in the next run of the program; it is if it has missed so many. */
    void attend(boolean nextTime, int missedMax) {
        attending = nextTime || missed >= missedMax;
        missed = attending ? 0 : missed + 1;
    }

    @Override
    boolean attends() {
        return attending;
    }

    @Override
    int receiveMaximum() {
        return receiveMaximum;
    }

    @Override
    void resumed(Wire wire) throws IOException {
        if (!subscribed) {
            wire.subscribe(freePacketId(), SUBSCRIPTION_ID, 2, qos, filter);
        }
    }

    @Override
    void answered(Packet packet) {
        if (packet.onlyCode() != qos) {
            violation("SUBSCRIBE " + filter + " was answered with " + packet.onlyCode());
        }
        subscribed = true;
    }

    @Override
    boolean isWaiting() {
        return !subscribed;
    }

    @Override
    boolean work(Wire wire) {
        return false;
    }

    @Override
    void received(Publish publish) {
        Flow flow = ledger.flow(publish.topic());
        if (flow == null || !flows.contains(flow)) {
            violation("received " + publish.topic() + ", which it does not subscribe to");
            return;
        }
        int number = publish.number();
        checkForm(publish, flow);
        int last = newest.get(flow.index());
        if (number <= last && publish.qos() == 2) {
            violation("received a second time at QoS 2\n" + flow.story(number));
        } else if (number <= last) {
            repeated(flow, number);
        } else if (flow.onlyRefusedBetween(last, number)) {
            newest.set(flow.index(), number);
        } else {
            violation("lost " + (last + 1) + " to " + (number - 1) + " of " + flow.topic() + ", " + number + " came\n"
                    + flow.story(last + 1) + "\n" + flow.story(number));
            newest.set(flow.index(), number);
        }
        acknowledged.settled(flow.topic() + number);
    }

    /** A copy at QoS 1: the publisher's, or one whose acknowledgement the broker has forgotten. */
    private void repeated(Flow flow, int number) {
        ledger.repeatedAtQos1.incrementAndGet();
        if (flow.wasSentOnce(number) && acknowledged.mustBeKnown(flow.topic() + number)) {
            violation("comes back, which it acknowledged long ago\n" + flow.story(number));
        }
    }

    private void checkForm(Publish publish, Flow flow) {
        String flaw = (publish.payload().length == 0 && flow.isRetained())
                ? null
                : Content.flaw(publish.topic(), publish.number(), publish.payload());
        if (flaw != null) {
            violation("received " + flaw + "\n" + flow.story(publish.number()));
        }
        if (publish.qos() != Math.min(qos, flow.qos()) || publish.retain()) {
            violation("received with QoS " + publish.qos() + ", retain " + publish.retain() + "\n"
                    + flow.story(publish.number()));
        }
        if (!publish.subscriptionIds().equals(List.of(SUBSCRIPTION_ID))) {
            violation("received for the subscriptions " + publish.subscriptionIds() + "\n"
                    + flow.story(publish.number()));
        }
    }

    /** Whether it has everything that was acknowledged. */
    boolean isUpToDate() {
        return subscribed && flows.stream().allMatch(this::isUpToDate);
    }

    private boolean isUpToDate(Flow flow) {
        return newest.get(flow.index()) >= flow.acknowledged();
    }

    /** The first of what was acknowledged and did not come. */
    String missing() {
        StringBuilder text = new StringBuilder(id + " (" + filter + ", QoS " + qos + ") misses");
        for (Flow flow : flows) {
            int last = newest.get(flow.index());
            if (last < flow.acknowledged()) {
                text.append("\n  from ").append(last + 1).append(" to ").append(flow.acknowledged());
                text.append('\n').append(flow.story(last + 1));
            }
        }
        return text.toString();
    }
}

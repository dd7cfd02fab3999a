package io.fieldmouse.edge.crash;

import io.fieldmouse.edge.crash.Wire.Packet;
import io.fieldmouse.edge.crash.Wire.Publish;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Subscribes and unsubscribes all the time, with changing options, and knows which subscriptions it must have: those
 * that were acknowledged, and either way where a kill came before the answer. Between two loads the {@link Prober}
 * publishes once to each filter; what comes of that tells which subscriptions there are.
 *
 * <p>Besides it subscribes to retained topics, to look at what is retained while that changes.
 */
final class Churner extends Client {
    private static final int FILTERS = 8;
    private static final int RETAINED_FILTERS = 2;
    private static final int FIRST_ID = 1;

    private final List<Filter> filters = new ArrayList<>();
    private final Filter last;
    private final List<Flow> retained;
    private final Map<String, Integer> leastRetained = new HashMap<>();
    private int nextId = FIRST_ID + 1;
    private @Nullable Asked asked;
    private volatile int probed;

    /** What a subscription looks like; none is one without an id. */
    private record Terms(int qos, int subscriptionId) {
        static final Terms NONE = new Terms(0, 0);

        boolean exist() {
            return subscriptionId > 0;
        }
    }

    private static final class Filter {
        final String text;
        final @Nullable Flow flow;
        List<Terms> possible = List.of(Terms.NONE);

        @Nullable
        Publish probe;

        Filter(String text, @Nullable Flow flow) {
            this.text = text;
            this.flow = flow;
        }

        boolean isCertain() {
            return possible.size() == 1;
        }
    }

    /** A SUBSCRIBE or UNSUBSCRIBE without an answer. */
    private record Asked(int packetId, Filter filter, Terms terms, List<Terms> before) {}

    Churner(int number, Stage stage, Ledger ledger, long seed) {
        super("churner-" + number, stage, ledger, seed);
        for (int i = 0; i < FILTERS; i++) {
            filters.add(filter("spot/" + number + "/" + i));
        }
        last = filter("spot/" + number + "/last");
        retained = ledger.flows().stream().filter(Flow::isRetained).toList();
        for (Flow topic : retained.subList(0, RETAINED_FILTERS)) {
            filters.add(new Filter(topic.topic(), null));
        }
    }

    private Filter filter(String topic) {
        return new Filter(topic, ledger.newFlow(topic, 2, false));
    }

    /** Has one message published to each filter, {@link #last} of all to one that it always subscribes to. */
    void askProbes(Prober prober) {
        for (Filter filter : filters) {
            if (filter.flow != null) {
                prober.ask(filter.flow);
            }
        }
        if (last.flow != null) {
            prober.ask(last.flow);
        }
    }

    /** How many times all filters have been probed and looked at. */
    int probed() {
        return probed;
    }

    // ---- changes

    @Override
    void resumed(Wire wire) throws IOException {
        asked = null; // whether it took effect is not known, and both stay possible
        if (!last.isCertain() || !last.possible.get(0).exist()) {
            subscribe(wire, last, new Terms(2, FIRST_ID), 2);
        }
    }

    @Override
    boolean isWaiting() {
        return asked != null;
    }

    @Override
    boolean work(Wire wire) throws IOException {
        if (asked != null || !stage.isLoading()) {
            return false;
        }
        Filter filter = filters.get(random.nextInt(filters.size()));
        boolean none = filter.isCertain() && !filter.possible.get(0).exist();
        if (filter.flow == null && none) {
            Flow topic = retained.stream()
                    .filter(flow -> flow.topic().equals(filter.text))
                    .findFirst()
                    .orElseThrow();
            leastRetained.put(filter.text, topic.acknowledged());
            subscribe(wire, filter, new Terms(0, nextId++), 0);
        } else if (filter.flow != null && (none || random.nextBoolean())) {
            subscribe(wire, filter, new Terms(1 + random.nextInt(2), nextId++), 2);
        } else {
            unsubscribe(wire, filter);
        }
        return true;
    }

    private void subscribe(Wire wire, Filter filter, Terms terms, int retainHandling) throws IOException {
        int packetId = ask(filter, terms);
        event("SUBSCRIBE " + filter.text + " " + terms);
        wire.subscribe(packetId, terms.subscriptionId(), retainHandling, terms.qos(), filter.text);
    }

    private void unsubscribe(Wire wire, Filter filter) throws IOException {
        int packetId = ask(filter, Terms.NONE);
        event("UNSUBSCRIBE " + filter.text);
        wire.unsubscribe(packetId, filter.text);
    }

    private int ask(Filter filter, Terms terms) {
        int packetId = freePacketId();
        asked = new Asked(packetId, filter, terms, filter.possible);
        List<Terms> either = new ArrayList<>(filter.possible);
        either.add(terms);
        filter.possible = List.copyOf(either);
        return packetId;
    }

    @Override
    void answered(Packet packet) {
        Asked answered = asked;
        if (answered == null || answered.packetId() != packet.packetId()) {
            violation("an answer to " + packet.packetId() + ", where " + answered + " was asked");
            return;
        }
        asked = null;
        Filter filter = answered.filter();
        int code = packet.onlyCode();
        event("answered " + filter.text + " with " + code);
        if (packet.type() == Wire.SUBACK && code != answered.terms().qos()) {
            violation("SUBSCRIBE " + filter.text + " was answered with " + code);
        }
        if (packet.type() == Wire.UNSUBACK) {
            checkExisted(answered, code != Wire.NO_SUBSCRIPTION_EXISTED);
        }
        filter.possible = List.of(answered.terms());
        ledger.subscriptionsChanged.incrementAndGet();
    }

    private void checkExisted(Asked answered, boolean existed) {
        if (answered.before().stream().noneMatch(terms -> terms.exist() == existed)) {
            violation("UNSUBSCRIBE says that a subscription to " + answered.filter().text
                    + (existed ? " existed" : " did not exist") + ", where there should be " + answered.before());
        }
    }

    // ---- what comes

    @Override
    void received(Publish publish) {
        if (publish.topic().startsWith("kept/")) {
            checkRetained(publish);
            return;
        }
        for (Filter filter : filters) {
            if (filter.text.equals(publish.topic())) {
                filter.probe = publish;
            }
        }
        if (publish.topic().equals(last.text)) {
            filters.forEach(filter -> checkProbe(filter, publish.number()));
            probed = publish.number();
        }
    }

    private void checkRetained(Publish publish) {
        Flow flow = ledger.flow(publish.topic());
        if (flow == null) {
            violation("received " + publish.topic());
            return;
        }
        boolean empty = publish.payload().length == 0 && !publish.retain();
        String flaw = empty ? null : Content.flaw(publish.topic(), publish.number(), publish.payload());
        if (flaw != null) {
            violation("received " + flaw + "\n" + flow.story(publish.number()));
        }
        int least = leastRetained.getOrDefault(publish.topic(), 0);
        if (publish.retain() && !flow.mayBeRetained(publish.number(), least)) {
            violation("retained is " + publish.number() + ", acknowledged was " + least + "\n"
                    + flow.story(publish.number()) + "\n" + flow.story(least));
        }
        ledger.retainedLookedAt.incrementAndGet();
    }

    private void checkProbe(Filter filter, int number) {
        Flow flow = filter.flow;
        if (flow == null) {
            return;
        }
        Publish probe = (filter.probe != null && filter.probe.number() == number) ? filter.probe : null;
        boolean asItShouldBe = filter.possible.stream().anyMatch(terms -> agrees(terms, probe));
        if (!asItShouldBe) {
            violation(
                    "a subscription to " + filter.text + " is as " + (probe == null ? "none" : probe.subscriptionIds())
                            + ", not as " + filter.possible + "\n" + flow.story(number));
        }
        ledger.subscriptionsProbed.incrementAndGet();
    }

    private static boolean agrees(Terms terms, @Nullable Publish probe) {
        if (probe == null) {
            return !terms.exist();
        }
        return terms.exist()
                && probe.qos() == terms.qos()
                && probe.subscriptionIds().equals(List.of(terms.subscriptionId()));
    }
}

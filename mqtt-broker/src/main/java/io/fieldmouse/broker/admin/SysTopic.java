package io.fieldmouse.broker.admin;

import io.fieldmouse.broker.lane.Traffic.Flow;
import io.fieldmouse.broker.message.Counters.Counter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * One topic of {@code $SYS}, and how its value is read off the figures. {@code docs/sys-topics.md} says what each
 * means.
 *
 * @param name below {@link #ROOT}
 */
record SysTopic(String name, Function<Figures, String> value) {
    static final String ROOT = "$SYS/broker/";
    static final String DROPPED = "DROPPED_";

    /** Counters whose names begin so are told under the topic level of that word. */
    private static final List<String> REASONS = List.of(DROPPED, "REFUSED_", "SLOWED_");

    /** All there are: mosquitto's 53 first, then this broker's own. */
    static List<SysTopic> all(String version, Loads loads) {
        List<SysTopic> all = new ArrayList<>();
        all.add(new SysTopic("version", figures -> version));
        all.add(new SysTopic("uptime", figures -> figures.uptimeSeconds() + " seconds"));
        all.addAll(clients());
        all.addAll(traffic());
        all.addAll(held());
        all.addAll(store());
        for (Load load : Load.values()) {
            for (int window : Loads.WINDOWS) {
                all.add(average("load/" + load.topic() + "/" + window + "min", f -> loads.perMinute(load, window)));
            }
        }
        all.addAll(reasons());
        return List.copyOf(all);
    }

    private static List<SysTopic> clients() {
        return List.of(
                number("clients/total", f -> f.census().sessions()),
                number("clients/maximum", Figures::connectedMost),
                number("clients/active", f -> f.census().connected()),
                number("clients/connected", f -> f.census().connected()),
                number("clients/inactive", f -> f.census().disconnected()),
                number("clients/disconnected", f -> f.census().disconnected()),
                number("clients/expired", Figures::expired),
                number("subscriptions/count", Figures::subscriptions),
                number("shared_subscriptions/count", Figures::sharedSubscriptions));
    }

    private static List<SysTopic> traffic() {
        return List.of(
                number("messages/received", f -> f.flow(Flow.PACKETS_RECEIVED)),
                number("messages/sent", f -> f.flow(Flow.PACKETS_SENT)),
                number("publish/messages/received", f -> f.flow(Flow.PUBLISHES_RECEIVED)),
                number("publish/messages/sent", f -> f.flow(Flow.PUBLISHES_SENT)),
                number("publish/messages/dropped", Figures::dropped),
                number("publish/bytes/received", f -> f.flow(Flow.PAYLOAD_BYTES_RECEIVED)),
                number("publish/bytes/sent", f -> f.flow(Flow.PAYLOAD_BYTES_SENT)),
                number("bytes/received", f -> f.flow(Flow.BYTES_RECEIVED)),
                number("bytes/sent", f -> f.flow(Flow.BYTES_SENT)));
    }

    private static List<SysTopic> held() {
        ToLongFunction<Figures> messages = f -> f.held().retained() + f.held().queued();
        return List.of(
                number("messages/stored", messages),
                number("store/messages/count", messages),
                number("store/messages/bytes", f -> f.held().payloadBytes()),
                number("retained messages/count", f -> f.held().retained()),
                number("heap/current", Figures::heapBytes),
                number("heap/maximum", Figures::heapBytesMost),
                number("retained messages/bytes", f -> f.held().retainedBytes()),
                number("buffers/bytes", f -> f.held().bufferBytes()),
                number("store/backlog/bytes", f -> f.held().backlogBytes()));
    }

    private static List<SysTopic> store() {
        return List.of(
                number("store/failing", f -> f.store().failing() ? 1 : 0),
                number("store/failures", f -> f.store().status().writeFailures()),
                number("store/groups", f -> f.store().status().groups()),
                number("store/journal/bytes", f -> f.store().status().journalBytes()),
                number("store/checkpoints", f -> f.store().status().checkpoints()),
                number("store/checkpoints/failed", f -> f.store().status().checkpointFailures()),
                number("store/damaged", f -> f.store().status().damagedParts()),
                number("store/lost_commits", f -> f.store().status().lostCommits()));
    }

    private static List<SysTopic> reasons() {
        List<SysTopic> all = new ArrayList<>();
        all.add(number("expired", f -> f.count(Counter.EXPIRED)));
        all.add(number("violations", f -> f.count(Counter.VIOLATIONS)));
        Arrays.stream(Counter.values())
                .filter(counter -> REASONS.stream().anyMatch(counter.name()::startsWith))
                .forEach(counter -> all.add(number(nameOf(counter), f -> f.count(counter))));
        return all;
    }

    /** {@code DROPPED_SLOW_READER} is told as {@code dropped/slow_reader}. */
    private static String nameOf(Counter counter) {
        return counter.name().toLowerCase(Locale.ROOT).replaceFirst("_", "/");
    }

    private static SysTopic number(String name, ToLongFunction<Figures> value) {
        return new SysTopic(name, figures -> Long.toString(value.applyAsLong(figures)));
    }

    private static SysTopic average(String name, ToDoubleFunction<Figures> value) {
        return new SysTopic(name, figures -> String.format(Locale.ROOT, "%.2f", value.applyAsDouble(figures)));
    }
}

package io.fieldmouse.edge.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What has been heard of each topic, as far as it is new. Bounded; for any thread. */
public final class Readings {

    private static final int TOPICS_MAX = 1_000;
    private static final String AVAILABILITY = "/availability";

    private final Comparator<Row> order;
    private final Map<String, Row> rows = new TreeMap<>();
    private long messages;

    /**
     * A topic's line in the table.
     *
     * @param heardNanos when its last message came
     * @param changedNanos when it last said something else than before
     */
    record Row(String topic, TopicState state, long heardNanos, long changedNanos) {
        /** All before the last level. */
        String device() {
            return topic.substring(0, Math.max(0, topic.lastIndexOf('/')));
        }
    }

    /**
     * Knows nothing yet. Of each device comes first its availability, then what is named here, then what has a unit: the
     * measured before the counted and switched.
     *
     * @param first ends of topics, such as {@code fan/run}, in their order
     */
    public Readings(List<String> first) {
        List<String> named = List.copyOf(first);
        this.order = Comparator.comparing(Row::device)
                .thenComparing(row -> !row.topic().endsWith(AVAILABILITY))
                .thenComparing(row -> place(named, row.topic()))
                .thenComparing(row -> row.state().unit().isEmpty())
                .thenComparing(Row::topic);
    }

    private static int place(List<String> named, String topic) {
        for (int i = 0; i < named.size(); i++) {
            if (topic.endsWith("/" + named.get(i))) {
                return i;
            }
        }
        return named.size();
    }

    /** Notes a message. Commands and their results are no readings and are left out. */
    public synchronized void heard(String topic, byte[] payload, long nowNanos) {
        if (isCommand(topic) || (!rows.containsKey(topic) && rows.size() >= TOPICS_MAX)) {
            return;
        }
        messages++;
        TopicState state = TopicState.of(payload);
        Row before = rows.get(topic);
        boolean changed = before == null || !before.state().equals(state);
        rows.put(topic, new Row(topic, state, nowNanos, before == null || changed ? nowNanos : before.changedNanos()));
    }

    /** The point's own name may begin with the same letters, as a setpoint's does. */
    private static boolean isCommand(String topic) {
        return topic.endsWith("/set") || topic.contains("/set/");
    }

    synchronized long messages() {
        return messages;
    }

    /** In the order in which to show them. */
    synchronized List<Row> rows() {
        List<Row> sorted = new ArrayList<>(rows.values());
        sorted.sort(order);
        return sorted;
    }
}

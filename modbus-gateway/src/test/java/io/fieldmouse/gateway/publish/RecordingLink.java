package io.fieldmouse.gateway.publish;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A link to nowhere that remembers what it took. Down until {@link #up}; any thread. */
public final class RecordingLink implements BrokerLink {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<LinkMessage> taken = new ArrayList<>();
    private final List<String> topicFilters = new ArrayList<>();
    private @Nullable Listener listener;
    private @Nullable LinkMessage will;
    private boolean up;
    private boolean closed;
    private int room = Integer.MAX_VALUE;
    private int offered;
    private final Map<String, String> refused = new HashMap<>();
    private String broken = "";

    @Override
    public synchronized void open(LinkMessage lastWill, Listener owner) {
        will = lastWill;
        listener = owner;
    }

    @Override
    public synchronized boolean publish(LinkMessage message) {
        offered++;
        notifyAll();
        if (message.topic().equals(broken)) {
            throw new AssertionError("broken on purpose");
        }
        if (!up || room == 0) {
            refused.put(message.topic(), text(message));
            return false;
        }
        room--;
        taken.add(message);
        return true;
    }

    @Override
    public synchronized void subscribe(String topicFilter) {
        topicFilters.add(topicFilter);
    }

    @Override
    public synchronized void close() {
        up = false;
        closed = true;
    }

    /** Takes messages from now on; none before its owner knows. */
    public synchronized void up() {
        up = true;
        owner().connected();
    }

    public synchronized void down() {
        up = false;
        owner().disconnected("pulled");
    }

    /** Takes that many messages more, and refuses the rest though it is up. */
    public synchronized void room(int messages) {
        room = messages;
    }

    /** The last message taken on this topic did not arrive. */
    public synchronized void lose(String topic) {
        List<LinkMessage> ofTopic =
                taken.stream().filter(message -> message.topic().equals(topic)).toList();
        owner().lost(ofTopic.get(ofTopic.size() - 1));
    }

    /** Fails on this topic as a program fails; on none when it is empty. */
    public synchronized void breaks(String topic) {
        broken = topic;
    }

    public void deliver(LinkMessage message) {
        owner().received(message);
    }

    private synchronized Listener owner() {
        if (listener == null) {
            throw new IllegalStateException("not open");
        }
        return listener;
    }

    public synchronized List<LinkMessage> taken() {
        return List.copyOf(taken);
    }

    public synchronized void forget() {
        taken.clear();
    }

    public synchronized List<String> topicFilters() {
        return List.copyOf(topicFilters);
    }

    public synchronized boolean isClosed() {
        return closed;
    }

    public synchronized @Nullable LinkMessage will() {
        return will;
    }

    /** Messages taken and refused so far. */
    public synchronized int offered() {
        return offered;
    }

    /** The last text refused on this topic; empty when none was. */
    public synchronized String refused(String topic) {
        return refused.getOrDefault(topic, "");
    }

    /** What was taken on this topic, as texts, oldest first. */
    public synchronized List<String> texts(String topic) {
        return taken.stream()
                .filter(message -> message.topic().equals(topic))
                .map(RecordingLink::text)
                .toList();
    }

    public static String text(LinkMessage message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    /** Waits until the link is as wanted, for a minute at most. */
    public synchronized void await(String what, Predicate<RecordingLink> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!wanted.test(this)) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("not within " + PATIENCE + ": " + what + "; taken "
                        + taken.stream().map(RecordingLink::text).toList());
            }
            wait(left);
        }
    }

    /** Waits for a message on this topic with this text. */
    public void awaitText(String topic, String text) throws InterruptedException {
        await(topic + " " + text, link -> link.texts(topic).contains(text));
    }
}

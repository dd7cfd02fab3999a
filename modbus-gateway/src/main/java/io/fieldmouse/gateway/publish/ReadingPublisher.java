package io.fieldmouse.gateway.publish;

import io.fieldmouse.gateway.reading.ChangeFilter;
import io.fieldmouse.gateway.reading.Reading;
import io.fieldmouse.gateway.reading.ReadingSink;
import io.fieldmouse.gateway.reading.TopicTemplate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the broker's retained topics equal to what the buses last said: filter, topic, payload, link. A bus thread only
 * leaves its reading in the point's {@link Outlet} and puts the outlet in a queue; this publisher's one thread does the
 * rest, so that no bus waits for a link, and each topic's messages leave in the order of its readings.
 *
 * <p>While the link is down nothing is buffered but the newest of each point, and all of it is sent after
 * {@link #connected}; memory is bounded by the number of configured points. A history of the outage is not kept:
 * retained topics have no place for it, and a dashboard that came back would be shown old values as new ones.
 *
 * <p>What the link took and then lost while it stayed up, such as to a broker whose quota was used up, is sent again when
 * its topic has something new, and at the latest some seconds later: no topic stays at an old value for good.
 *
 * <p>QoS 1, because a subscriber receives at the lower of the publisher's and its own (MQTT 5.0, section 3.8.4): so each
 * subscriber chooses, and one that cannot miss a change of quality does not have to. Over a remote link the
 * acknowledgement costs four bytes; over the embedded one nothing.
 */
public final class ReadingPublisher implements ReadingSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReadingPublisher.class);

    /** For a link that is up and takes nothing more at the moment. */
    private static final Duration PAUSE_WHEN_FULL = Duration.ofMillis(20);

    /** A broker that refuses a topic must not be asked in circles. */
    static final Duration LOST_AGAIN = Duration.ofSeconds(10);

    /** How long an idle thread may not notice that there is something lost to be sent again. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

    private final TopicTemplate topics;
    private final BrokerLink link;
    private final LongSupplier nanoTime;
    private final Map<String, Map<String, Outlet<Reading>>> points = new HashMap<>();
    private final Map<String, Outlet<Boolean>> devices = new HashMap<>();
    private final Outlet<Boolean> gateway;
    /** By topic, in the order in which they are sent after a reconnection. */
    private final Map<String, Outlet<?>> outlets = new LinkedHashMap<>();

    private final BlockingQueue<Outlet<?>> waiting;
    private final Thread thread = new Thread(this::run, "publish");

    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder overtaken = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private long lostSentNanos;
    private volatile boolean someLost;
    private volatile boolean connected;
    private volatile boolean closing;

    /**
     * A publisher for these points; readings of others are counted and dropped.
     *
     * @param pointsOfDevices the names of each device's points
     * @param nanoTime a clock that never jumps, as {@link System#nanoTime}
     */
    public ReadingPublisher(
            TopicTemplate topics,
            Map<String, ? extends Collection<String>> pointsOfDevices,
            ChangeFilter filter,
            BrokerLink link,
            LongSupplier nanoTime) {
        this.topics = topics;
        this.link = link;
        this.nanoTime = nanoTime;
        this.lostSentNanos = nanoTime.getAsLong();
        pointsOfDevices.forEach((device, names) -> {
            Map<String, Outlet<Reading>> ofDevice = new HashMap<>();
            names.forEach(name -> ofDevice.put(name, readings(topics.reading(device, name), filter)));
            points.put(device, ofDevice);
        });
        // After the readings: after a reconnection a device must not be seen online with values from before.
        pointsOfDevices.keySet().forEach(device -> devices.put(device, availability(topics.availability(device))));
        gateway = availability(topics.gatewayAvailability());
        waiting = new ArrayBlockingQueue<>(outlets.size());
    }

    private Outlet<Reading> readings(String topic, ChangeFilter filter) {
        return kept(topic, new Outlet<>(topic, ReadingJson::of, filter::passes, overtaken));
    }

    private Outlet<Boolean> availability(String topic) {
        Outlet.Due<Boolean> onChange = (published, since, candidate) -> !candidate.equals(published);
        return kept(topic, new Outlet<>(topic, ReadingPublisher::availabilityPayload, onChange, overtaken));
    }

    private <T> Outlet<T> kept(String topic, Outlet<T> outlet) {
        outlets.put(topic, outlet);
        return outlet;
    }

    /** What the broker is to say when the link is lost: every device then counts as offline with its gateway. */
    public LinkMessage will() {
        return LinkMessage.of(topics.gatewayAvailability(), availabilityPayload(false), 1, true);
    }

    /** Begins to publish: the gateway is online, and no device is before it has answered. */
    public void start() {
        devices.values().forEach(outlet -> put(outlet, false));
        put(gateway, true);
        thread.start();
    }

    @Override
    public void reading(Reading reading) {
        put(points.getOrDefault(reading.device(), Map.of()).get(reading.point()), reading);
    }

    @Override
    public void availability(String device, boolean online) {
        put(devices.get(device), online);
    }

    /** The link is up, for the first time or again: everything current is sent. To be called by the link's thread. */
    public void connected() {
        connections.incrementAndGet();
        connected = true;
        outlets.values().forEach(this::await);
    }

    /** The link is down: what comes is kept. To be called by the link's thread. */
    public void disconnected() {
        connected = false;
    }

    /**
     * The link took a message and it did not arrive. Any thread.
     *
     * @return false when it was none of this publisher's
     */
    public boolean lost(LinkMessage message) {
        Outlet<?> outlet = outlets.get(message.topic());
        if (outlet == null) {
            return false;
        }
        lost.increment();
        outlet.lost();
        someLost = true;
        return true;
    }

    /** Messages that the link took and that did not arrive; what their topics hold is sent again. */
    public long lost() {
        return lost.sum();
    }

    /** Changes that were followed by another of the same topic before the link took them. */
    public long overtaken() {
        return overtaken.sum();
    }

    /** Readings and availabilities of devices and points that were not configured. */
    public long unknown() {
        return unknown.sum();
    }

    /** Says that all devices and the gateway are offline and ends, after two seconds at most. The link stays open. */
    @Override
    public void close() {
        devices.values().forEach(outlet -> put(outlet, false));
        put(gateway, false);
        // Only now may an empty queue end the thread; and one more outlet in it wakes it to see that.
        closing = true;
        await(gateway);
        try {
            thread.join(CLOSE_MAX.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn("the link took not all of what was left to publish left={}", waiting.size());
            thread.interrupt();
        }
    }

    private <T> void put(@Nullable Outlet<T> outlet, T value) {
        if (outlet == null) {
            unknown.increment();
            return;
        }
        outlet.put(value);
        await(outlet);
    }

    private void await(Outlet<?> outlet) {
        if (outlet.mayWait() && !waiting.offer(outlet)) {
            throw new IllegalStateException("the queue has a place for each outlet, and each waits at most once");
        }
    }

    // From here on: the publisher's thread.

    private void run() {
        try {
            while (!(closing && waiting.isEmpty())) {
                Outlet<?> next = waiting.poll(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                if (next != null) {
                    attend(next);
                }
                sendLostAgain();
            }
        } catch (InterruptedException e) {
            LOG.debug("ended before all was published", e);
        }
    }

    private void sendLostAgain() {
        long now = nanoTime.getAsLong();
        if (someLost && now - lostSentNanos >= LOST_AGAIN.toNanos()) {
            lostSentNanos = now;
            someLost = false;
            outlets.values().stream().filter(Outlet::takeBackLost).forEach(this::await);
        }
    }

    private void attend(Outlet<?> outlet) throws InterruptedException {
        outlet.attended();
        // When the link is down, connected() comes for everything that is owed.
        if (!sendDue(outlet) && connected) {
            await(outlet);
            LockSupport.parkNanos(this, PAUSE_WHEN_FULL.toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException("closed while the link was full");
            }
        }
    }

    private boolean sendDue(Outlet<?> outlet) {
        try {
            return outlet.sendDue(link, connections.get(), nanoTime.getAsLong());
        } catch (RuntimeException | Error e) {
            // A fault of the program in one topic's affairs. Given up until the next reading of it: tried again at once
            // it would most likely fail again, and keep the others waiting.
            outlet.faulted(e, nanoTime.getAsLong());
            return true;
        }
    }

    private static byte[] availabilityPayload(boolean online) {
        return (online ? "online" : "offline").getBytes(StandardCharsets.US_ASCII);
    }
}

package io.fieldmouse.gateway.publish;

import io.fieldmouse.gateway.reading.FaultLog;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One retained topic and what it should hold. Any thread puts the newest in; the publisher's thread alone looks what is
 * due and sends it. There is no queue of older ones behind it: a retained topic is a state, and the state of a moment
 * ago is of no use to anyone who sees the present one. What was overtaken before it could be sent is counted.
 */
final class Outlet<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Outlet.class);

    /** At least once; the subscriber may ask for less (see {@link ReadingPublisher}). */
    private static final int QOS = 1;

    /** Whether a candidate is worth sending. */
    interface Due<T> {
        boolean passes(@Nullable T published, Duration since, T candidate);
    }

    private final String topic;
    private final Function<T, byte[]> payload;
    private final Due<T> due;
    private final LongAdder overtaken;
    private final FaultLog faults;

    private final AtomicReference<@Nullable T> newest = new AtomicReference<>();
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final AtomicBoolean lost = new AtomicBoolean();

    // The publisher's thread only.
    private @Nullable T current;
    private @Nullable T published;
    private long publishedNanos;
    private boolean owed;
    private int connection;

    Outlet(String topic, Function<T, byte[]> payload, Due<T> due, LongAdder overtaken) {
        this.topic = topic;
        this.payload = payload;
        this.due = due;
        this.overtaken = overtaken;
        this.faults = new FaultLog(LOG, "topic=" + topic);
    }

    void put(T value) {
        T unseen = newest.getAndSet(value);
        if (unseen != null && due.passes(unseen, Duration.ZERO, value)) {
            overtaken.increment();
        }
    }

    /** True once until {@link #attended}: an outlet waits in the publisher's queue at most once. */
    boolean mayWait() {
        return waiting.compareAndSet(false, true);
    }

    /** To be called before looking: what is put in afterwards lets the outlet wait again. */
    void attended() {
        waiting.set(false);
    }

    /** What was sent did not arrive. Any thread. */
    void lost() {
        lost.set(true);
    }

    /** Counts as not sent what is known to be lost; says whether there was such a thing. */
    boolean takeBackLost() {
        if (!lost.getAndSet(false)) {
            return false;
        }
        published = null;
        return true;
    }

    /** The program itself failed to send it. */
    void faulted(Throwable fault, long nowNanos) {
        faults.tell(fault, nowNanos);
    }

    /**
     * Sends what is due.
     *
     * @param connectionNow counts connections: with a new one, what was sent before may be lost
     * @return false when the link did not take it, and it is still owed
     */
    boolean sendDue(BrokerLink link, int connectionNow, long nowNanos) {
        T seen = newest.getAndSet(null);
        if (seen != null) {
            if (owed && due.passes(current, Duration.ZERO, seen)) {
                overtaken.increment();
            }
            current = seen;
        }
        if (connection != connectionNow) {
            connection = connectionNow;
            published = null;
            lost.set(false);
        }
        T candidate = current;
        owed = candidate != null && due.passes(published, Duration.ofNanos(nowNanos - publishedNanos), candidate);
        if (candidate != null && owed && link.publish(LinkMessage.of(topic, payload.apply(candidate), QOS, true))) {
            published = candidate;
            publishedNanos = nowNanos;
            owed = false;
        }
        return !owed;
    }
}

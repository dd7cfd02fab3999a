package io.fieldmouse.broker.session;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many sessions there are on all lanes together, how many of them have a client, and what they subscribe to.
 * Changed by every lane, asked from any thread.
 *
 * <p>Sessions and clients are in one number, so that whoever asks sees both of the same moment: the difference is
 * never negative.
 */
public final class Population {
    private static final int CLIENT_BITS = 32;
    private static final long ONE_SESSION = 1L << CLIENT_BITS;

    /** Sessions in the upper half, those with a client in the lower. */
    private final AtomicLong sessionsAndClients = new AtomicLong();

    private final AtomicInteger connectedMost = new AtomicInteger();
    private final LongAdder expired = new LongAdder();
    private final LongAdder subscriptions = new LongAdder();
    private final LongAdder sharedSubscriptions = new LongAdder();

    /**
     * A moment's count.
     *
     * @param sessions connected and not
     * @param connected those with a client
     */
    public record Census(int sessions, int connected) {
        public int disconnected() {
            return sessions - connected;
        }
    }

    public Census census() {
        long both = sessionsAndClients.get();
        return new Census((int) (both >>> CLIENT_BITS), (int) both);
    }

    public int sessions() {
        return census().sessions();
    }

    /** The most clients that were connected at one time since the start. */
    public int connectedMost() {
        return connectedMost.get();
    }

    /** Sessions that ended since the start because their time was up. */
    public long expired() {
        return expired.sum();
    }

    /** Subscriptions of all sessions together, without shared ones. */
    public long subscriptions() {
        return subscriptions.sum();
    }

    /** Shared subscriptions of all sessions together. */
    public long sharedSubscriptions() {
        return sharedSubscriptions.sum();
    }

    void sessionBegan() {
        sessionsAndClients.addAndGet(ONE_SESSION);
    }

    void sessionEnded() {
        sessionsAndClients.addAndGet(-ONE_SESSION);
    }

    void sessionExpired() {
        expired.increment();
    }

    /** A client has come to a session that had none. */
    void clientCame() {
        int connected = (int) sessionsAndClients.incrementAndGet();
        connectedMost.accumulateAndGet(connected, Math::max);
    }

    void clientLeft() {
        sessionsAndClients.decrementAndGet();
    }

    void subscribed(boolean shared, int more) {
        (shared ? sharedSubscriptions : subscriptions).add(more);
    }
}

package io.fieldmouse.broker;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.message.ForwardedProperties;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.message.TopicName;
import io.fieldmouse.broker.routing.Router;
import io.fieldmouse.broker.session.Outbound;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.SessionRegistry;
import io.fieldmouse.broker.session.SessionRegistry.Claim;
import io.fieldmouse.broker.session.SessionRegistry.Claimed;
import io.fieldmouse.broker.session.SessionRegistry.Goodbye;
import io.fieldmouse.broker.session.Subscription;
import java.util.ArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client in the broker's own process: what it publishes and receives takes the way of every other client's, but for
 * the network. Its session ends with it. What it publishes is not acknowledged, and retained values reach the store
 * some seconds later.
 *
 * <p>Its methods may be called from any thread and never wait; messages of one thread arrive in the order of calls.
 */
public final class LocalClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalClient.class);

    /** Publications on their way to the lane; beyond, {@link #publish} refuses. */
    private static final int UNDER_WAY_MAX = 10_000;

    private static final int RECEIVE_MAXIMUM = 1_000;

    private final String clientId;
    private final Lane lane;
    private final Router router;
    private final SessionRegistry registry;
    private final Listener listener;
    private final Semaphore room = new Semaphore(UNDER_WAY_MAX);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Inbox inbox = new Inbox();
    private @Nullable Session session;

    /** Receives messages, on a lane of the broker: must return at once. */
    public interface Listener {
        /** The retain flag is the publisher's. */
        void received(String topic, byte[] payload, boolean retain, ForwardedProperties properties);
    }

    LocalClient(String clientId, Lane lane, Router router, SessionRegistry registry, Listener listener) {
        this.clientId = clientId;
        this.lane = lane;
        this.router = router;
        this.registry = registry;
        this.listener = listener;
        lane.execute(this::claim);
    }

    private void claim() {
        Claimed claimed = registry.claim(new Claim(clientId, true, 0, null, inbox));
        session = claimed.session();
        claimed.session().open();
    }

    /**
     * Publishes.
     *
     * @return false when too much is on its way, or this client is closed; the message was not taken then
     */
    public boolean publish(String topic, byte[] payload, Qos qos, boolean retain, ForwardedProperties properties) {
        String flaw = TopicName.flaw(topic, Integer.MAX_VALUE);
        if (flaw != null) {
            throw new IllegalArgumentException(flaw);
        }
        if (TopicName.isSystem(topic)) {
            throw new IllegalArgumentException(topic + ": only the broker itself publishes there");
        }
        if (closed.get() || !room.tryAcquire()) {
            return false;
        }
        byte[] forwarded = properties.toBytes();
        lane.execute(() -> {
            room.release();
            Publication publication =
                    new Publication(topic, payload, qos, retain, forwarded, Publication.NEVER, clientId);
            router.publishOwn(publication, lane);
        });
        return true;
    }

    /** Subscribes at QoS 1. Retained messages that match are sent first; what is published as such stays marked so. */
    public void subscribe(String topicFilter) {
        lane.execute(() -> {
            Session mine = session;
            if (mine != null) {
                Subscription subscription =
                        new Subscription(mine, topicFilter, Qos.AT_LEAST_ONCE, false, true, 0, Subscription.ids(0));
                router.subscribe(subscription, new ArrayList<>());
                mine.replay();
            }
        });
    }

    /** Ends it, after what was published before. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            lane.execute(inbox::leave);
        }
    }

    /** The session's way to the listener. Acknowledges by itself. */
    private final class Inbox implements Outbound {

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public int receiveMaximum() {
            return RECEIVE_MAXIMUM;
        }

        @Override
        public boolean publish(
                Publication publication,
                Qos qos,
                boolean retain,
                boolean dup,
                int packetId,
                int[] subscriptionIds,
                long afterPosition) {
            tellListener(publication, retain);
            if (qos.isAcknowledged()) {
                // Not at once: the session is in the middle of sending it.
                lane.execute(() -> acknowledge(packetId));
            }
            return true;
        }

        /** What the listener does wrong must not end the connection of whoever published. */
        private void tellListener(Publication publication, boolean retain) {
            try {
                listener.received(
                        publication.topic(),
                        publication.payload(),
                        retain,
                        ForwardedProperties.fromBytes(publication.properties()));
            } catch (RuntimeException e) {
                LOG.error("the listener of client={} failed at topic={}", clientId, publication.topic(), e);
            }
        }

        private void acknowledge(int packetId) {
            if (session != null) {
                session.acknowledged(packetId);
            }
        }

        @Override
        public void release(int packetId, long afterPosition) {
            // It subscribes at QoS 1, so that no message waits for this.
        }

        @Override
        public void close(ReasonCode reason, String words) {
            leave();
        }

        private void leave() {
            Session mine = session;
            session = null;
            if (mine != null) {
                registry.release(mine, this, Goodbye.WITHOUT_WILL, null);
            }
        }
    }
}

package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.lane.Lanes;
import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.message.SharedFilter;
import io.fieldmouse.broker.message.TopicName;
import io.fieldmouse.broker.routing.RetainedMessages.Placed;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.QueuedMessage;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.SessionRegistry;
import io.fieldmouse.broker.session.StoreTrouble;
import io.fieldmouse.broker.session.Subscription;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoredSession;
import io.fieldmouse.store.StoredState;
import io.fieldmouse.store.StoredSubscription;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who receives what. {@link #publish} is the story of a PUBLISH, {@link #subscribe} that of a SUBSCRIBE; both run on
 * the lane of whoever sent it, and any lane may be in them at once.
 *
 * <p>Why nothing falls between: a PUBLISH sets the retained message and then looks for subscriptions; a SUBSCRIBE
 * makes its subscription known and then looks for retained messages. Whichever comes second sees the first. Where both
 * see each other, {@link RetainedMessages} decides which of the two ways the message goes.
 */
public final class Router implements SessionRegistry.Ending {
    private static final String RECEIVER_FULL = "the queue of a receiver is full";

    private final Lanes lanes;
    private final List<CommitGate> gates;
    private final WallClock clock;
    private final Counters counters;
    private final AtomicLong messageIds;
    private final RetainedMessages retained;

    /** What the broker tells of itself: bounded by its own nature, and never stored. */
    private final RetainedMessages system;

    private final long storeBacklogBytesMax;
    private final SubscriptionTree subscriptions = new SubscriptionTree();
    private final SharedGroups groups;
    private final List<Leftovers> leftovers = new ArrayList<>();

    /** @param gates one for each lane, in the order of their index */
    public Router(
            Lanes lanes,
            List<CommitGate> gates,
            WallClock clock,
            Counters counters,
            AtomicLong messageIds,
            int retainedMessagesMax,
            long retainedBytesMax,
            long storeBacklogBytesMax,
            SharedOrder sharedOrder) {
        this.storeBacklogBytesMax = storeBacklogBytesMax;
        this.lanes = lanes;
        this.gates = List.copyOf(gates);
        this.clock = clock;
        this.counters = counters;
        this.messageIds = messageIds;
        this.retained = new RetainedMessages(
                new RetainedMessages.Limits(retainedMessagesMax, retainedBytesMax), subscriptions::lastAddition);
        this.system = new RetainedMessages(
                new RetainedMessages.Limits(Integer.MAX_VALUE, Long.MAX_VALUE), subscriptions::lastAddition);
        this.groups = new SharedGroups(subscriptions, sharedOrder);
        for (Lane lane : lanes.all()) {
            leftovers.add(new Leftovers(lane, this, groups, gates.get(lane.index()), counters));
        }
    }

    /**
     * Takes a publication and brings it to its receivers, or refuses it before anyone has it.
     *
     * @param lane the caller's
     * @param changes what the caller wants in the same commit: the packet id of a QoS 2 message, the end of a will
     */
    public PublishOutcome publish(Publication publication, Lane lane, List<StoreChange> changes) {
        counters.add(Counter.PUBLISH_RECEIVED);
        CommitGate gate = gates.get(lane.index());
        PublishOutcome refusal = refusal(publication, gate, gate.trouble());
        return refusal == null ? take(publication, gate, lane, changes) : refusal;
    }

    private PublishOutcome take(Publication publication, CommitGate gate, Lane lane, List<StoreChange> changes) {
        // [MQTT-3.3.1-8], [MQTT-3.3.1-12 of 3.1.1]
        Placed placed = publication.retain() ? retained.set(publication, gate) : Placed.NOWHERE;
        long position = placed.position();
        Receivers receivers = receivers(publication, placed);
        if (!publication.qos().isAcknowledged()) {
            handOver(new Handover(publication, receivers.unreserved(), null), lane);
            return new PublishOutcome(ReasonCode.SUCCESS, changes.isEmpty() ? position : gate.commit(changes), null);
        }
        List<Subscription> receiving = receivers.reserved();
        if (receiving == null) {
            return receiverFull(receivers);
        }
        Copies copies = new Copies(publication, receiving, messageIds);
        List<StoreChange> all = new ArrayList<>(changes);
        // [MQTT-4.5.0-1], [MQTT-4.5.0-1 of 3.1.1], [MQTT-3.1.2-5 of 3.1.1]
        copies.addStoredTo(all);
        // Handed to the store before any session sees it, so that a session's own records about it come later.
        position = all.isEmpty() ? position : gate.commit(all);
        handOver(new Handover(publication, receiving, copies.messages()), lane);
        ReasonCode reason = receiving.isEmpty() ? ReasonCode.NO_MATCHING_SUBSCRIBERS : ReasonCode.SUCCESS;
        return new PublishOutcome(reason, position, crowded(receiving));
    }

    /**
     * Takes a publication of this box's own gateway. Nobody waits for its acknowledgement, so nothing refuses it: its
     * retained value is stored behind, and a receiver is left out and counted that has no room, or whose message would
     * have to be stored while too much waits for the disk. The others are not.
     */
    public void publishOwn(Publication publication, Lane lane) {
        counters.add(Counter.PUBLISH_RECEIVED);
        Placed placed = Placed.NOWHERE;
        if (publication.retain()) {
            if (retained.hasRoomFor(publication)) {
                placed = retained.setBehind(publication);
            } else {
                counters.add(Counter.REFUSED_RETAINED_FULL);
            }
        }
        Receivers receivers = receivers(publication, placed);
        if (!publication.qos().isAcknowledged()) {
            handOver(new Handover(publication, receivers.unreserved(), null), lane);
            return;
        }
        boolean diskBehind = isDiskBehind(gates.get(lane.index()));
        List<Subscription> withRoom = receivers.reservedWhereThereIsRoom(diskBehind, counters);
        Copies copies = new Copies(publication, withRoom, messageIds);
        List<StoreChange> changes = new ArrayList<>();
        copies.addStoredTo(changes);
        changes.forEach(gates.get(lane.index())::commit);
        handOver(new Handover(publication, withRoom, copies.messages()), lane);
    }

    /** Publishes a value of the broker's own, at QoS 0, retained in memory. */
    public void publishSystem(String topic, byte[] payload, Lane lane) {
        Publication publication =
                new Publication(topic, payload, Qos.AT_MOST_ONCE, true, new byte[0], Publication.NEVER, null);
        Placed placed = system.keep(publication);
        handOver(new Handover(publication, receivers(publication, placed).unreserved(), null), lane);
    }

    private Receivers receivers(Publication publication, Placed placed) {
        Receivers receivers = new Receivers(publication, counters);
        subscriptions.match(publication.topic(), placed.liveUpTo(), receivers);
        return receivers;
    }

    /**
     * What says why this publication cannot be taken now; null when it can.
     *
     * @param trouble why nothing can be stored; null when it can, or when nobody waits for the acknowledgement
     */
    private @Nullable PublishOutcome refusal(Publication publication, CommitGate gate, @Nullable StoreTrouble trouble) {
        if (TopicName.isSystem(publication.topic())) {
            return refused(
                    Counter.REFUSED_SYSTEM_TOPIC, ReasonCode.NOT_AUTHORIZED, "topics under $SYS are the broker's own");
        }
        boolean acknowledged = publication.qos().isAcknowledged();
        boolean needsStore = acknowledged || publication.retain();
        if (needsStore && trouble != null) {
            return refused(Counter.REFUSED_STORE_FAILED, trouble.refusal(), trouble.words());
        }
        if (needsStore && isDiskBehind(gate)) {
            return refused(Counter.REFUSED_BUFFERS_FULL, ReasonCode.QUOTA_EXCEEDED, "too much waits for the disk");
        }
        if (publication.retain() && !retained.hasRoomFor(publication)) {
            return refused(
                    Counter.REFUSED_RETAINED_FULL, ReasonCode.QUOTA_EXCEEDED, "no room for another retained message");
        }
        return publication.retain() && acknowledged ? refusalByFullReceiver(publication) : null;
    }

    private PublishOutcome refused(Counter counted, ReasonCode reason, String words) {
        counters.add(counted);
        return PublishOutcome.refused(reason, words);
    }

    /**
     * Looks before the retained message is set, so that a refused PUBLISH leaves none behind; but for one whose
     * receiver's last place is taken in this very moment.
     */
    private @Nullable PublishOutcome refusalByFullReceiver(Publication publication) {
        Receivers receivers = new Receivers(publication, null);
        subscriptions.match(publication.topic(), receivers);
        return receivers.isSomeoneFull() ? receiverFull(receivers) : null;
    }

    private PublishOutcome receiverFull(Receivers receivers) {
        counters.add(Counter.REFUSED_QUEUE_FULL);
        return PublishOutcome.refused(ReasonCode.QUOTA_EXCEEDED, RECEIVER_FULL, receivers.whoIsFull());
    }

    /** A connected receiver whose queue is filling; null when all keep up. */
    private static @Nullable Session crowded(List<Subscription> receiving) {
        for (Subscription subscription : receiving) {
            Session session = subscription.session();
            if (subscription.qos().isAcknowledged()
                    && session.isConnected()
                    && session.room().isCrowded()) {
                return session;
            }
        }
        return null;
    }

    /** Brings the publication to the lanes of its receivers: to this one now, to others with the turn's batch. */
    void handOver(Handover handover, Lane from) {
        for (Lane lane : lanes.all()) {
            if (!handover.concerns(lane)) {
                continue;
            }
            if (lane == from) {
                handover.deliverOn(lane, this);
            } else if (!from.handOver(lane, () -> handover.deliverOn(lane, this), handover.isDroppable())) {
                counters.add(Counter.DROPPED_LANE_BEHIND);
            }
        }
    }

    /**
     * Makes a subscription known. Called on the session's lane. The retained messages it asks for leave when the session
     * is told to {@link Session#replay()}, which should be when the changes have been committed.
     *
     * @param changes receives what has to be stored
     */
    public void subscribe(Subscription subscription, List<StoreChange> changes) {
        Session session = subscription.session();
        if (subscription.isShared()) {
            groups.add(subscription);
            session.subscribe(subscription, changes);
            return;
        }
        boolean isNew = session.subscription(subscription.filter()) == null;
        long number = subscriptions.add(subscription);
        boolean sendRetained = subscription.retainHandling() == 0 || (subscription.retainHandling() == 1 && isNew);
        if (sendRetained) { // [MQTT-3.3.1-9], [MQTT-3.3.1-10], [MQTT-3.3.1-11]
            // [MQTT-3.8.4-4], [MQTT-3.3.1-6 of 3.1.1], [MQTT-3.8.4-3 of 3.1.1]
            session.owe(search(subscription, number, Set.of()));
        }
        session.subscribe(subscription, changes);
    }

    private RetainedSearch search(Subscription subscription, long number, Set<String> topicsOnTheirWay) {
        // No filter reaches both: below $SYS a wildcard cannot be the first level [MQTT-4.7.2-1].
        RetainedMessages kept = TopicName.isSystem(subscription.filter()) ? system : retained;
        long firstMessageId = messageIds.getAndAdd(kept.count() + 1L) + 1;
        return new RetainedSearch(kept, subscription, number, topicsOnTheirWay, clock, firstMessageId);
    }

    /** Takes a subscription back. Returns whether there was one. Called on the session's lane. */
    public boolean unsubscribe(Session session, String filter, List<StoreChange> changes) {
        leave(session, filter); // [MQTT-3.10.4-2], [MQTT-3.10.4-2 of 3.1.1]
        return session.unsubscribe(filter, changes) != null;
    }

    private void leave(Session session, String filter) {
        if (SharedFilter.isShared(filter)) {
            groups.remove(session, filter);
        } else {
            subscriptions.remove(session, filter);
        }
    }

    // ---- what sessions cause when they end

    @Override
    public void sessionEnded(Session session) {
        for (Subscription subscription : session.subscriptions()) {
            leave(session, subscription.filter());
        }
    }

    @Override
    public void leftOver(Session session, List<QueuedMessage> messages) {
        Leftovers here = leftovers.get(session.context().lane().index());
        messages.forEach(message -> here.add(session, message));
    }

    @Override
    public void willDue(Publication will, List<StoreChange> changes) {
        Lane lane = lanes.homeOf(will.publisher() == null ? "" : will.publisher());
        CommitGate gate = gates.get(lane.index());
        counters.add(Counter.PUBLISH_RECEIVED);
        // Also while the store fails: nobody waits for its acknowledgement, and nobody would send it again.
        PublishOutcome refusal = refusal(will, gate, null);
        PublishOutcome outcome = refusal == null ? take(will, gate, lane, changes) : refusal;
        if (outcome.reason().isError()) {
            changes.forEach(gate::commit);
        }
    }

    // ---- from time to time, on one lane

    /** Stores the newest values of topics that are written behind; while the disk is behind or fails, a later time. */
    public void writeBehind(Lane lane) {
        CommitGate gate = gates.get(lane.index());
        if (!isDiskBehind(gate) && gate.trouble() == null) {
            writeAllBehind(lane);
        }
    }

    /** As {@link #writeBehind}, however far behind the disk is, because there is no later time. */
    public void writeAllBehind(Lane lane) {
        retained.writeBehind(gates.get(lane.index()));
    }

    boolean isDiskBehind(CommitGate gate) {
        return gate.pendingBytes() > storeBacklogBytesMax;
    }

    /** Clears retained messages that have expired. */
    public void removeExpired(Lane lane) {
        int removed = retained.removeExpired(clock.millis(), gates.get(lane.index()));
        for (int i = 0; i < removed; i++) {
            counters.add(Counter.EXPIRED);
        }
    }

    // ---- after a restart

    public void restoreRetained(Publication publication) {
        retained.restore(publication);
    }

    /** Makes its subscriptions known, and lets those go on that are owed retained messages. */
    public void restoreSubscriptions(Session session, StoredSession stored) {
        Set<String> owed = stored.subscriptions().stream()
                .filter(Subscription::isOwedRetained)
                .map(StoredSubscription::topicFilter)
                .collect(Collectors.toSet());
        Set<String> onTheirWay = owed.isEmpty() ? Set.of() : session.topicsOnTheirWay();
        for (Subscription subscription : session.subscriptions()) {
            if (subscription.isShared()) {
                groups.add(subscription);
                continue;
            }
            long number = subscriptions.add(subscription);
            if (owed.contains(subscription.filter())) {
                session.owe(search(subscription, number, onTheirWay));
            }
        }
    }

    /** Takes what is left over of a session. To be called when all subscriptions are known. */
    public void restoreLeftover(StoredState.Leftover leftover, Lane lane) {
        leftovers.get(lane.index()).restore(leftover.clientId(), QueuedMessage.restored(leftover.message()));
    }

    /**
     * Publishes this payload, retained, to every topic under the filter that holds another: what a restart found may
     * speak of a past that is over.
     */
    public void resetRetained(String filter, byte[] payload, Lane lane) {
        for (Publication old : retained.matching(filter, clock.millis())) {
            if (!Arrays.equals(old.payload(), payload)) {
                publishOwn(
                        new Publication(
                                old.topic(), payload, old.qos(), true, old.properties(), Publication.NEVER, null),
                        lane);
            }
        }
    }

    long nextMessageId() {
        return messageIds.incrementAndGet();
    }

    long now() {
        return clock.millis();
    }

    public int retainedCount() {
        return retained.count();
    }

    /** What retained messages weigh against their bound. */
    public long retainedBytes() {
        return retained.bytes();
    }

    public long retainedPayloadBytes() {
        return retained.payloadBytes();
    }
}

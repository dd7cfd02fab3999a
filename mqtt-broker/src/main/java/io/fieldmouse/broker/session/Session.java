package io.fieldmouse.broker.session;

import io.fieldmouse.broker.access.ClientAccess;
import io.fieldmouse.broker.access.Owner;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.PacketIdReceived;
import io.fieldmouse.store.StoreChange.PacketIdReleased;
import io.fieldmouse.store.StoreChange.SubscriptionAdded;
import io.fieldmouse.store.StoreChange.SubscriptionRemoved;
import io.fieldmouse.store.StoredSession;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What outlives a client's connection (MQTT 5 section 4.1): subscriptions, messages on their way out, and the packet
 * ids of QoS 2 messages on their way in.
 *
 * <p>It lives on its home lane for ever and is touched there only, but for {@link #room()}, {@link #isDurable()} and
 * {@link #isConnected()}, which publishers on other lanes ask. A session that outlives its connection is durable:
 * every change to it goes to the store.
 */
public final class Session {
    private static final long SWEEP_MILLIS = 1000;

    private final String clientId;
    private final SessionContext context;
    private final QueueRoom room;
    private final DeliveryQueue deliveries;
    private final InboundPacketIds inboundPacketIds = new InboundPacketIds();
    private final Map<String, Subscription> subscriptions = new HashMap<>();
    private @Nullable Outbound outbound;
    private long expirySeconds;
    private long inboundPosition = CommitGate.AT_ONCE;
    private long subscribedPosition = CommitGate.AT_ONCE;
    private boolean stored;
    private boolean watchingHold;
    private @Nullable Owner owner;
    private long lastSweepMillis;
    private volatile @Nullable ClientAccess access;
    private volatile boolean durable;
    private volatile boolean connected;

    /** @param ending takes what others of its groups are to have */
    Session(String clientId, SessionContext context, SessionRegistry.Ending ending) {
        this.clientId = clientId;
        this.context = context;
        this.room = new QueueRoom(context.queueLimits(), context.budget());
        this.deliveries = new DeliveryQueue(
                clientId, context, room, this::mayRead, message -> ending.leftOver(this, List.of(message)));
    }

    public String clientId() {
        return clientId;
    }

    public SessionContext context() {
        return context;
    }

    // ---- asked from any lane

    public QueueRoom room() {
        return room;
    }

    /** Whether it outlives its connection, so that what is queued for it has to be stored. */
    public boolean isDurable() {
        return durable;
    }

    public boolean isConnected() {
        return connected;
    }

    /** Whether its client, or the last it had, may read the topic. While nobody knows who that was: yes. */
    public boolean mayRead(String topic) {
        ClientAccess known = access;
        return known == null || known.mayRead(topic);
    }

    /** Whether its client, or the last it had, may write the topic. While nobody knows who that was: yes. */
    public boolean mayWrite(String topic) {
        ClientAccess known = access;
        return known == null || known.mayWrite(topic);
    }

    /** Whether what its client has shown is still what the password file says. */
    boolean isCurrent() {
        ClientAccess known = access;
        return known == null || known.isCurrent();
    }

    /** Whether a subscription with this filter could bring its client anything. */
    public boolean mayReadSomeOf(String filter) {
        ClientAccess known = access;
        return known == null || known.mayReadSomeOf(filter);
    }

    // ---- the way out

    /** Sends a QoS 0 message, or drops and counts it. */
    public void sendNow(Publication publication, Subscription subscription) {
        deliveries.sendNow(publication, subscription.retainAsPublished() && publication.retain(), subscription.ids());
    }

    /**
     * Takes a message for which {@link #room()} was reserved. False when the session is over and somebody else of its
     * group is to have the message.
     */
    public boolean deliver(QueuedMessage message) {
        return deliveries.add(message);
    }

    /** The retained messages that a subscription asks for. They leave with {@link #replay()}. */
    public void owe(Replay replay) {
        deliveries.owed().add(replay);
    }

    /** Begins to send the retained messages that subscriptions are owed. */
    public void replay() {
        deliveries.pump();
    }

    /** The queue was found full: makes room by dropping what has expired, once a second at most. */
    public void dropExpired() {
        long now = context.clock().millis();
        if (now - lastSweepMillis >= SWEEP_MILLIS) {
            lastSweepMillis = now;
            deliveries.dropExpired();
        }
    }

    public boolean acknowledged(int packetId) {
        return deliveries.acknowledged(packetId);
    }

    public boolean received(int packetId) {
        return deliveries.received(packetId);
    }

    public boolean rejected(int packetId) {
        return deliveries.rejected(packetId);
    }

    public boolean completed(int packetId) {
        return deliveries.completed(packetId);
    }

    /** The connection takes more again. */
    public void becameWritable() {
        deliveries.pump();
    }

    /** Whether the client owes an acknowledgement, so that reading from it must not stop. */
    public boolean awaitsAcknowledgement() {
        return deliveries.awaitsAcknowledgement();
    }

    /** Runs the task when this session's queue has room again, on this session's lane. */
    public void whenRoomy(Runnable task) {
        if (!deliveries.isOpen()) {
            task.run();
            return;
        }
        deliveries.held().whenRoomy(task);
        if (!watchingHold && !deliveries.held().isEmpty()) {
            watchHold();
        }
    }

    private void watchHold() {
        watchingHold = true;
        context.lane().schedule(SessionRegistry.HOLD_MAX, () -> {
            watchingHold = false;
            if (deliveries.held().goOnHolding()) {
                watchHold();
            }
        });
    }

    // ---- the way in

    public InboundPacketIds inboundPacketIds() {
        return inboundPacketIds;
    }

    /** Remembers the id of an accepted QoS 2 message. Its change, if any, belongs in the commit of the message. */
    public void remember(int packetId, List<StoreChange> changes) {
        inboundPacketIds.add(packetId);
        if (durable) {
            changes.add(new PacketIdReceived(clientId, packetId));
        }
    }

    /**
     * The position at which all ids accepted and released are durable. A repeated PUBREC waits for it too, and so does the
     * PUBCOMP for an id that is not known any more: its client would use the id again, and a restart take that for a copy.
     */
    public long inboundPosition() {
        return inboundPosition;
    }

    /** Says at which position the ids remembered so far are durable. */
    public void rememberedAt(long position) {
        inboundPosition = Math.max(inboundPosition, position);
    }

    /** Takes back {@link #remember} for a message that was refused after all. */
    public void forget(int packetId) {
        inboundPacketIds.remove(packetId);
    }

    /** PUBREL came. Returns whether the id was known. */
    public boolean releaseInbound(int packetId) {
        boolean known = inboundPacketIds.remove(packetId);
        if (known && durable) {
            inboundPosition = context.gate().commit(new PacketIdReleased(clientId, packetId));
        }
        return known;
    }

    // ---- subscriptions

    public int subscriptionCount() {
        return subscriptions.size();
    }

    public @Nullable Subscription subscription(String filter) {
        return subscriptions.get(filter);
    }

    public Collection<Subscription> subscriptions() {
        return subscriptions.values();
    }

    /** Whether there is room for a subscription with this filter, or it is there already. */
    public boolean hasRoomFor(String filter) {
        return subscriptions.containsKey(filter) || context.standing().hasRoomFor(Subscription.sizeBytes(filter));
    }

    /** Says at which position what its client subscribes to is durable. */
    public void subscribedAt(long position) {
        subscribedPosition = Math.max(subscribedPosition, position);
    }

    /** When this position is durable, so is all that its client subscribed to and unsubscribed from until now. */
    public long subscribedPosition() {
        return subscribedPosition;
    }

    /** Whether the disk has all that its client subscribed to and unsubscribed from until now. */
    public boolean hasDurableSubscriptions() {
        return subscribedPosition <= context.gate().durablePosition();
    }

    /** Whether it has this very subscription, and the disk has it too. */
    public boolean hasDurably(Subscription asked) {
        Subscription mine = subscriptions.get(asked.filter());
        return durable
                && mine != null
                && mine.toStored(false).equals(asked.toStored(false))
                && hasDurableSubscriptions();
    }

    /** Topics of which messages are on their way to the client. */
    public Set<String> topicsOnTheirWay() {
        return deliveries.topicsOnTheirWay();
    }

    /** Adds or replaces. */
    public void subscribe(Subscription subscription, List<StoreChange> changes) {
        put(subscription);
        if (durable) {
            changes.add(added(subscription));
        }
    }

    private SubscriptionAdded added(Subscription subscription) {
        return new SubscriptionAdded(
                clientId, subscription.toStored(deliveries.owed().contains(subscription.filter())));
    }

    private void put(Subscription subscription) {
        if (subscriptions.put(subscription.filter(), subscription) == null) {
            context.standing().take(Subscription.sizeBytes(subscription.filter()));
            context.population().subscribed(subscription.isShared(), 1);
        }
    }

    /** Returns what there was. */
    public @Nullable Subscription unsubscribe(String filter, List<StoreChange> changes) {
        deliveries.owed().remove(filter);
        // The very same filter; what is on its way goes on [MQTT-3.10.4-1], [MQTT-3.10.4-3], [MQTT-3.10.4-1 of 3.1.1],
        // [MQTT-3.10.4-3 of 3.1.1]
        Subscription was = subscriptions.remove(filter);
        if (was != null) {
            context.standing().give(Subscription.sizeBytes(filter));
            context.population().subscribed(was.isShared(), -1);
        }
        if (was != null && durable) {
            changes.add(new SubscriptionRemoved(clientId, filter));
        }
        return was;
    }

    // ---- connections; called by the registry

    @Nullable
    Outbound outbound() {
        return outbound;
    }

    long expirySeconds() {
        return expirySeconds;
    }

    /** Whose it is; null for one of a store in which nobody wrote that down: whoever comes first will be it. */
    @Nullable
    Owner owner() {
        return owner;
    }

    /** Claims the session for a connection. Messages flow only when {@link #open()} is called. */
    void attach(Outbound newOutbound, Owner newOwner, @Nullable ClientAccess clientAccess) {
        if (outbound == null) {
            context.population().clientCame();
        }
        outbound = newOutbound;
        owner = newOwner;
        access = clientAccess;
        inboundPacketIds.reopen();
    }

    /** The CONNACK is out: what waited may follow it [MQTT-3.2.0-1]. */
    public void open() {
        if (outbound != null) {
            connected = true;
            deliveries.open(outbound);
        }
    }

    void detach() {
        if (outbound != null) {
            context.population().clientLeft();
        }
        outbound = null;
        connected = false;
        deliveries.close();
    }

    /** From now on it outlives its connection by so much. What it holds joins the changes when it becomes durable. */
    void setExpiry(long seconds, List<StoreChange> changes) {
        expirySeconds = seconds;
        boolean becomesDurable = seconds > 0 && !durable;
        durable = seconds > 0;
        stored |= durable;
        if (becomesDurable) {
            subscriptions.values().forEach(subscription -> changes.add(added(subscription)));
            inboundPacketIds.forEach(id -> changes.add(new PacketIdReceived(clientId, id)));
        }
        deliveries.setDurable(durable, becomesDurable, changes);
    }

    /** Whether the store knows of it, although it may be meant to end with its connection by now. */
    boolean isStored() {
        return stored;
    }

    /** For a message that this session had left over: its room is free. */
    public void giveBackRoom(QueuedMessage message) {
        if (message.takesRoom) {
            room.release(message.publication.sizeBytes());
            deliveries.held().roomMayHaveCome();
        }
    }

    /** For one that has to wait after all; beyond the bounds it is not counted. */
    public void takeRoomAgain(QueuedMessage message) {
        message.takesRoom = room.tryReserve(message.publication.sizeBytes());
    }

    /** Returns the messages that others of its groups are to have; they keep their room here. */
    List<QueuedMessage> discard() {
        durable = false;
        List<QueuedMessage> left = deliveries.discard();
        subscriptions.keySet().forEach(filter -> context.standing().give(Subscription.sizeBytes(filter)));
        subscriptions.values().forEach(each -> context.population().subscribed(each.isShared(), -1));
        subscriptions.clear();
        return left;
    }

    /** Fills a new session with what the store kept of it. */
    void restore(StoredSession kept, @Nullable ClientAccess ownersAccess) {
        owner = Owner.of(kept.owner());
        access = ownersAccess;
        expirySeconds = kept.expirySeconds();
        stored = true;
        durable = true;
        deliveries.setDurable(true, false, new ArrayList<>());
        kept.subscriptions().forEach(s -> put(Subscription.restored(this, s)));
        for (int packetId : kept.receivedPacketIds()) {
            inboundPacketIds.add(packetId);
        }
        for (StoredSession.QueuedMessage queued : kept.queue()) {
            deliveries.restore(QueuedMessage.restored(queued));
        }
    }
}

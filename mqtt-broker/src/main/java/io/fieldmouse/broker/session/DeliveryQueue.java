package io.fieldmouse.broker.session;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.store.StoreChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The way out of one session: messages wait, are sent as far as the client's window and buffer allow, and are kept
 * until they are settled. One first-in-first-out line, so that the order per topic and QoS is the order of arrival.
 *
 * <p>Its one surprise: QoS 0 overtakes what waits for the window, except while retained messages that a subscription
 * asked for wait, because an older retained value must not arrive after a newer one, and while other QoS 0 waits.
 */
final class DeliveryQueue {
    private final SessionContext context;
    private final QueueRoom room;
    private final Predicate<String> readable;
    private final Consumer<QueuedMessage> group;
    private final QueueLoad load;
    private final PendingMessages pending = new PendingMessages();
    private final OutboundWindow window = new OutboundWindow();
    private final DeliveryJournal journal;
    private final OwedReplays owed;
    private final HeldPublishers held;
    private @Nullable Outbound outbound;
    private boolean discarded;

    /**
     * @param readable tells the topics that the client may read now; it may have been others when a message came
     * @param group takes back what belongs to a group and this client may read no more; it keeps its room here
     */
    DeliveryQueue(
            String clientId,
            SessionContext context,
            QueueRoom room,
            Predicate<String> readable,
            Consumer<QueuedMessage> group) {
        this.readable = readable;
        this.group = group;
        this.context = context;
        this.room = room;
        this.load = new QueueLoad(room, context.queued());
        this.journal = new DeliveryJournal(clientId, context.gate());
        this.owed = new OwedReplays(context.lane(), journal, this::pump);
        this.held = new HeldPublishers(room);
    }

    // ---- in

    /** Sends a QoS 0 message, or drops it: it is never kept for a client that is away or does not read. */
    void sendNow(Publication publication, boolean retain, int[] subscriptionIds) {
        Outbound out = outbound;
        if (out == null) {
            return;
        }
        if (!owed.isEmpty() || pending.holdsQos0() || window.owesReplay()) {
            queueInOrder(publication, retain, subscriptionIds);
        } else if (out.isWritable()) {
            // [MQTT-4.3.1-1], [MQTT-4.3.1-1 of 3.1.1]
            if (!out.publish(publication, Qos.AT_MOST_ONCE, retain, false, 0, subscriptionIds, CommitGate.AT_ONCE)) {
                context.counters().add(Counter.DROPPED_TOO_LARGE_FOR_RECEIVER);
            }
        } else {
            context.counters().add(Counter.DROPPED_SLOW_READER);
        }
    }

    private void queueInOrder(Publication publication, boolean retain, int[] subscriptionIds) {
        // Never at the cost of what is promised: only while nobody would be held back or refused for it.
        if (room.isRoomy() && room.tryReserveFree(publication.sizeBytes())) {
            QueuedMessage message = QueuedMessage.unacknowledged(publication, retain, subscriptionIds);
            load.add(message);
            pending.add(message);
            pump();
        } else {
            context.counters().add(Counter.DROPPED_SLOW_READER);
        }
    }

    /**
     * Takes a QoS 1 or 2 message for which room was reserved. False when it was on its way as the session ended, and
     * belongs to a group: somebody else is to have it.
     */
    boolean add(QueuedMessage message) {
        if (discarded && message.mayMove()) {
            return false;
        }
        load.add(message);
        if (discarded) {
            settled(message);
            return true;
        }
        journal.queued(message);
        pending.add(message);
        dropBeyondBounds();
        pump();
        return true;
    }

    /**
     * Before anything is sent: what was sent is never dropped, so that it must fit in the queue alone; but for what a restart
     * found, which may be more than the bounds of now.
     */
    private void dropBeyondBounds() {
        while (load.isBeyondBounds() && !pending.isEmpty()) {
            QueuedMessage oldest = pending.take();
            boolean expired = oldest.publication.isExpired(context.clock().millis());
            drop(oldest, expired ? Counter.EXPIRED : Counter.DROPPED_OLDEST);
        }
    }

    /** Takes what a restart found in the store, in order. */
    void restore(QueuedMessage message) {
        message.takesRoom = room.takeRestored(message.publication.sizeBytes());
        if (message.takesRoom) {
            load.add(message);
        }
        if (message.packetId > 0) {
            window.restore(message);
        } else {
            pending.add(message);
        }
    }

    /** Drops what has expired while it waited, so that it takes no room. */
    void dropExpired() {
        long now = context.clock().millis();
        pending.takeThose(message -> message.publication.isExpired(now), message -> drop(message, Counter.EXPIRED));
    }

    // ---- retained messages for new subscriptions

    /** The retained messages that subscriptions are still owed. Sent by {@link #pump}. */
    OwedReplays owed() {
        return owed;
    }

    /** Topics of which messages are on their way. */
    Set<String> topicsOnTheirWay() {
        Set<String> topics = new HashSet<>();
        window.all().forEach(message -> topics.add(message.publication.topic()));
        pending.forEach(message -> topics.add(message.publication.topic()));
        return topics;
    }

    /** Sends the next retained message that a subscription is owed, before whatever came after it. */
    private boolean replayNext(Outbound out) {
        if (owed.isEmpty() || window.nextToResend() != null) {
            return false;
        }
        QueuedMessage message = owed.next(window.hasRoom(out.receiveMaximum()));
        if (message == null) {
            return false;
        }
        send(out, message);
        return true;
    }

    // ---- connection

    /** From now on messages go to this connection, first of all what the last one did not settle. */
    void open(Outbound newOutbound) {
        outbound = newOutbound;
        held.progressed();
        window.reopen(); // [MQTT-4.8.2-4]
        pump();
    }

    /** The connection is gone: QoS 0 is not kept, the rest waits for the next one. */
    void close() {
        outbound = null;
        pending.takeThose(message -> !message.qos.isAcknowledged(), load::giveBack);
        owed.removeQos0();
        held.letGo();
    }

    /** Sends as much as window and buffer allow. */
    void pump() {
        Outbound out = outbound;
        while (out != null
                && out == outbound
                && out.isWritable()
                && (resendNext(out) || replayNext(out) || sendNext(out))) {
            // each step sends one message, or finds that it is not to be sent
        }
    }

    private boolean resendNext(Outbound out) {
        QueuedMessage message = window.nextToResend();
        if (message == null) {
            return false;
        }
        // What was released is not sent as PUBLISH again, nor does PUBREL wait for room: [MQTT-4.3.3-5],
        // [MQTT-4.3.3-6], [MQTT-3.3.4-10], [MQTT-4.9.0-3]
        if (message.released) {
            window.resent();
            out.release(message.packetId, message.afterPosition);
            return true;
        }
        if (!window.hasRoom(out.receiveMaximum())) {
            return false;
        }
        window.resent();
        window.countOnWire(message);
        transmit(out, message, true); // [MQTT-3.3.1-1], [MQTT-4.3.3-7], [MQTT-3.3.1-1 of 3.1.1]
        return true;
    }

    private boolean sendNext(Outbound out) {
        QueuedMessage message = pending.peek();
        if (message == null || !owed.isEmpty() || window.nextToResend() != null) {
            return false;
        }
        if (message.publication.isExpired(context.clock().millis())) { // [MQTT-3.3.2-5]
            drop(pending.take(), Counter.EXPIRED);
            return true;
        }
        if (!readable.test(message.publication.topic())) {
            withhold(pending.take());
            return true;
        }
        if (message.qos.isAcknowledged() && !window.hasRoom(out.receiveMaximum())) {
            return false;
        }
        pending.take();
        send(out, message);
        return true;
    }

    private void withhold(QueuedMessage message) {
        if (message.mayMove()) {
            load.remove(message);
            group.accept(message);
        } else {
            drop(message, Counter.WITHHELD_FROM_READER);
        }
    }

    private void send(Outbound out, QueuedMessage message) {
        if (message.qos.isAcknowledged()) {
            // Kept until it is acknowledged: [MQTT-4.3.2-3], [MQTT-4.3.3-3], [MQTT-4.3.2-1 of 3.1.1],
            // [MQTT-4.3.3-1 of 3.1.1]
            window.add(message);
            journal.sent(message);
            // [MQTT-3.3.1-3], [MQTT-4.3.2-2], [MQTT-4.3.3-2], [MQTT-3.3.1-3 of 3.1.1]
            transmit(out, message, false);
        } else {
            transmit(out, message, false);
            settled(message);
        }
    }

    private void transmit(Outbound out, QueuedMessage message, boolean dup) {
        boolean fits = out.publish(
                message.publication,
                message.qos,
                message.retain,
                dup,
                message.packetId,
                message.subscriptionIds,
                message.afterPosition);
        if (!fits) {
            context.counters().add(Counter.DROPPED_TOO_LARGE_FOR_RECEIVER);
            if (message.qos.isAcknowledged()) {
                window.remove(message);
                settled(message); // as if it had been sent and acknowledged [MQTT-3.1.2-25]
            }
        }
    }

    // ---- acknowledgements

    /** PUBACK. Returns whether a QoS 1 message was waiting for it. */
    boolean acknowledged(int packetId) {
        QueuedMessage message = window.get(packetId);
        if (message == null || message.qos != Qos.AT_LEAST_ONCE) {
            return false;
        }
        finish(message);
        return true;
    }

    /** PUBREC with success: PUBREL is owed. Returns whether a QoS 2 message was waiting for it. */
    boolean received(int packetId) {
        QueuedMessage message = window.get(packetId);
        if (message == null || message.qos != Qos.EXACTLY_ONCE) {
            return false;
        }
        if (!message.released) {
            message.released = true;
            journal.released(message);
        }
        if (outbound != null) {
            outbound.release(packetId, message.afterPosition); // [MQTT-4.3.3-4]
        }
        return true;
    }

    /** PUBREC with an error: the message is over [MQTT-4.3.3-4]. Returns whether it was waiting for it. */
    boolean rejected(int packetId) {
        QueuedMessage message = window.get(packetId);
        if (message == null || message.qos != Qos.EXACTLY_ONCE || message.released) {
            return false;
        }
        finish(message);
        return true;
    }

    /** PUBCOMP. Returns whether a PUBREL was waiting for it. */
    boolean completed(int packetId) {
        QueuedMessage message = window.get(packetId);
        if (message == null || !message.released) {
            return false;
        }
        finish(message);
        return true;
    }

    /** Nobody else of its group has it either, however the client answered [MQTT-4.8.2-6]. */
    private void finish(QueuedMessage message) {
        window.remove(message);
        settled(message);
        held.progressed();
        pump();
    }

    private void drop(QueuedMessage message, Counter reason) {
        context.counters().add(reason);
        settled(message);
    }

    private void settled(QueuedMessage message) {
        journal.settled(message);
        load.giveBack(message);
        held.roomMayHaveCome();
    }

    /** The publishers that wait for this client. */
    HeldPublishers held() {
        return held;
    }

    /** Whether a client is there that could make room. */
    boolean isOpen() {
        return outbound != null;
    }

    /** Whether the client owes an acknowledgement. */
    boolean awaitsAcknowledgement() {
        return !window.isEmpty();
    }

    // ---- the session's life

    /** Whether messages are kept in the store, and whether those that wait have to be stored now. */
    void setDurable(boolean nowDurable, boolean storeWaiting, List<StoreChange> changes) {
        journal.setDurable(nowDurable);
        if (storeWaiting) {
            window.all().forEach(message -> journal.queuedBefore(message, changes));
            pending.forEach(message -> journal.queuedBefore(message, changes));
        }
    }

    /**
     * The session is over: gives back the room. The store forgets the messages with the session.
     *
     * @return what belongs to a group and somebody else is to have, in order; it keeps its room, but waits here no more
     */
    List<QueuedMessage> discard() {
        discarded = true;
        close();
        owed.clear();
        List<QueuedMessage> left = new ArrayList<>(window.all());
        while (!pending.isEmpty()) {
            left.add(pending.take());
        }
        left.stream().filter(message -> !message.mayMove()).forEach(load::giveBack); // [MQTT-4.8.2-5]
        left.removeIf(message -> !message.mayMove());
        left.forEach(load::remove);
        return left;
    }
}

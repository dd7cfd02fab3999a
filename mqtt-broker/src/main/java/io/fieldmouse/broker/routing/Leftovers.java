package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.QueuedMessage;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.Subscription;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.MessageSettled;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages of groups whose receiver did not have them before its session ended, or before it lost the right to read
 * them, on their way to another member (MQTT 5 section 4.8.2). One for each lane, of the sessions that live there, or
 * did; belongs to it.
 *
 * <p>They were acknowledged to their publishers, so that nobody can be refused any more: they wait, in order, until the
 * group has room, and are dropped only when no member is left that may have them. The store keeps them meanwhile: a kill
 * at any moment leaves each of them with the old receiver, or with the new one.
 */
final class Leftovers {
    /** Moved in one go, so that a lane stands still for no session's end. */
    private static final int MESSAGES_AT_ONCE = 200;

    /** After which a full group is tried again. */
    private static final Duration AGAIN = Duration.ofMillis(50);

    private final Lane lane;
    private final Router router;
    private final SharedGroups groups;
    private final CommitGate gate;
    private final Counters counters;
    private final Map<String, Deque<Leftover>> byFilter = new LinkedHashMap<>();
    private boolean due;

    /** @param session in whose queue it holds room; null when that was before a restart */
    private record Leftover(String clientId, QueuedMessage message, @Nullable Session session) {}

    Leftovers(Lane lane, Router router, SharedGroups groups, CommitGate gate, Counters counters) {
        this.lane = lane;
        this.router = router;
        this.groups = groups;
        this.gate = gate;
        this.counters = counters;
    }

    void add(Session session, QueuedMessage message) {
        add(new Leftover(session.clientId(), message, session));
    }

    /** What a restart found in the store. */
    void restore(String clientId, QueuedMessage message) {
        add(new Leftover(clientId, message, null));
    }

    private void add(Leftover leftover) {
        byFilter.computeIfAbsent(leftover.message.sharedFilter(), filter -> new ArrayDeque<>())
                .add(leftover);
        if (!due) {
            due = true;
            // Not at once: a session is in the middle of its end, or of sending.
            lane.execute(this::moveOn);
        }
    }

    private void moveOn() {
        due = false;
        int moved = 0;
        Iterator<Map.Entry<String, Deque<Leftover>>> all = byFilter.entrySet().iterator();
        while (all.hasNext() && moved < MESSAGES_AT_ONCE) {
            Map.Entry<String, Deque<Leftover>> entry = all.next();
            Deque<Leftover> waiting = entry.getValue();
            SharedGroup group = groups.get(entry.getKey());
            while (!waiting.isEmpty() && moved < MESSAGES_AT_ONCE && settle(waiting.peek(), group)) {
                waiting.remove();
                moved++;
            }
            if (waiting.isEmpty()) {
                all.remove();
            }
        }
        if (!byFilter.isEmpty() && !due) {
            due = true;
            lane.schedule(moved < MESSAGES_AT_ONCE ? AGAIN : Duration.ZERO, this::moveOn);
        }
    }

    /** Moves the message, or drops it. False when it has to wait. */
    private boolean settle(Leftover leftover, @Nullable SharedGroup group) {
        Publication publication = leftover.message.publication();
        if (router.isDiskBehind(gate)) {
            return false;
        }
        giveBackRoom(leftover);
        if (group == null || publication.isExpired(router.now())) {
            drop(leftover, group == null ? Counter.DROPPED_NO_MEMBER_LEFT : Counter.EXPIRED);
            return true;
        }
        Subscription member = group.choose(publication);
        if (member != null) {
            move(leftover, member);
        } else if (group.keeps(publication)) {
            takeRoomAgain(leftover);
            return false;
        } else {
            drop(leftover, Counter.DROPPED_NO_MEMBER_LEFT);
        }
        return true;
    }

    private void move(Leftover leftover, Subscription member) {
        QueuedMessage old = leftover.message;
        List<StoreChange> changes = new ArrayList<>(2);
        QueuedMessage[] messages = null;
        if (member.qos().isAcknowledged()) {
            // Under an id of its own: the new receiver may know the message by the old one, from another subscription.
            QueuedMessage message = QueuedMessage.moved(
                    router.nextMessageId(), old, member, member.session().isDurable());
            messages = new QueuedMessage[] {message};
            if (message.stored()) {
                changes.add(message.queuedFor(member.session().clientId()));
            }
        }
        if (old.stored()) {
            changes.add(new MessageSettled(leftover.clientId, old.messageId()));
        }
        if (!changes.isEmpty()) {
            gate.commit(changes);
        }
        router.handOver(new Handover(old.publication(), List.of(member), messages), lane);
    }

    private void drop(Leftover leftover, Counter reason) {
        counters.add(reason);
        if (leftover.message.stored()) {
            gate.append(new MessageSettled(leftover.clientId, leftover.message.messageId()));
        }
    }

    /** First, so that what is to be moved does not itself take the room for it. */
    private static void giveBackRoom(Leftover leftover) {
        if (leftover.session != null) {
            leftover.session.giveBackRoom(leftover.message);
        }
    }

    private static void takeRoomAgain(Leftover leftover) {
        if (leftover.session != null) {
            leftover.session.takeRoomAgain(leftover.message);
        }
    }
}

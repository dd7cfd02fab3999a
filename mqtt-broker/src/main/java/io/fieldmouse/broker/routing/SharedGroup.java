package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.Subscription;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The members of one shared subscription (MQTT 5 section 4.8.2): each message goes to one of them, which is chosen on
 * the publisher's lane, without a lock. Members are replaced as a whole, under the monitor of {@link SharedGroups}.
 *
 * <p>Its one surprise: in turns a member that cannot take the message costs its turn all the same, so that the one after
 * it does not get two.
 */
final class SharedGroup {
    private static final Subscription[] NOBODY = {};

    private final String filter;
    private final SharedOrder order;
    private final AtomicInteger turns = new AtomicInteger();
    private volatile Subscription[] members = NOBODY;

    /** @param filter the topic filter without the group */
    SharedGroup(String filter, SharedOrder order) {
        this.filter = filter;
        this.order = order;
    }

    String filter() {
        return filter;
    }

    boolean isEmpty() {
        return members.length == 0;
    }

    /** Adds a member, or replaces the subscription of the same session. */
    void put(Subscription member) {
        Subscription[] now = members;
        int at = indexOf(member.session());
        Subscription[] changed = Arrays.copyOf(now, at < 0 ? now.length + 1 : now.length);
        changed[at < 0 ? now.length : at] = member;
        members = changed;
    }

    void remove(Session session) {
        int at = indexOf(session);
        if (at >= 0) {
            Subscription[] now = members;
            Subscription[] changed = Arrays.copyOf(now, now.length - 1);
            System.arraycopy(now, at + 1, changed, at, changed.length - at);
            members = changed;
        }
    }

    private int indexOf(Session session) {
        Subscription[] now = members;
        for (int i = 0; i < now.length; i++) {
            if (now[i].session() == session) {
                return i;
            }
        }
        return -1;
    }

    /** Whether the publication would have to be kept for some member, so that it is refused when it cannot be. */
    boolean keeps(Publication publication) {
        for (Subscription member : members) {
            if (isKept(publication, member)) {
                return true;
            }
        }
        return false;
    }

    /** Whether there are members, and none of them may read the publication. */
    boolean isWithheld(Publication publication) {
        for (Subscription member : members) {
            if (member.session().mayRead(publication.topic())) {
                return false;
            }
        }
        return !isEmpty();
    }

    /** Whether {@link #choose} would find nobody with room now. */
    boolean isFullFor(Publication publication) {
        if (order == SharedOrder.TOPIC_HASH) {
            Subscription best = best(publication);
            return best != null && isFullFor(publication, best);
        }
        for (Subscription member : members) {
            if (!isFullFor(publication, member)) {
                return false;
            }
        }
        return keeps(publication);
    }

    private static boolean isFullFor(Publication publication, Subscription member) {
        Session session = member.session();
        return isKept(publication, member)
                ? session.room().isFullFor(publication.sizeBytes())
                : !session.isConnected() || !session.mayRead(publication.topic());
    }

    /** They may be full of what nobody wants any more; the publisher's next attempt will tell. One at a time. */
    void foundFull() {
        Subscription[] now = members;
        if (now.length > 0) {
            Session session = now[Math.floorMod(turns.getAndIncrement(), now.length)].session();
            session.context().lane().execute(session::dropExpired);
        }
    }

    /**
     * Chooses who receives the publication, and reserves room in the member's queue if it is to be kept there until it
     * is acknowledged.
     *
     * @return null when there is no member, or none with room
     */
    @Nullable
    Subscription choose(Publication publication) {
        return switch (order) {
            case ROUND_ROBIN -> inTurn(publication);
            case TOPIC_HASH -> {
                // One that is full is not passed over: a later message would overtake an earlier one.
                Subscription best = best(publication);
                yield best != null && takes(publication, best) ? best : null;
            }
        };
    }

    private @Nullable Subscription inTurn(Publication publication) {
        Subscription[] now = members;
        // A slow member is left alone while others keep up; one that is away is better than one that drops or refuses.
        for (Readiness readiness : Readiness.ALL) {
            for (int i = 0; i < now.length; i++) {
                Subscription member = now[Math.floorMod(turns.getAndIncrement(), now.length)];
                if (Readiness.of(member.session(), publication.sizeBytes()) == readiness
                        && takes(publication, member)) {
                    return member;
                }
            }
        }
        return null;
    }

    /**
     * Of those who are connected, or else of all, the one whose name and the topic give the highest number: so who comes
     * or goes changes nothing for the topics of the others.
     */
    private @Nullable Subscription best(Publication publication) {
        Subscription best = null;
        int bestScore = 0;
        for (Subscription member : members) {
            int score = score(publication.topic(), member.session());
            if (member.session().mayRead(publication.topic()) && (best == null || score > bestScore)) {
                best = member;
                bestScore = score;
            }
        }
        return best;
    }

    /** Negative for a session that is away. */
    private static int score(String topic, Session session) {
        int mixed = (topic.hashCode() * 31 + session.clientId().hashCode()) * 0x9E37_79B9;
        mixed = (mixed ^ mixed >>> 15) * 0x85EB_CA6B;
        mixed ^= mixed >>> 13;
        return session.isConnected() ? mixed & Integer.MAX_VALUE : mixed | Integer.MIN_VALUE;
    }

    private static boolean takes(Publication publication, Subscription member) {
        return isKept(publication, member)
                ? member.session().room().tryReserve(publication.sizeBytes())
                : member.session().isConnected() && member.session().mayRead(publication.topic());
    }

    private static boolean isKept(Publication publication, Subscription member) {
        return publication.qos().atMost(member.qos()).isAcknowledged()
                && member.session().mayRead(publication.topic());
    }

    /** How willingly a member is given a message. */
    private enum Readiness {
        KEEPS_UP,
        SLOW,
        AWAY,
        FULL;

        static final Readiness[] ALL = values();

        static Readiness of(Session session, int messageBytes) {
            if (!session.room().hasFreeRoomFor(messageBytes)) {
                return FULL;
            }
            return !session.isConnected() ? AWAY : session.room().isCrowded() ? SLOW : KEEPS_UP;
        }
    }
}

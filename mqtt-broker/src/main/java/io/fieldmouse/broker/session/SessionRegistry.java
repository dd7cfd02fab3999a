package io.fieldmouse.broker.session;

import io.fieldmouse.broker.access.ClientAccess;
import io.fieldmouse.broker.access.Owner;
import io.fieldmouse.broker.access.WaysIn;
import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.SessionClosed;
import io.fieldmouse.store.StoreChange.SessionEnded;
import io.fieldmouse.store.StoreChange.SessionOpened;
import io.fieldmouse.store.StoreChange.WillCleared;
import io.fieldmouse.store.StoreChange.WillSet;
import io.fieldmouse.store.StoredSession;
import io.fieldmouse.store.StoredWill;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The sessions at home on one lane: creates, resumes, takes over and ends them, and sends their wills. Belongs to
 * its lane.
 */
public final class SessionRegistry {
    /** How long a publisher waits for a receiver that acknowledges nothing before that is taken for stuck. */
    static final Duration HOLD_MAX = Duration.ofSeconds(1);

    /** A timer is never set further ahead than this, so that a delay cannot overflow. */
    private static final long TIMER_MAX_SECONDS = Duration.ofDays(1).toSeconds();

    private final SessionContext context;
    private final Ending ending;
    private final int sessionsMax;
    private final long storeBacklogBytesMax;
    // By client id [MQTT-3.1.3-2], [MQTT-3.1.3-2 of 3.1.1]
    private final Map<String, SessionEntry> entries = new HashMap<>();
    private long storedBehindMillis;

    /** What the end of a session or connection, or of a client's right to read, causes elsewhere. */
    public interface Ending {
        /** The session is over: nobody may deliver to it any more. */
        void sessionEnded(Session session);

        /**
         * These are the messages, in order, that it had as a member of groups and that others of them are to have: it is
         * over, or its client may read them no more. They keep their room in its queue until they are settled.
         */
        void leftOver(Session session, List<QueuedMessage> messages);

        /**
         * A will is due. Called on the session's lane.
         *
         * @param changes what becomes durable together with it
         */
        void willDue(Publication will, List<StoreChange> changes);
    }

    /** @param sessionsMax on all lanes together */
    public SessionRegistry(SessionContext context, Ending ending, int sessionsMax, long storeBacklogBytesMax) {
        this.storeBacklogBytesMax = storeBacklogBytesMax;
        this.context = context;
        this.ending = ending;
        this.sessionsMax = sessionsMax;
    }

    public SessionContext context() {
        return context;
    }

    /**
     * What a client asks for in its CONNECT.
     *
     * @param access what it may do; null for the box's own client, which may do everything
     */
    public record Claim(
            String clientId,
            boolean cleanStart,
            long expirySeconds,
            @Nullable Will will,
            @Nullable ClientAccess access,
            Outbound outbound) {

        /** Of the box's own client, which may do everything. */
        public Claim(String clientId, boolean cleanStart, long expirySeconds, @Nullable Will will, Outbound outbound) {
            this(clientId, cleanStart, expirySeconds, will, null, outbound);
        }

        /** Whose the session will be. */
        public Owner owner() {
            return access == null ? Owner.BOX : access.identity().owner();
        }
    }

    /**
     * What it gets.
     *
     * @param position what must be durable before CONNACK leaves
     */
    public record Claimed(Session session, boolean sessionPresent, long position) {}

    /** Whether the client id is another user's, who could still come back. That user's session is not to be touched. */
    public boolean isHeldByAnother(Claim claim, WaysIn waysIn) {
        SessionEntry entry = entries.get(claim.clientId());
        Owner owner = entry == null || entry.isExpired() ? null : entry.session.owner();
        return owner != null && !owner.isSameUserAs(claim.owner()) && waysIn.areOpenTo(owner);
    }

    /** Whether there is room for this client's session, or it is there already, and for its will. */
    public boolean hasRoomFor(Claim claim) {
        SessionEntry entry = entries.get(claim.clientId());
        int added = sizeBytes(claim.will()) - (entry == null ? 0 : sizeBytes(entry.will));
        return (entry != null || context.population().sessions() < sessionsMax)
                && (added <= 0 || context.standing().hasRoomFor(added));
    }

    /** Whether so much waits for the disk that this claim, which adds to it, has to come again later. Counts it. */
    public boolean isRefusedByBacklog(Claim claim) {
        boolean refused = mustBeStored(claim) && context.gate().pendingBytes() > storeBacklogBytesMax;
        if (refused) {
            context.counters().add(Counter.REFUSED_BUFFERS_FULL);
        }
        return refused;
    }

    /** Whether CONNACK for this claim would wait for the disk, because what it says of the session is not there yet. */
    public boolean mustWaitForDisk(Claim claim) {
        SessionEntry entry = entries.get(claim.clientId());
        return entry == null
                ? claim.expirySeconds() > 0
                : entry.mustWaitForDisk(claim, context.gate().durablePosition());
    }

    private boolean mustBeStored(Claim claim) {
        SessionEntry entry = entries.get(claim.clientId());
        return claim.expirySeconds() > 0
                || claim.will() != null
                || (entry != null && (entry.will != null || entry.session.isStored()));
    }

    private static int sizeBytes(@Nullable Will will) {
        return will == null ? 0 : will.sizeBytes();
    }

    private void putWill(SessionEntry entry, @Nullable Will will) {
        context.standing().take(sizeBytes(will) - sizeBytes(entry.will));
        entry.will = will;
    }

    /**
     * Gives the client its session: the one that was, unless it wants a clean start; another connection of the same
     * client is closed [MQTT-3.1.4-3]. What one user left behind is not another's, who begins anew where the id is not
     * {@linkplain #isHeldByAnother held}.
     */
    public Claimed claim(Claim claim) {
        SessionEntry entry = entries.get(claim.clientId());
        if (entry != null && entry.session.outbound() != null) {
            // [MQTT-3.1.4-2 of 3.1.1]
            entry.session.outbound().close(ReasonCode.SESSION_TAKEN_OVER, "another connection has this client id");
            entry = entries.get(claim.clientId()); // a session without expiry ended with its connection
        }
        List<StoreChange> changes = new ArrayList<>();
        if (entry != null && entry.isExpired()) {
            context.population().sessionExpired();
        }
        if (entry != null && !entry.isContinuedBy(claim)) {
            // [MQTT-3.1.4-4], [MQTT-3.1.2-6 of 3.1.1], [MQTT-3.1.4-3 of 3.1.1]
            end(entry, changes); // [MQTT-3.1.2-4]
            entry = null;
        }
        boolean present = entry != null; // [MQTT-3.1.2-5], [MQTT-3.1.2-6], [MQTT-3.1.2-4 of 3.1.1]
        if (entry == null) {
            context.population().sessionBegan();
            entry = new SessionEntry(new Session(claim.clientId(), context, ending));
            entries.put(claim.clientId(), entry);
        }
        entry.stopWaiting();
        long position = open(entry, claim, changes, present);
        return new Claimed(entry.session, present, position);
    }

    private long open(SessionEntry entry, Claim claim, List<StoreChange> changes, boolean present) {
        Session session = entry.session;
        boolean mustBeForced = !changes.isEmpty() || session.isDurable() || claim.expirySeconds() > 0;
        boolean asBefore = present && entry.isLeftAsItIsBy(claim);
        if (claim.expirySeconds() > 0 || session.isStored()) {
            // First of all. What ends with its connection and is not in the store must not come there.
            changes.add(new SessionOpened(
                    claim.clientId(), claim.expirySeconds(), claim.owner().text()));
        }
        session.setExpiry(claim.expirySeconds(), changes);
        session.attach(claim.outbound(), claim.owner(), claim.access());
        setWill(entry, claim.will(), changes);
        if (!mustBeForced) {
            changes.forEach(context.gate()::append);
            return CommitGate.AT_ONCE;
        }
        long position = context.gate().commit(changes);
        if (!asBefore) {
            entry.openedPosition = position;
        }
        return entry.openedPosition;
    }

    private void setWill(SessionEntry entry, @Nullable Will will, List<StoreChange> changes) {
        if (will != null) {
            // [MQTT-3.1.2-7], [MQTT-3.1.2-8 of 3.1.1]
            changes.add(new WillSet(entry.session.clientId(), will.toStored()));
        } else if (entry.will != null) {
            changes.add(new WillCleared(entry.session.clientId()));
        }
        putWill(entry, will); // a delayed will of an earlier connection is not sent [MQTT-3.1.3-9]
    }

    /** How a connection ended. */
    public enum Goodbye {
        /** DISCONNECT with reason 0: the will is dropped [MQTT-3.1.2-10]. */
        WITHOUT_WILL,
        /** Anything else: the will is due [MQTT-3.1.2-8]. */
        WITH_WILL
    }

    /**
     * A connection is gone.
     *
     * @param newExpirySeconds Session Expiry Interval of DISCONNECT; null where there was none
     */
    public void release(Session session, Outbound outbound, Goodbye goodbye, @Nullable Long newExpirySeconds) {
        SessionEntry entry = entries.get(session.clientId());
        if (entry == null || entry.session != session || session.outbound() != outbound) {
            return; // taken over in the meantime
        }
        session.detach();
        List<StoreChange> changes = new ArrayList<>();
        if (newExpirySeconds != null) {
            session.setExpiry(newExpirySeconds, changes);
        }
        long now = context.clock().millis();
        if (goodbye == Goodbye.WITHOUT_WILL) {
            dropWill(entry, changes); // [MQTT-3.1.2-10], [MQTT-3.1.2-10 of 3.1.1]
        }
        if (session.expirySeconds() == 0) {
            end(entry, changes);
        } else {
            changes.add(new SessionClosed(session.clientId(), session.expirySeconds(), now)); // [MQTT-3.1.2-23]
            waitForEnd(entry, now);
            waitForWill(entry, 0);
        }
        changes.forEach(context.gate()::append);
    }

    private void dropWill(SessionEntry entry, List<StoreChange> changes) {
        if (entry.will != null) {
            changes.add(new WillCleared(entry.session.clientId()));
            putWill(entry, null);
        }
    }

    /** Ends the session: its will is due now, whatever its delay [MQTT-3.1.2-8]. */
    private void end(SessionEntry entry, List<StoreChange> changes) {
        entry.stopWaiting();
        Session session = entry.session;
        entries.remove(session.clientId());
        context.population().sessionEnded();
        // Only what is the session's: retained messages stay [MQTT-3.1.2-7 of 3.1.1]
        ending.sessionEnded(session);
        if (session.isStored()) {
            changes.add(new SessionEnded(session.clientId()));
        }
        ending.leftOver(session, session.discard());
        sendWill(entry);
    }

    private void waitForEnd(SessionEntry entry, long disconnectedAt) {
        entry.disconnectedAtMillis = disconnectedAt;
        long seconds = entry.session.expirySeconds();
        if (seconds != StoredSession.NEVER_EXPIRES) {
            entry.endsAtMillis = disconnectedAt + seconds * 1000;
            scheduleEnd(entry);
        }
    }

    private void scheduleEnd(SessionEntry entry) {
        entry.expiry = context.lane().schedule(timerFor(entry.endsAtMillis), () -> {
            if (context.clock().millis() < entry.endsAtMillis) {
                scheduleEnd(entry);
                return;
            }
            context.population().sessionExpired();
            List<StoreChange> changes = new ArrayList<>();
            end(entry, changes);
            changes.forEach(context.gate()::append);
        });
    }

    private void waitForWill(SessionEntry entry, long alreadyWaitedSeconds) {
        Will will = entry.will;
        if (will == null) {
            return;
        }
        long delay = will.delaySeconds() - alreadyWaitedSeconds;
        if (delay <= 0) {
            sendWill(entry);
            return;
        }
        long dueAt = context.clock().millis() + delay * 1000;
        scheduleWill(entry, dueAt);
    }

    private void scheduleWill(SessionEntry entry, long dueAtMillis) {
        entry.willDelay = context.lane().schedule(timerFor(dueAtMillis), () -> {
            if (context.clock().millis() < dueAtMillis) {
                scheduleWill(entry, dueAtMillis);
            } else {
                sendWill(entry);
            }
        });
    }

    private Duration timerFor(long atMillis) {
        long millis = Math.max(0, atMillis - context.clock().millis());
        return Duration.ofMillis(Math.min(millis, TIMER_MAX_SECONDS * 1000));
    }

    private void sendWill(SessionEntry entry) {
        Will will = entry.will;
        if (will != null) {
            putWill(entry, null);
            // In one commit: after a kill in between it would be sent once more.
            String clientId = entry.session.clientId();
            List<StoreChange> changes = List.of(new WillCleared(clientId));
            if (entry.session.mayWrite(will.topic())) {
                // [MQTT-3.1.2-12 of 3.1.1]
                ending.willDue(will.toPublication(clientId, context.clock()), changes);
            } else { // it might when it connected
                context.counters().add(Counter.REFUSED_WRITE);
                changes.forEach(context.gate()::append);
            }
        }
    }

    /**
     * Stores when each connection ended once more if the wall clock was set since it was stored. To be called from
     * time to time.
     */
    public void storeTimesAnew() {
        long behind = context.clock().behindMillis();
        if (Math.abs(behind - storedBehindMillis) <= WallClock.SET_MILLIS) {
            return;
        }
        storedBehindMillis = behind;
        for (SessionEntry entry : entries.values()) {
            if (entry.disconnectedAtMillis != StoredSession.WAS_CONNECTED) {
                Session session = entry.session;
                context.gate()
                        .append(new SessionClosed(
                                session.clientId(), session.expirySeconds(), entry.disconnectedAtMillis));
            }
        }
    }

    // ---- after a restart

    /**
     * Brings back a stored session. Call it on this lane before any connection is accepted, then make its
     * subscriptions known.
     *
     * @param access what its owner may do; null for everything
     */
    public Session restore(StoredSession stored, @Nullable ClientAccess access) {
        Session session = new Session(stored.clientId(), context, ending);
        session.restore(stored, access);
        entries.put(stored.clientId(), new SessionEntry(session));
        context.population().sessionBegan();
        return session;
    }

    /** Sets the clocks of all restored sessions and their wills running. Those whose time has passed end now. */
    public void startClocks(List<StoredSession> restored, Map<String, StoredWill> wills) {
        long now = context.clock().millis();
        for (StoredSession stored : restored) {
            SessionEntry entry = entries.get(stored.clientId());
            if (entry == null) {
                continue;
            }
            StoredWill will = wills.get(stored.clientId());
            putWill(entry, will == null ? null : Will.restored(will));
            boolean wasConnected = stored.disconnectedAtMillis() == StoredSession.WAS_CONNECTED;
            long disconnectedAt = wasConnected ? now : Math.min(now, stored.disconnectedAtMillis());
            if (wasConnected) {
                context.gate().append(new SessionClosed(stored.clientId(), stored.expirySeconds(), now));
            }
            waitForEnd(entry, disconnectedAt);
            waitForWill(entry, (now - disconnectedAt) / 1000);
        }
    }

    /** Sends the will of a client whose session did not survive. */
    public void sendOrphanedWill(String clientId, StoredWill will) {
        ending.willDue(
                Will.restored(will).toPublication(clientId, context.clock()), List.of(new WillCleared(clientId)));
    }

    /** Closes all connections of this lane, because the broker stops. */
    public void closeAll(ReasonCode reason, String words) {
        closeThose(session -> true, reason, words);
    }

    /** Closes the connections of this lane whose users are gone from the password file, or have another password. */
    public void closeOutdated() {
        closeThose(session -> !session.isCurrent(), ReasonCode.NOT_AUTHORIZED, "the user's password was changed");
    }

    private void closeThose(Predicate<Session> chosen, ReasonCode reason, String words) {
        for (SessionEntry entry : new ArrayList<>(entries.values())) {
            Outbound outbound = entry.session.outbound();
            if (outbound != null && chosen.test(entry.session)) {
                outbound.close(reason, words);
            }
        }
    }
}

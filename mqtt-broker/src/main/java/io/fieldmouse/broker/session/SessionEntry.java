package io.fieldmouse.broker.session;

import io.fieldmouse.broker.access.Owner;
import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.session.SessionRegistry.Claim;
import io.fieldmouse.store.StoredSession;
import org.jspecify.annotations.Nullable;

/** One client id: its session, and what waits for a time. Belongs to the session's lane. */
final class SessionEntry {
    final Session session;
    Lane.@Nullable Timer expiry;
    Lane.@Nullable Timer willDelay;

    @Nullable
    Will will;

    /** Where the store knows of what it is now: whoever is told of it, by its first connection or a later one, waits. */
    long openedPosition = CommitGate.AT_ONCE;

    long endsAtMillis = Long.MAX_VALUE;
    long disconnectedAtMillis = StoredSession.WAS_CONNECTED;

    SessionEntry(Session session) {
        this.session = session;
    }

    /** Its time may be up before its timer is heard [MQTT-4.1.0-2]. */
    boolean isExpired() {
        return session.context().clock().millis() >= endsAtMillis;
    }

    /** Whether the claim goes on with this session; else it ends it. */
    boolean isContinuedBy(Claim claim) {
        Owner owner = session.owner();
        boolean anothers = owner != null && !owner.isSameUserAs(claim.owner());
        return !claim.cleanStart() && !isExpired() && !anothers;
    }

    /** Whether the session the claim goes on with lasts as long as before, and is whose it was. */
    boolean isLeftAsItIsBy(Claim claim) {
        return session.expirySeconds() == claim.expirySeconds() && claim.owner().equals(session.owner());
    }

    /** Whether what the claim makes of this session has yet to become durable. */
    boolean mustWaitForDisk(Claim claim, long durablePosition) {
        if (!isContinuedBy(claim)) {
            return session.isStored() || claim.expirySeconds() > 0;
        }
        return isLeftAsItIsBy(claim)
                ? openedPosition > durablePosition
                : session.isDurable() || claim.expirySeconds() > 0;
    }

    // No time counts while the client is connected [MQTT-4.1.0-1], [MQTT-4.1.0-1 of 3.1.1], [MQTT-4.1.0-2 of 3.1.1]
    void stopWaiting() {
        if (expiry != null) {
            expiry.cancel();
        }
        if (willDelay != null) {
            willDelay.cancel();
        }
        expiry = null;
        willDelay = null;
        endsAtMillis = Long.MAX_VALUE;
        disconnectedAtMillis = StoredSession.WAS_CONNECTED;
    }
}

package io.fieldmouse.broker.session;

import io.fieldmouse.broker.lane.Lane;
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

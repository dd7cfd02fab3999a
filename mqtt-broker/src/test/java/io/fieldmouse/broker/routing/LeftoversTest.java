package io.fieldmouse.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.SessionRegistry.Claim;
import io.fieldmouse.broker.session.SessionRegistry.Goodbye;
import io.fieldmouse.broker.session.Subscription;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.MessageQueued;
import io.fieldmouse.store.StoreChange.MessageSettled;
import io.fieldmouse.store.StoreStatus;
import io.fieldmouse.store.StoredState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the store is told when a message moves from an ended session to another member. */
class LeftoversTest {
    private static final String SHARE = "$share/g/t";

    private final List<List<StoreChange>> commits = new ArrayList<>();
    private final SessionsForTest sessions = new SessionsForTest(new Recorder());

    /** Keeps what it is told, by commit. */
    private final class Recorder implements MessageStore {
        @Override
        public StoredState load() {
            return new StoredState(List.of(), List.of(), Map.of(), List.of(), 0, 0);
        }

        @Override
        public long commit(List<StoreChange> changes) {
            commits.add(List.copyOf(changes));
            return commits.size();
        }

        @Override
        public StoreStatus status() {
            return StoreStatus.NONE;
        }

        @Override
        public long pendingBytes() {
            return 0;
        }

        @Override
        public void close() {}
    }

    private Session member(SessionsForTest.Nowhere connection, String clientId) {
        Session session = sessions.session(new Claim(clientId, true, 3600, null, connection));
        session.open();
        List<StoreChange> changes = new ArrayList<>();
        sessions.router.subscribe(
                new Subscription(session, SHARE, Qos.AT_LEAST_ONCE, false, false, 0, Subscription.ids(0)), changes);
        return session;
    }

    @Test
    void messageIsQueuedAndSettledInOneCommit() {
        SessionsForTest.Nowhere connection = new SessionsForTest.Nowhere();
        Session leaving = member(connection, "leaving");
        Publication publication =
                new Publication("t", new byte[0], Qos.AT_LEAST_ONCE, false, new byte[0], Publication.NEVER, null);
        sessions.router.publish(publication, sessions.lane, List.of());
        member(new SessionsForTest.Nowhere(), "heir");
        commits.clear();
        sessions.registry.release(leaving, connection, Goodbye.WITHOUT_WILL, 0L);
        sessions.endTurn();
        List<StoreChange> moving = commits.stream()
                .filter(commit -> commit.stream().anyMatch(MessageQueued.class::isInstance))
                .findFirst()
                .orElseThrow();
        MessageQueued queued = (MessageQueued) moving.stream()
                .filter(MessageQueued.class::isInstance)
                .findFirst()
                .orElseThrow();
        assertEquals("heir", queued.receivers().get(0).clientId());
        assertEquals(SHARE, queued.receivers().get(0).sharedFilter());
        assertTrue(moving.contains(new MessageSettled("leaving", 1)), () -> "not in one commit: " + commits);
    }
}

package io.fieldmouse.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.routing.SessionsForTest.Nowhere;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.SessionRegistry.Claim;
import io.fieldmouse.broker.session.SessionRegistry.Goodbye;
import io.fieldmouse.broker.session.Subscription;
import io.fieldmouse.broker.session.Will;
import io.fieldmouse.store.Durability;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.WillSet;
import io.fieldmouse.store.StoreStatus;
import io.fieldmouse.store.StoredSession;
import io.fieldmouse.store.StoredState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A kill after any of the commits that a dying client causes: the next start finds its will still to be sent, or in
 * the queue of its receiver, never both and never neither.
 */
class WillCommitTest {

    /** A store that remembers what was handed to it, commit by commit. */
    private record Recording(MessageStore store, List<List<StoreChange>> commits) implements MessageStore {
        @Override
        public StoredState load() {
            return store.load();
        }

        @Override
        public long commit(List<StoreChange> changes) {
            commits.add(List.copyOf(changes));
            return store.commit(changes);
        }

        @Override
        public StoreStatus status() {
            return StoreStatus.NONE;
        }

        @Override
        public long pendingBytes() {
            return store.pendingBytes();
        }

        @Override
        public void close() {
            store.close();
        }
    }

    private static List<List<StoreChange>> commitsOfADeath(long expirySeconds, boolean retain) {
        List<List<StoreChange>> commits = new ArrayList<>();
        MessageStore store = new Recording(SessionsForTest.openStore(Path.of("unused"), Durability.NONE), commits);
        try (SessionsForTest sessions = new SessionsForTest(store)) {
            Session watcher = sessions.session(new Claim("watcher", true, 3600, null, new Nowhere()));
            List<StoreChange> changes = new ArrayList<>();
            sessions.router.subscribe(
                    new Subscription(watcher, "will", Qos.AT_LEAST_ONCE, false, false, 0, Subscription.ids(0)),
                    changes);
            sessions.gate.commit(changes);
            Will will = new Will(
                    "will", new byte[] {1}, Qos.AT_LEAST_ONCE, retain, new byte[0], 0, StoredSession.NEVER_EXPIRES);
            Nowhere connection = new Nowhere();
            Session dying = sessions.session(new Claim("dying", true, expirySeconds, will, connection));
            sessions.endTurn();
            sessions.registry.release(dying, connection, Goodbye.WITH_WILL, null);
            sessions.endTurn();
        }
        return commits;
    }

    private static boolean isInQueue(StoredState state) {
        return state.sessions().stream()
                .filter(session -> session.clientId().equals("watcher"))
                .anyMatch(session -> !session.queue().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"0, false", "0, true", "3600, false", "3600, true"})
    void aKillNeitherRepeatsNorLosesAWill(long expirySeconds, boolean retain, @TempDir Path directory) {
        boolean announced = false;
        boolean queued = false;
        for (List<StoreChange> commit : commitsOfADeath(expirySeconds, retain)) {
            try (MessageStore store = SessionsForTest.openStore(directory, Durability.OS)) {
                store.load();
                store.commit(commit);
            }
            announced |= commit.stream().anyMatch(WillSet.class::isInstance);
            try (MessageStore afterKill = SessionsForTest.openStore(directory, Durability.OS)) {
                StoredState state = afterKill.load();
                boolean toBeSent = state.wills().containsKey("dying");
                queued = isInQueue(state);
                assertEquals(announced, toBeSent ^ queued, () -> "after " + commit);
            }
        }
        assertTrue(queued);
    }
}

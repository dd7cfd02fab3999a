package io.fieldmouse.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.SessionRegistry.Claim;
import io.fieldmouse.broker.session.StoreTrouble;
import io.fieldmouse.broker.session.Subscription;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.MessageQueued;
import io.fieldmouse.store.StoreChange.RetainedSet;
import io.fieldmouse.store.StoreStatus;
import io.fieldmouse.store.StoredState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the box's own readings hand to a disk that stands still. */
class WriteBehindTest {

    /** A store that remembers what it was told, and is as far behind as the test wants it. */
    private static final class Slow implements MessageStore {
        final List<StoreChange> told = new ArrayList<>();
        long pendingBytes;

        @Override
        public StoredState load() {
            return new StoredState(List.of(), List.of(), Map.of(), List.of(), 0, 0);
        }

        @Override
        public long commit(List<StoreChange> changes) {
            told.addAll(changes);
            return 1;
        }

        @Override
        public StoreStatus status() {
            return StoreStatus.NONE;
        }

        @Override
        public long pendingBytes() {
            return pendingBytes;
        }

        @Override
        public void close() {}
    }

    private final Slow store = new Slow();
    private final SessionsForTest sessions = new SessionsForTest(store);

    @AfterEach
    void close() {
        sessions.close();
    }

    private void publishOwn(String payload) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        Publication reading =
                new Publication("t", bytes, Qos.AT_LEAST_ONCE, true, new byte[0], Publication.NEVER, "gateway");
        sessions.router.publishOwn(reading, sessions.lane);
    }

    private List<String> retainedTold() {
        return store.told.stream()
                .filter(RetainedSet.class::isInstance)
                .map(change -> new String(((RetainedSet) change).message().payload(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void changedValuesWaitWhileTheDiskIsBehindAndOnlyTheNewestIsStoredThen() {
        store.pendingBytes = SessionsForTest.BACKLOG_MAX + 1;
        publishOwn("old");
        sessions.router.writeBehind(sessions.lane);
        publishOwn("new");
        sessions.router.writeBehind(sessions.lane);
        assertEquals(List.of(), retainedTold());

        store.pendingBytes = SessionsForTest.BACKLOG_MAX;
        sessions.router.writeBehind(sessions.lane);
        sessions.router.writeBehind(sessions.lane);
        assertEquals(List.of("new"), retainedTold());
    }

    @Test
    void changedValuesWaitWhileTheStoreFailsAndOnlyTheNewestIsStoredThen() {
        sessions.gate.announceFailure(StoreTrouble.DISK_FULL);
        publishOwn("old");
        sessions.router.writeBehind(sessions.lane);
        publishOwn("new");
        sessions.router.writeBehind(sessions.lane);
        assertEquals(List.of(), retainedTold());

        sessions.gate.announceRecovery();
        sessions.router.writeBehind(sessions.lane);
        assertEquals(List.of("new"), retainedTold());
    }

    @Test
    void whatCannotWaitAnyLongerIsStoredHoweverFarTheDiskIsBehind() {
        store.pendingBytes = SessionsForTest.BACKLOG_MAX + 1;
        publishOwn("last");
        sessions.router.writeAllBehind(sessions.lane);
        assertEquals(List.of("last"), retainedTold());
    }

    @Test
    void readingForADurableReceiverIsLeftOutWhileTheDiskIsBehind() {
        Session durable = sessions.session(new Claim("durable", true, 3600, null, new SessionsForTest.Nowhere()));
        Session clean = sessions.session("clean");
        for (Session session : List.of(durable, clean)) {
            Subscription subscription =
                    new Subscription(session, "t", Qos.AT_LEAST_ONCE, false, false, 0, Subscription.ids(0));
            sessions.router.subscribe(subscription, new ArrayList<>());
        }
        store.pendingBytes = SessionsForTest.BACKLOG_MAX + 1;
        publishOwn("left out");
        assertEquals(0, durable.room().messages());
        assertEquals(1, clean.room().messages());

        store.pendingBytes = 0;
        publishOwn("queued");
        assertEquals(1, durable.room().messages());
        assertEquals(
                1, store.told.stream().filter(MessageQueued.class::isInstance).count());
    }
}

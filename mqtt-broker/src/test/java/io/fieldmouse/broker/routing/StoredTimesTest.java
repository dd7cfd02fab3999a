package io.fieldmouse.broker.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.routing.SessionsForTest.Nowhere;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.SessionRegistry.Claim;
import io.fieldmouse.broker.session.SessionRegistry.Goodbye;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreChange.SessionClosed;
import io.fieldmouse.store.StoreStatus;
import io.fieldmouse.store.StoredState;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What the store says of sessions that were left before the wall clock was set is put right when it is. */
class StoredTimesTest {

    /** A store that remembers which ends of connections it was told. */
    private record Ends(List<StoreChange> told) implements MessageStore {
        @Override
        public StoredState load() {
            return new StoredState(List.of(), List.of(), Map.of(), List.of(), 0, 0);
        }

        @Override
        public long commit(List<StoreChange> changes) {
            changes.stream().filter(SessionClosed.class::isInstance).forEach(told::add);
            return 1;
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

    @Test
    void endsOfConnectionsAreStoredAnewOnceWhenTheWallClockWasSet() {
        AtomicReference<Instant> wallClock = new AtomicReference<>(Instant.ofEpochSecond(20));
        InstantSource source = wallClock::get;
        List<StoreChange> told = new ArrayList<>();
        try (SessionsForTest sessions = new SessionsForTest(new Ends(told), new WallClock(source, () -> 0, 0))) {
            Nowhere connection = new Nowhere();
            Session away = sessions.session(new Claim("away", true, 3600, null, connection));
            sessions.session(new Claim("connected", true, 3600, null, new Nowhere()));
            sessions.registry.release(away, connection, Goodbye.WITHOUT_WILL, null);
            sessions.endTurn();
            SessionClosed end = new SessionClosed("away", 3600, 20_000);
            assertEquals(List.of(end), told);

            sessions.registry.storeTimesAnew();
            sessions.endTurn();
            assertEquals(List.of(end), told, "nothing has happened to the clock");

            wallClock.set(Instant.parse("2026-11-20T12:00:00Z"));
            sessions.registry.storeTimesAnew();
            sessions.registry.storeTimesAnew();
            sessions.endTurn();
            assertEquals(List.of(end, end), told);
        }
    }
}

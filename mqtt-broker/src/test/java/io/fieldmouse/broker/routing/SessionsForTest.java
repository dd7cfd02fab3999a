package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.lane.Lanes;
import io.fieldmouse.broker.lane.Traffic;
import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.session.ByteBudget;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.Outbound;
import io.fieldmouse.broker.session.Population;
import io.fieldmouse.broker.session.QueueRoom;
import io.fieldmouse.broker.session.QueuedTotals;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.SessionContext;
import io.fieldmouse.broker.session.SessionRegistry;
import io.fieldmouse.broker.session.SessionRegistry.Claim;
import io.fieldmouse.store.CommitListener;
import io.fieldmouse.store.Durability;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** A real router, real sessions and a real gate, on a lane that is the test's own thread. */
final class SessionsForTest implements AutoCloseable {
    /** Bytes that may wait for the disk. */
    static final long BACKLOG_MAX = 1L << 40;

    private static final int MANY = 100_000;

    private final MessageStore store;
    private final TestThreadLane testThread = new TestThreadLane();
    final Lane lane = testThread;
    final CommitGate gate;
    final Router router;
    final SessionRegistry registry;

    /** Nothing is stored. */
    SessionsForTest() {
        this(openStore(Path.of("unused"), Durability.NONE));
    }

    /** @param store is closed with the sessions */
    SessionsForTest(MessageStore store) {
        this(store, new WallClock(InstantSource.system(), System::nanoTime, 0));
    }

    SessionsForTest(MessageStore store, WallClock clock) {
        this.store = store;
        this.gate = new CommitGate(store, lane);
        Counters counters = new Counters();
        AtomicLong messageIds = new AtomicLong();
        this.router = new Router(
                new Lanes(List.of(lane)),
                List.of(gate),
                clock,
                counters,
                messageIds,
                MANY,
                Long.MAX_VALUE,
                BACKLOG_MAX,
                SharedOrder.ROUND_ROBIN);
        this.registry = new SessionRegistry(
                new SessionContext(
                        lane,
                        gate,
                        clock,
                        counters,
                        new ByteBudget(Long.MAX_VALUE),
                        new ByteBudget(Long.MAX_VALUE),
                        new QueuedTotals(),
                        new Population(),
                        messageIds,
                        new QueueRoom.Limits(1000, 1_000_000, false)),
                router,
                MANY,
                BACKLOG_MAX);
    }

    static MessageStore openStore(Path directory, Durability durability) {
        return MessageStore.open(new StoreConfig(directory, durability), new CommitListener() {
            @Override
            public void durableUpTo(long position) {}

            @Override
            public void failing(StoreException cause) {}

            @Override
            public void recovered() {}
        });
    }

    /** A session that ends with its connection, which takes nothing. */
    Session session(String clientId) {
        return session(new Claim(clientId, true, 0, null, new Nowhere()));
    }

    Session session(Claim claim) {
        return Objects.requireNonNull(registry.claim(claim)).session();
    }

    /** Does what the lane has put off until all packets of this turn were handled. */
    void endTurn() {
        testThread.endTurn();
    }

    @Override
    public void close() {
        store.close();
    }

    /** Runs everything at once, but for what waits for the end of the turn; knows no time. */
    private static final class TestThreadLane implements Lane {
        private final List<Runnable> atEnd = new ArrayList<>();
        private final Traffic traffic = new Traffic();

        @Override
        public int index() {
            return 0;
        }

        @Override
        public Traffic traffic() {
            return traffic;
        }

        @Override
        public boolean isCurrent() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            return () -> {};
        }

        @Override
        public void atEndOfTurn(Runnable task) {
            atEnd.add(task);
        }

        @Override
        public boolean handOver(Lane target, Runnable task, boolean droppable) {
            task.run();
            return true;
        }

        void endTurn() {
            List<Runnable> tasks = List.copyOf(atEnd);
            atEnd.clear();
            tasks.forEach(Runnable::run);
        }
    }

    /** A connection that takes nothing. */
    static final class Nowhere implements Outbound {
        @Override
        public boolean isWritable() {
            return false;
        }

        @Override
        public int receiveMaximum() {
            return 1;
        }

        @Override
        public boolean publish(
                Publication publication,
                Qos qos,
                boolean retain,
                boolean dup,
                int packetId,
                int[] subscriptionIds,
                long afterPosition) {
            return true;
        }

        @Override
        public void release(int packetId, long afterPosition) {}

        @Override
        public void close(ReasonCode reason, String words) {}
    }
}

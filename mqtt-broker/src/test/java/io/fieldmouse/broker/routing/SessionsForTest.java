package io.fieldmouse.broker.routing;

import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Publication;
import io.fieldmouse.broker.message.Qos;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.session.BufferBudget;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.Outbound;
import io.fieldmouse.broker.session.QueueRoom;
import io.fieldmouse.broker.session.Session;
import io.fieldmouse.broker.session.SessionContext;
import io.fieldmouse.broker.session.SessionRegistry;
import io.fieldmouse.broker.session.SessionRegistry.Claim;
import io.fieldmouse.store.CommitListener;
import io.fieldmouse.store.Durability;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreChange;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Real sessions and a real gate, on a lane that is the test's own thread; nothing is stored. */
final class SessionsForTest implements AutoCloseable {
    private final MessageStore store =
            MessageStore.open(new StoreConfig(Path.of("unused"), Durability.NONE), new CommitListener() {
                @Override
                public void durableUpTo(long position) {}

                @Override
                public void failed(StoreException cause) {}
            });
    private final Lane lane = new TestThreadLane();
    final CommitGate gate = new CommitGate(store, lane);
    private final SessionRegistry registry = new SessionRegistry(
            new SessionContext(
                    lane,
                    gate,
                    new WallClock(InstantSource.system()),
                    new Counters(),
                    new BufferBudget(Long.MAX_VALUE),
                    new AtomicLong()::incrementAndGet,
                    new QueueRoom.Limits(1000, 1_000_000)),
            new SessionRegistry.Ending() {
                @Override
                public void sessionEnded(Session session) {}

                @Override
                public void willDue(Publication will, List<StoreChange> changes) {}
            },
            new AtomicInteger(),
            100_000);

    Session session(String clientId) {
        return Objects.requireNonNull(registry.claim(new Claim(clientId, true, 0, null, new Nowhere())))
                .session();
    }

    @Override
    public void close() {
        store.close();
    }

    /** Runs everything at once; knows no time. */
    private static final class TestThreadLane implements Lane {
        @Override
        public int index() {
            return 0;
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
            task.run();
        }

        @Override
        public boolean handOver(Lane target, Runnable task, boolean droppable) {
            task.run();
            return true;
        }
    }

    private static final class Nowhere implements Outbound {
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

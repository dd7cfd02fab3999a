package io.fieldmouse.broker.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.lane.SteppedLane;
import io.fieldmouse.store.CommitListener;
import io.fieldmouse.store.Durability;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who hears of what the disk has done, announced by hand. */
class CommitGateTest {
    private final SteppedLane lane = new SteppedLane(0);
    private final List<String> heard = new ArrayList<>();
    private final MessageStore store =
            MessageStore.open(new StoreConfig(Path.of("unused"), Durability.NONE), new CommitListener() {
                @Override
                public void durableUpTo(long position) {}

                @Override
                public void failing(StoreException cause) {}

                @Override
                public void recovered() {}
            });
    private final CommitGate gate = new CommitGate(store, lane);

    /** Someone to whom answers are owed up to a position; the last of them may be one too many for it. */
    private class Client implements CommitGate.Waiter {
        private final String name;
        private final long owedUpTo;

        Client(String name, long owedUpTo) {
            this.name = name;
            this.owedUpTo = owedUpTo;
            gate.await(this);
        }

        @Override
        public boolean durableUpTo(long position) {
            heard.add(name + " " + position);
            return position < owedUpTo;
        }

        @Override
        public void storeFailed(StoreException cause) {
            heard.add(name + " failed");
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void announce(long position) {
        gate.announce(position);
        lane.step();
    }

    private List<String> heardSince() {
        List<String> since = List.copyOf(heard);
        heard.clear();
        return since;
    }

    @Test
    void whoIsOwedMoreIsToldAgainAndOthersAreNot() {
        new Client("early", 3);
        new Client("late", 5);
        announce(3);
        assertEquals(List.of("early 3", "late 3"), heardSince());
        announce(5);
        assertEquals(List.of("late 5"), heardSince());
        assertEquals(5, gate.durablePosition());
    }

    @Test
    void laneThatIsBehindHearsOfTheNewestPositionOnly() {
        new Client("a", 9);
        gate.announce(1);
        gate.announce(2);
        gate.announce(3);
        assertEquals(1, lane.waiting());
        lane.step();
        assertEquals(List.of("a 3"), heardSince());
    }

    @Test
    void oneClientsFaultEndsItAloneAndTheOthersHearOfTheSameAnnouncement() {
        new Client("before", 9);
        new Client("faulty", 9) {
            @Override
            public boolean durableUpTo(long position) {
                throw new StackOverflowError("a fault of one client's answers");
            }
        };
        new Client("after", 9);
        announce(3);
        assertEquals(List.of("before 3", "faulty failed", "after 3"), heardSince());
        announce(4);
        assertEquals(List.of("before 4", "after 4"), heardSince());
    }

    @Test
    void clientThatCannotEvenBeEndedIsLeftBehind() {
        new Client("faulty", 9) {
            @Override
            public boolean durableUpTo(long position) {
                throw new IllegalStateException("a fault of one client's answers");
            }

            @Override
            public void storeFailed(StoreException cause) {
                throw new IllegalStateException("a fault of its end");
            }
        };
        new Client("after", 9);
        announce(3);
        assertEquals(List.of("after 3"), heardSince());
        announce(4);
        assertEquals(List.of("after 4"), heardSince());
    }

    @Test
    void storeThatFailsIsToldToAllOnceEvenIfOneOfThemCannotBearIt() {
        new Client("before", 9);
        new Client("faulty", 9) {
            @Override
            public void storeFailed(StoreException cause) {
                throw new IllegalStateException("a fault of its end");
            }
        };
        new Client("after", 9);
        gate.announce(3);
        gate.announceFailure(new StoreException("no space left"));
        lane.step();
        assertEquals(List.of("before 3", "before failed", "faulty 3", "after 3", "after failed"), heardSince());
        new Client("too late", 9);
        assertEquals(List.of("too late failed"), heardSince());
    }
}

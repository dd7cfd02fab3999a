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
        private boolean staysInTrouble;

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
        public boolean storeFailing(StoreTrouble begun) {
            heard.add(name + " told of " + begun);
            return staysInTrouble;
        }

        @Override
        public void faulty() {
            heard.add(name + " faulty");
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
        assertEquals(List.of("before 3", "faulty faulty", "after 3"), heardSince());
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
            public void faulty() {
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
    void storeThatFailsIsToldToAllWhoWaitEvenIfOneOfThemCannotBearIt() {
        new Client("before", 9);
        new Client("faulty", 9) {
            @Override
            public boolean storeFailing(StoreTrouble begun) {
                throw new IllegalStateException("a fault of its end");
            }
        };
        new Client("after", 9);
        gate.announce(3);
        gate.announceFailure(StoreTrouble.DISK_FULL);
        assertEquals(StoreTrouble.DISK_FULL, gate.trouble());
        lane.step();
        assertEquals(
                List.of(
                        "before 3",
                        "before told of DISK_FULL",
                        "faulty 3",
                        "faulty faulty",
                        "after 3",
                        "after told of DISK_FULL"),
                heardSince());
    }

    @Test
    void whoStaysWhenTheStoreFailsIsServedWhenItIsOverIt() {
        Client staying = new Client("staying", 9);
        staying.staysInTrouble = true;
        new Client("leaving", 9);
        gate.announceFailure(StoreTrouble.DISK_FAILS);
        lane.step();
        new Client("late", 9);
        heardSince();
        announce(3);
        assertEquals(List.of("staying 3", "late 3"), heardSince(), "told of a failure that is none of theirs");
        gate.announceRecovery();
        assertEquals(null, gate.trouble());
        announce(9);
        assertEquals(List.of("staying 9", "late 9"), heardSince());
    }

    @Test
    void failureThatIsOverBeforeTheLaneHearsOfItEndsNobody() {
        new Client("a", 9);
        gate.announceFailure(StoreTrouble.DISK_FAILS);
        gate.announceRecovery();
        lane.step();
        assertEquals(List.of("a 0"), heardSince());
        gate.announceFailure(StoreTrouble.DISK_FULL);
        lane.step();
        assertEquals(List.of("a 0", "a told of DISK_FULL"), heardSince());
    }
}

package io.fieldmouse.broker.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.lane.TurnWork.Offer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Turns, stepped by hand. */
class TurnWorkTest {
    private final SteppedLane here = new SteppedLane(0);
    private final SteppedLane there = new SteppedLane(1);
    private final TurnWork mine = new TurnWork(2);
    private final TurnWork theirs = new TurnWork(2);
    private final List<String> done = new ArrayList<>();

    private void endTurn() {
        mine.run(List.of(here, there), List.of(mine, theirs));
    }

    private Runnable task(String name) {
        return () -> done.add(name);
    }

    @Test
    void oneTurnIsAskedForOnce() {
        assertTrue(mine.atEndOfTurn(task("a")));
        assertFalse(mine.atEndOfTurn(task("b")));
        assertEquals(Offer.TAKEN, mine.handOver(1, theirs, task("c"), false));
        endTurn();
        assertEquals(List.of("a", "b"), done);
        assertEquals(Offer.TAKEN_AND_DUE, mine.handOver(1, theirs, task("d"), false));
    }

    @Test
    void tasksForAnotherLaneGoAsOneBatchInOrder() {
        mine.handOver(1, theirs, task("a"), false);
        mine.handOver(1, theirs, task("b"), true);
        assertEquals(0, there.waiting());
        endTurn();
        assertEquals(1, there.waiting());
        assertEquals(List.of(), done);
        there.step();
        assertEquals(List.of("a", "b"), done);
    }

    @Test
    void whatTheEndOfATurnCausesBelongsToTheNextTurn() {
        mine.atEndOfTurn(() -> {
            done.add("first");
            assertTrue(mine.atEndOfTurn(task("second")));
        });
        endTurn();
        assertEquals(List.of("first"), done);
        endTurn();
        assertEquals(List.of("first", "second"), done);
    }

    @Test
    void whatTheEndOfATurnHandsOverStillGoesWithIt() {
        mine.atEndOfTurn(() -> mine.handOver(1, theirs, task("a"), false));
        endTurn();
        there.step();
        assertEquals(List.of("a"), done);
    }

    @Test
    void oneTasksFaultIsNotTheNextOnes() {
        mine.atEndOfTurn(() -> {
            throw new IllegalStateException("a fault");
        });
        mine.atEndOfTurn(task("after"));
        mine.handOver(
                1,
                theirs,
                () -> {
                    throw new StackOverflowError("another, of the kind that is over with its task");
                },
                false);
        mine.handOver(1, theirs, task("there"), false);
        endTurn();
        there.step();
        assertEquals(List.of("after", "there"), done);
    }

    @Test
    void laneThatIsBehindIsSparedWhatMayBeLeftOut() {
        for (int i = 0; i <= TurnWork.BACKLOG_MAX; i++) {
            mine.handOver(1, theirs, () -> {}, true);
        }
        assertEquals(Offer.LEFT_OUT, mine.handOver(1, theirs, task("droppable"), true));
        assertEquals(Offer.TAKEN, mine.handOver(1, theirs, task("promised"), false));
        endTurn();
        there.step();
        assertEquals(List.of("promised"), done);
        assertEquals(Offer.TAKEN_AND_DUE, mine.handOver(1, theirs, task("room again"), true));
    }
}

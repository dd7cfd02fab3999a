package io.fieldmouse.gateway.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

final class PollScheduleTest {
    @Test
    void theNearestDeadlineGoesFirst() {
        PollSchedule schedule = schedule(0, 300, 100, 200);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int next = schedule.next(0, PollScheduleTest::noRest);
            order.add(next);
            schedule.pollComplete(next, 0);
        }
        assertEquals(List.of(1, 2, 0), order);
        assertEquals(PollSchedule.NOBODY, schedule.next(0, PollScheduleTest::noRest));
        assertEquals(millis(100), schedule.nanosUntilNext(0, PollScheduleTest::noRest));
    }

    @Test
    void aMissedPeriodIsSkippedNotMadeUp() {
        PollSchedule schedule = schedule(0, 100);
        schedule.pollComplete(0, millis(350));
        assertEquals(PollSchedule.NOBODY, schedule.next(millis(399), PollScheduleTest::noRest));
        assertEquals(0, schedule.next(millis(400), PollScheduleTest::noRest));
        schedule.pollComplete(0, millis(401));
        assertEquals(PollSchedule.NOBODY, schedule.next(millis(499), PollScheduleTest::noRest));
    }

    @Test
    void aDeviceAtRestIsPassedOver() {
        PollSchedule schedule = schedule(0, 100, 200);
        IntToLongFunction firstRests = device -> device == 0 ? millis(50) : 0;
        assertEquals(1, schedule.next(0, firstRests));
        schedule.pollComplete(1, 0);
        assertEquals(PollSchedule.NOBODY, schedule.next(0, firstRests));
        assertEquals(millis(50), schedule.nanosUntilNext(0, firstRests));
        assertEquals(0, schedule.next(millis(50), PollScheduleTest::noRest));
    }

    @Test
    void aProbeGivesWayToPolls() {
        PollSchedule schedule = schedule(0, 100, 1_000);
        schedule.probeAt(0, 0);
        assertEquals(1, schedule.next(0, PollScheduleTest::noRest));
        schedule.pollComplete(1, 0);
        assertEquals(0, schedule.next(0, PollScheduleTest::noRest));
    }

    @Test
    void nobodyStarvesOnAnOverfullBus() {
        // Each poll takes 90 ms; together they would need 3.2 times the time there is.
        PollSchedule schedule = schedule(0, 50, 100, 1_000, 3_000);
        int[] polls = new int[4];
        long now = 0;
        while (now < millis(60_000)) {
            int next = schedule.next(now, PollScheduleTest::noRest);
            if (next == PollSchedule.NOBODY) {
                now += schedule.nanosUntilNext(now, PollScheduleTest::noRest);
                continue;
            }
            polls[next]++;
            now += millis(90);
            schedule.pollComplete(next, now);
        }
        assertTrue(polls[3] >= 10, "the slowest is still polled: " + Arrays.toString(polls));
        assertTrue(polls[2] >= 30, Arrays.toString(polls));
        assertTrue(polls[0] > polls[2] && polls[1] > polls[2], Arrays.toString(polls));
    }

    @Test
    void aClockThatPassesItsHighestValueChangesNothing() {
        long start = Long.MAX_VALUE - millis(150);
        PollSchedule schedule = schedule(start, 100);
        schedule.pollComplete(0, start);
        assertEquals(PollSchedule.NOBODY, schedule.next(start + millis(99), PollScheduleTest::noRest));
        schedule.pollComplete(0, start + millis(100));
        assertEquals(PollSchedule.NOBODY, schedule.next(start + millis(199), PollScheduleTest::noRest));
        assertEquals(0, schedule.next(start + millis(200), PollScheduleTest::noRest));
    }

    private static long noRest(int device) {
        return 0;
    }

    private static PollSchedule schedule(long start, long... intervalsMillis) {
        return new PollSchedule(
                Arrays.stream(intervalsMillis).mapToObj(Duration::ofMillis).toList(), start);
    }

    private static long millis(long millis) {
        return millis * 1_000_000;
    }
}

package io.fieldmouse.sim.modbus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Time is stepped by hand here. */
final class ReplySenderTest {
    private static final WirePace SLOW = WirePace.of(9600, 10);
    private static final WirePace FAST = WirePace.of(115200, 10);

    private final TrafficLog traffic = new TrafficLog();
    private final LineTally tally = new LineTally();
    private int released;
    private int repliesSeen;
    private int wireTakes = Integer.MAX_VALUE;

    private ReplySender sender(WirePace pace) {
        return new ReplySender(
                (from, offset, length) -> {
                    boolean last = offset + length == from.length;
                    assertEquals(last, traffic.frames().size() > repliesSeen, "in the traffic with the last byte only");
                    repliesSeen += last ? 1 : 0;
                    int taken = Math.min(length, wireTakes);
                    released += taken;
                    return taken;
                },
                pace,
                traffic,
                tally,
                0);
    }

    @Test
    void bytesAreReleasedAsTheirTimePassesAndNeverSooner() throws IOException {
        for (WirePace pace : List.of(SLOW, FAST)) {
            released = 0;
            ReplySender sender = sender(pace);
            sender.schedule(frame(250), 5_000_000);
            long end = 5_000_000 + 253 * pace.characterNanos();
            int writes = 0;
            long now = 0;
            while (released < 253) {
                now += sender.nanosUntilDue(now);
                int before = released;
                sender.advance(now);
                writes += released > before ? 1 : 0;
                long passed = Math.max(0, now - 5_000_000) / pace.characterNanos();
                assertTrue(released <= passed, released + " bytes in the time of " + passed);
                assertTrue(released > passed - 12, released + " bytes only in the time of " + passed);
            }
            assertEquals(end, now);
            assertTrue(writes >= 20, "in " + writes + " chunks");
            assertFalse(sender.isSending());
            assertEquals(RequestFramer.NOTHING_DUE, sender.nanosUntilDue(now));
        }
    }

    @Test
    void nothingHappensBeforeAReplyIsDue() throws IOException {
        ReplySender sender = sender(SLOW);
        sender.schedule(frame(2), 1000);
        sender.advance(999);
        assertFalse(sender.isSending());
        sender.advance(1000);
        assertTrue(sender.isSending());
        assertEquals(0, released);
    }

    @Test
    void repliesGoInTheOrderInWhichTheyAreDueOneAtATime() throws IOException {
        ReplySender sender = sender(SLOW);
        sender.schedule(frame(7), 9_000);
        sender.schedule(frame(3), 1_000);
        long now = 0;
        while (sender.nanosUntilDue(now) != RequestFramer.NOTHING_DUE) {
            now += sender.nanosUntilDue(now);
            sender.advance(now);
        }
        List<SeenFrame> seen = traffic.frames();
        assertEquals(List.of(6, 10), seen.stream().map(f -> f.bytes().length).toList());
        assertEquals(1_000, seen.get(0).startNanos());
        assertEquals(seen.get(0).endNanos(), seen.get(1).startNanos(), "not into one another");
        assertEquals(2, tally.snapshot().replies());
    }

    @Test
    void withoutPaceAReplyGoesAtOnce() throws IOException {
        ReplySender sender = sender(WirePace.of(0, 10));
        sender.schedule(frame(250), 10);
        sender.advance(10);
        assertEquals(253, released);
    }

    @Test
    void bytesNobodyTakesAreCounted() throws IOException {
        wireTakes = 3;
        ReplySender sender = sender(WirePace.of(0, 10));
        sender.schedule(frame(5), 0);
        sender.advance(0);
        assertEquals(5, tally.snapshot().droppedBytes());
    }

    @Test
    void waitingRepliesHaveABound() {
        ReplySender sender = sender(SLOW);
        for (int i = 0; i < 300; i++) {
            sender.schedule(frame(1), 1_000);
        }
        assertEquals(44, tally.snapshot().droppedReplies());
    }

    private static RtuFrame frame(int pduBytes) {
        return RtuFrame.of(1, new byte[pduBytes], 0);
    }
}

package io.fieldmouse.gateway.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.gateway.LogLines;
import io.fieldmouse.gateway.reading.Reading;
import io.fieldmouse.gateway.reading.ReadingSink;
import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.SetRequest;
import io.fieldmouse.gateway.reading.Value;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The loop of a bus, one turn after another in stepped time. */
final class BusWorkerTest {
    private final SteppedTime time = new SteppedTime();
    private final SteppedDevice one = new SteppedDevice("one", Duration.ofMillis(100), time);
    private final SteppedDevice two = new SteppedDevice("two", Duration.ofMillis(200), time);
    private final ScriptedPort port = new ScriptedPort();
    private final List<String> told = new ArrayList<>();
    private final ArrayBlockingQueue<Command> commands = new ArrayBlockingQueue<>(Bus.COMMANDS_MAX);
    private final BusWorker worker = new BusWorker(
            "bus",
            port,
            List.of(one, two),
            commands,
            new ReadingSink() {
                @Override
                public void reading(Reading reading) {
                    told.add(reading.device() + "/" + reading.point() + " " + reading.quality()
                            + (reading.value() instanceof Value.Whole whole ? " " + whole.number() : "")
                            + (reading.reason().isEmpty() ? "" : " (" + reading.reason() + ")"));
                }

                @Override
                public void availability(String device, boolean online) {
                    told.add(device + (online ? " online" : " offline"));
                }
            },
            () -> Instant.EPOCH.plusNanos(time.nanos()),
            time::nanos,
            time::pass);

    /** A port that can be missing, and counts the attempts to open it. */
    private static final class ScriptedPort implements FieldPort {
        private boolean missing;
        private Runnable trouble = () -> {};
        private int attempts;

        @Override
        public void open() throws IOException {
            attempts++;
            trouble.run();
            if (missing) {
                throw new IOException("missing");
            }
        }

        @Override
        public void listen() throws IOException {
            if (missing) {
                throw new IOException("pulled");
            }
        }

        @Override
        public void close() {}
    }

    private void runUntil(long millis) {
        while (time.nanos() < TimeUnit.MILLISECONDS.toNanos(millis)) {
            worker.turn();
        }
    }

    private List<SetOutcome> submit(String device, String point, long value) {
        List<SetOutcome> outcomes = new ArrayList<>();
        commands.add(new Command(new SetRequest(device, point, new Value.Whole(value)), outcomes::add));
        return outcomes;
    }

    @Test
    void everyDeviceIsPolledAtItsInterval() {
        runUntil(400);
        assertEquals(
                List.of(
                        "0 read a",
                        "10 read b",
                        "100 read a",
                        "110 read b",
                        "200 read a",
                        "210 read b",
                        "300 read a",
                        "310 read b"),
                List.copyOf(one.asked));
        assertEquals(List.of("20 read a", "30 read b", "220 read a", "230 read b"), List.copyOf(two.asked));
    }

    @Test
    void availabilityFollowsTheFirstValues() {
        worker.turn();
        assertEquals(List.of("one/a GOOD 0", "one online"), told);
    }

    @Test
    void aCommandGoesBeforeThePollsThatWait() {
        submit("two", "a", 7);
        worker.turn();
        assertEquals(List.of("0 write a"), List.copyOf(two.asked));
        assertTrue(told.contains("two/a GOOD 7"), told.toString());
    }

    @Test
    void aFloodOfCommandsDoesNotStopThePolls() {
        for (int i = 0; i < 60; i++) {
            submit("two", "a", i);
        }
        runUntil(500);
        // Ten ms each: without polls in between, the first would come after 600 ms.
        assertTrue(one.asked.size() >= 5, one.asked.toString());
    }

    @Test
    void aPollBegunBeforeAWritePublishesNothingForThatPoint() {
        worker.turn();
        List<SetOutcome> outcomes = submit("one", "b", 42);
        told.clear();
        worker.turn();
        assertEquals(List.of(new SetOutcome.Verified(new Value.Whole(42))), outcomes);
        assertEquals(List.of("one/b GOOD 42"), told);
        told.clear();
        worker.turn();
        assertEquals("10 write b", one.asked.toArray()[1]);
        assertEquals("20 read b", one.asked.toArray()[2]);
        assertEquals(List.of(), told);
        runUntil(130);
        assertTrue(told.contains("one/b GOOD 42"), "the next poll publishes again: " + told);
    }

    @Test
    void aSilentDeviceIsProbedOnceThenStaleAndProbedAfterTwoFourEightSeconds() {
        runUntil(50);
        one.asked.clear();
        told.clear();
        one.silent = true;
        runUntil(16_000);
        assertEquals(
                List.of("100 read a", "210 probe", "2320 probe", "6430 probe", "14540 probe"), List.copyOf(one.asked));
        assertEquals(
                List.of("one/a STALE 0 (no reply)", "one/b STALE 0 (no reply)", "one offline"),
                told.stream().filter(line -> line.startsWith("one")).toList());
        assertEquals("one is offline: it does not answer", worker.hindrance("one"));
        assertNull(worker.hindrance("two"));
    }

    @Test
    void aSilentDeviceThatAnswersItsProbeIsPolledAtOnce() {
        one.silent = true;
        runUntil(1_000);
        assertEquals(
                List.of("one/a BAD (no reply)", "one/b BAD (no reply)", "one offline"),
                told.stream().filter(line -> line.startsWith("one")).toList());
        told.clear();
        one.silent = false;
        runUntil(3_000);
        assertEquals(
                List.of("one/a GOOD 0", "one online", "one/b GOOD 0"),
                told.stream().filter(line -> line.startsWith("one")).limit(3).toList());
    }

    private List<String> toldOf(String what) {
        return told.stream().filter(line -> line.startsWith(what)).toList();
    }

    private static long millis(String asked) {
        return Long.parseLong(asked.substring(0, asked.indexOf(' ')));
    }

    @Test
    void aRequestThatMissesTwiceIsStaleAndTheOthersGoOn() {
        runUntil(50);
        one.asked.clear();
        told.clear();
        one.dead.add("a");
        runUntil(420);
        assertEquals(
                List.of("100 read a", "210 probe", "220 read a", "330 probe", "340 read b", "400 read b"),
                List.copyOf(one.asked));
        assertEquals(List.of("one/a STALE 0 (no reply)"), toldOf("one/a"));
        assertEquals(List.of(), toldOf("one o"), "it stays online");
        assertEquals(List.of("one/b GOOD 0", "one/b GOOD 0"), toldOf("one/b"));
    }

    @Test
    void aDeadRequestIsTriedAgainAfterTwoFourEightSecondsAndComesBack() {
        one.dead.add("a");
        runUntil(15_500);
        List<Long> tries = one.asked.stream()
                .filter(line -> line.endsWith("read a"))
                .map(line -> millis(line) / 1_000)
                .toList();
        assertEquals(List.of(0L, 0L, 2L, 6L, 14L), tries);
        assertEquals(List.of("one/a BAD (no reply)"), toldOf("one/a"));
        assertEquals(List.of("one online"), toldOf("one o"));
        one.dead.clear();
        told.clear();
        runUntil(40_000);
        assertTrue(toldOf("one/a").size() > 1, "it is polled with the others again: " + told);
    }

    @Test
    void writesThatSucceedDoNotSpeakForARequestThatIsNotAnswered() {
        runUntil(50);
        told.clear();
        one.dead.add("a");
        for (int millis = 100; millis < 1_000; millis += 50) {
            submit("one", "b", millis);
            runUntil(millis);
        }
        assertEquals(List.of("one/a STALE 0 (no reply)"), toldOf("one/a"));
        assertEquals(List.of(), toldOf("one o"));
    }

    @Test
    void whatAWriteReadBackIsStaleAgainWhenItsPollIsNotAnswered() {
        one.dead.add("a");
        runUntil(500);
        told.clear();
        submit("one", "a", 7);
        runUntil(700);
        assertEquals(List.of("one/a GOOD 7", "one/a STALE 7 (no reply)"), toldOf("one/a"));
    }

    @Test
    void aDeviceThatAnswersNoPollButItsProbesIsOnlineWithoutValues() {
        one.dead.addAll(List.of("a", "b"));
        runUntil(60_000);
        assertEquals(List.of("one online", "one/a BAD (no reply)", "one/b BAD (no reply)"), toldOf("one"));
        assertTrue(one.asked.size() < 50, one.asked.toString());
    }

    @Test
    void aDeadRequestDelaysItsNeighboursByNoMoreThanOneTimeout() {
        one.dead.add("a");
        runUntil(120_000);
        List<Long> starts = two.asked.stream()
                .filter(line -> line.endsWith("read a"))
                .map(BusWorkerTest::millis)
                .toList();
        for (int i = 1; i < starts.size(); i++) {
            long gap = starts.get(i) - starts.get(i - 1);
            // The interval, the timeout, and the probe and the other read of the same poll.
            assertTrue(gap <= 200 + 110 + 30, "poll " + i + " began " + gap + " ms after the one before");
        }
        assertTrue(starts.size() >= 595, starts.size() + " polls of 600");
    }

    @Test
    void aDeviceWithADeadRequestThatFallsSilentIsOffline() {
        one.dead.add("a");
        runUntil(1_000);
        told.clear();
        one.silent = true;
        runUntil(1_500);
        assertEquals(
                List.of("one/b STALE 0 (no reply)", "one offline"),
                toldOf("one").subList(toldOf("one").size() - 2, toldOf("one").size()));
        told.clear();
        one.silent = false;
        runUntil(20_000);
        assertEquals(List.of("one online"), toldOf("one o"));
        assertEquals(List.of(), toldOf("one/a"));
    }

    @Test
    void aDeviceAtRestIsPassedOverAndItsCommandWaits() {
        one.restNanos = TimeUnit.SECONDS.toNanos(1);
        List<SetOutcome> waiting = submit("one", "a", 1);
        List<SetOutcome> done = submit("two", "a", 2);
        runUntil(300);
        assertEquals(List.of(), List.copyOf(one.asked));
        assertEquals(List.of(), waiting);
        assertEquals(1, done.size());
        one.restNanos = 0;
        runUntil(500);
        assertEquals(List.of(new SetOutcome.Verified(new Value.Whole(1))), waiting);
    }

    @Test
    void aCommandThatWaitsIsRefusedWhenItsDeviceGoesOffline() {
        one.silent = true;
        worker.turn();
        List<SetOutcome> first = submit("one", "a", 1);
        List<SetOutcome> second = submit("one", "b", 2);
        worker.turn();
        assertEquals(List.of(new SetOutcome.Failed("no reply")), first);
        assertEquals(List.of(), second);
        worker.turn();
        assertEquals(List.of(new SetOutcome.Refused("one is offline: it does not answer")), second);
    }

    @Test
    void aPulledPortCutsAllOffAndIsTriedAgainUntilItIsBack() {
        runUntil(50);
        told.clear();
        port.missing = true;
        port.attempts = 0;
        one.unplugged = true;
        two.unplugged = true;
        runUntil(10_000);
        assertEquals(
                List.of(
                        "one/a STALE 0 (pulled)",
                        "one/b STALE 0 (pulled)",
                        "one offline",
                        "two/a STALE 0 (pulled)",
                        "two/b STALE 0 (pulled)",
                        "two offline"),
                told);
        assertEquals(6, port.attempts, "every 1.5 s");
        List<SetOutcome> outcomes = submit("one", "a", 1);
        worker.turn();
        assertEquals(List.of(new SetOutcome.Refused("the bus is offline: missing")), outcomes);
        told.clear();
        port.missing = false;
        one.unplugged = false;
        two.unplugged = false;
        runUntil(12_000);
        assertTrue(told.containsAll(List.of("one online", "two online", "one/a GOOD 0")), told.toString());
    }

    static List<Runnable> faults() {
        return List.of(
                () -> {
                    throw new IllegalStateException("broken on purpose");
                },
                () -> {
                    throw new AssertionError("broken on purpose");
                },
                () -> {
                    throw new NoClassDefFoundError("broken/OnPurpose");
                },
                () -> {
                    throw new StackOverflowError();
                });
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultInOneDevicesAffairsIsThatDevicesSilenceAndToldOnce(Runnable fault) {
        one.trouble = fault;
        try (LogLines log = new LogLines()) {
            runUntil(20_000);
            assertEquals(
                    List.of("ERROR internal error, going on bus=bus device=one"),
                    log.of(DeviceSlot.class).stream()
                            .filter(line -> line.startsWith("ERROR"))
                            .toList());
        }
        assertTrue(one.asked.size() > 5, "tried again: " + one.asked);
        assertTrue(told.contains("one offline"), told.toString());
        assertTrue(told.contains("two online"), told.toString());
        assertTrue(two.asked.size() >= 150, two.asked.size() + " polls");
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aCommandThatMeetsAFaultHasFailed(Runnable fault) {
        one.trouble = fault;
        List<SetOutcome> outcomes = submit("one", "a", 1);
        worker.turn();
        SetOutcome.Failed failed = assertInstanceOf(SetOutcome.Failed.class, outcomes.get(0));
        assertTrue(failed.reason().startsWith("internal error, see the log: "), failed.reason());
    }

    @Test
    void whoeverAskedIsToldOfAWriteThatCannotBeNotedDown() {
        one.suffix = "-wrong";
        List<SetOutcome> outcomes = submit("one", "a", 1);
        worker.turn();
        assertEquals(List.of(new SetOutcome.Verified(new Value.Whole(1))), outcomes);
        worker.turn();
        assertTrue(told.contains("one offline"), told.toString());
    }

    @Test
    void aSampleThatNobodyExpectsIsItsDevicesFaultToo() {
        one.suffix = "-wrong";
        runUntil(1_000);
        assertTrue(told.contains("one offline"), told.toString());
        assertTrue(two.asked.size() >= 8, two.asked.toString());
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aPortThatFailsAsAProgramFailsIsAPortThatCannotBeOpened(Runnable fault) {
        port.trouble = fault;
        runUntil(5_000);
        assertEquals(4, port.attempts, "every 1.5 s");
        assertTrue(told.contains("one offline"), told.toString());
        port.trouble = () -> {};
        runUntil(7_000);
        assertTrue(told.contains("one online"), told.toString());
    }

    @Test
    void memoryThatHasRunOutIsNobodysSilence() {
        one.trouble = () -> {
            throw new OutOfMemoryError("on purpose");
        };
        assertThrows(OutOfMemoryError.class, worker::turn);
    }

    @Test
    void whoeverWaitsAtTheEndIsTold() {
        List<SetOutcome> outcomes = submit("one", "a", 1);
        worker.stop();
        assertEquals(List.of(new SetOutcome.Refused("the gateway is stopping")), outcomes);
    }
}

package io.fieldmouse.gateway.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fieldmouse.gateway.reading.Reading;
import io.fieldmouse.gateway.reading.ReadingSink;
import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.SetRequest;
import io.fieldmouse.gateway.reading.Value;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a bus promises to those who send commands, whatever its thread does. */
final class BusTest {
    private final SteppedTime time = new SteppedTime();

    private static final class Deaf implements ReadingSink {
        @Override
        public void reading(Reading reading) {}

        @Override
        public void availability(String device, boolean online) {}
    }

    private static class NoPort implements FieldPort {
        @Override
        public void open() {}

        @Override
        public void listen() {}

        @Override
        public void close() {}
    }

    /** Fails as a program fails, the first time it is listened to. */
    private static final class BrokenPort extends NoPort {
        private final Error fault;
        private final CompletableFuture<Void> failed = new CompletableFuture<>();

        BrokenPort(Error fault) {
            this.fault = fault;
        }

        @Override
        public void listen() {
            if (failed.complete(null)) {
                throw fault;
            }
        }
    }

    private Bus started(FieldPort port) {
        SteppedDevice device = new SteppedDevice("one", Duration.ofHours(1), time);
        Bus bus =
                new Bus("bus", port, List.of(device), new Deaf(), InstantSource.system(), System::nanoTime, now -> {});
        bus.start();
        return bus;
    }

    @Test
    void theThreadOutlivesAFaultOfTheProgram() throws Exception {
        BrokenPort port = new BrokenPort(new AssertionError("on purpose"));
        try (Bus bus = started(port)) {
            port.failed.get(20, TimeUnit.SECONDS);
            CompletableFuture<SetOutcome> outcome = new CompletableFuture<>();
            bus.submit(new SetRequest("one", "a", new Value.Whole(1)), outcome::complete);
            assertEquals(new SetOutcome.Verified(new Value.Whole(1)), outcome.get(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void whenMemoryHasRunOutTheThreadEndsWithThatAndSaysSo() throws Exception {
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, fault) -> uncaught.complete(fault));
        try (Bus bus = started(new BrokenPort(new OutOfMemoryError("on purpose")))) {
            assertInstanceOf(OutOfMemoryError.class, uncaught.get(20, TimeUnit.SECONDS));
            List<SetOutcome> outcomes = new ArrayList<>();
            bus.submit(new SetRequest("one", "a", new Value.Whole(1)), outcomes::add);
            assertEquals(List.of(new SetOutcome.Refused("the gateway is stopping")), outcomes);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    private Bus unstarted(String... devices) {
        List<FieldDevice> all = new ArrayList<>();
        for (String device : devices) {
            all.add(new SteppedDevice(device, Duration.ofMillis(100), time));
        }
        return new Bus("bus", new NoPort(), all, new Deaf(), InstantSource.system(), time::nanos, now -> {});
    }

    @Test
    void theQueueIsBoundedAndItsEndAnswersAll() {
        Bus bus = unstarted("one");
        List<SetOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i <= Bus.COMMANDS_MAX; i++) {
            bus.submit(new SetRequest("one", "a", new Value.Whole(i)), outcomes::add);
        }
        assertEquals(List.of(new SetOutcome.Refused("bus bus has 64 commands waiting; try again later")), outcomes);
        bus.close();
        assertEquals(Bus.COMMANDS_MAX + 1, outcomes.size());
        bus.submit(new SetRequest("one", "a", new Value.Whole(1)), outcomes::add);
        assertEquals(new SetOutcome.Refused("the gateway is stopping"), outcomes.get(outcomes.size() - 1));
    }

    @Test
    void whatCanNeverSucceedIsRefusedAtOnce() {
        Bus bus = unstarted("one");
        List<SetOutcome> outcomes = new ArrayList<>();
        bus.submit(new SetRequest("none", "a", new Value.Whole(1)), outcomes::add);
        bus.submit(new SetRequest("one", "z", new Value.Whole(1)), outcomes::add);
        assertEquals(
                List.of(
                        new SetOutcome.Refused("there is no device none on bus bus"),
                        new SetOutcome.Refused("no such point")),
                outcomes);
        bus.close();
    }

    @Test
    void twoDevicesOfOneNameAreAnError() {
        assertThrows(IllegalArgumentException.class, () -> unstarted("one", "one"));
    }
}

package io.fieldmouse.gateway.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

    private static final class NoPort implements FieldPort {
        @Override
        public void open() {}

        @Override
        public void listen() {}

        @Override
        public void close() {}
    }

    private Bus unstarted(String... devices) {
        List<FieldDevice> all = new ArrayList<>();
        for (String device : devices) {
            all.add(new SteppedDevice(device, Duration.ofMillis(100), time));
        }
        return new Bus("bus", new NoPort(), all, new Deaf(), InstantSource.system(), time::nanos);
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

package io.fieldmouse.gateway.modbus;

import static org.junit.jupiter.api.Assertions.fail;

import io.fieldmouse.gateway.reading.Quality;
import io.fieldmouse.gateway.reading.Reading;
import io.fieldmouse.gateway.reading.ReadingSink;
import io.fieldmouse.gateway.reading.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Remembers everything a bus reports; tests wait on it with a deadline. */
final class ReadingLog implements ReadingSink {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final List<Reading> readings = new ArrayList<>();
    private final Map<String, Boolean> availability = new HashMap<>();

    @Override
    public synchronized void reading(Reading reading) {
        readings.add(reading);
        notifyAll();
    }

    @Override
    public synchronized void availability(String device, boolean online) {
        availability.put(device, online);
        notifyAll();
    }

    /** Waits for a reading of {@code device/point} that is good, now or later. */
    Value awaitGood(String path) {
        await(path + " is good", () -> has(path, Quality.GOOD));
        return goodValues(path).get(0);
    }

    /** Waits for a reading that has not come yet. */
    void awaitNext(String path) {
        int before = all(path).size();
        await(path + " once more", () -> all(path).size() > before);
    }

    void awaitAvailability(String device, boolean online) {
        await(device + (online ? " online" : " offline"), () -> isAvailable(device, online));
    }

    private synchronized boolean isAvailable(String device, boolean online) {
        return Objects.equals(availability.get(device), online);
    }

    synchronized void await(String what, BooleanSupplier condition) {
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - giveUp > 0) {
                fail("waited in vain for: " + what + "; seen: " + readings + " " + availability);
            }
            try {
                wait(50);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    boolean has(String path, Quality quality) {
        return count(path, quality) > 0;
    }

    long count(String path, Quality quality) {
        return all(path).stream()
                .filter(reading -> reading.quality() == quality)
                .count();
    }

    Reading last(String path) {
        List<Reading> all = all(path);
        return all.get(all.size() - 1);
    }

    List<Value> goodValues(String path) {
        return all(path).stream()
                .filter(reading -> reading.quality() == Quality.GOOD)
                .map(reading -> Objects.requireNonNull(reading.value()))
                .toList();
    }

    private synchronized List<Reading> all(String path) {
        return readings.stream()
                .filter(reading -> (reading.device() + "/" + reading.point()).equals(path))
                .toList();
    }
}

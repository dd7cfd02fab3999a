package io.fieldmouse.gateway.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChangeFilterTest {
    private static final Duration HEARTBEAT = Duration.ofSeconds(60);
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private record Case(String name, @Nullable Reading published, Duration since, Reading candidate, boolean passes) {}

    private static final Reading GOOD_20 = reading(new Value.Decimal(20), Quality.GOOD, "");
    private static final Reading GOOD_21 = reading(new Value.Decimal(21), Quality.GOOD, "");
    private static final Reading STALE_20 = reading(new Value.Decimal(20), Quality.STALE, "no answer");
    private static final Reading BAD = reading(null, Quality.BAD, "no answer");
    private static final Reading BAD_OTHERWISE = reading(null, Quality.BAD, "exception 2");
    private static final Reading ON = reading(new Value.Flag(true), Quality.GOOD, "");
    private static final Reading WHOLE_20 = reading(new Value.Whole(20), Quality.GOOD, "");

    private static final List<Case> CASES = List.of(
            new Case("the first", null, Duration.ZERO, GOOD_20, true),
            new Case("the first, bad", null, Duration.ZERO, BAD, true),
            new Case("no change", GOOD_20, Duration.ofMillis(59_999), GOOD_20, false),
            new Case("no change, heartbeat", GOOD_20, HEARTBEAT, GOOD_20, true),
            new Case("another value", GOOD_20, Duration.ZERO, GOOD_21, true),
            new Case("another kind of value", GOOD_20, Duration.ZERO, WHOLE_20, true),
            new Case("good becomes stale", GOOD_20, Duration.ZERO, STALE_20, true),
            new Case("stale becomes good", STALE_20, Duration.ZERO, GOOD_20, true),
            new Case("good becomes bad", GOOD_20, Duration.ZERO, BAD, true),
            new Case("bad stays bad", BAD, Duration.ofSeconds(1), BAD, false),
            new Case("bad for another reason", BAD, Duration.ofSeconds(1), BAD_OTHERWISE, false),
            new Case("bad for another reason, heartbeat", BAD, HEARTBEAT, BAD_OTHERWISE, true),
            new Case("a flag that stays", ON, Duration.ofSeconds(1), ON, false),
            new Case("a clock that jumped back", GOOD_20, Duration.ofDays(-1), GOOD_20, false));

    @Test
    void tableOfWhatPasses() {
        ChangeFilter filter = new ChangeFilter(HEARTBEAT);
        for (Case row : CASES) {
            assertEquals(row.passes(), filter.passes(row.published(), row.since(), row.candidate()), row.name());
        }
    }

    @Test
    void heartbeatNeedsALength() {
        assertThrows(IllegalArgumentException.class, () -> new ChangeFilter(Duration.ZERO));
    }

    private static Reading reading(@Nullable Value value, Quality quality, String reason) {
        return new Reading("boiler", "flow", value, quality, reason, "°C", NOON);
    }
}

package io.fieldmouse.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class TriggerTest {

    @Test
    void alwaysFires() {
        assertTrue(Trigger.always().fires(Duration.ZERO, 1));
        assertTrue(Trigger.always().fires(Duration.ofDays(1), 1_000_000));
    }

    @Test
    void windowOpensOnceWhenItHasNoDistance() {
        Trigger window = Trigger.window(Duration.ofSeconds(20), Duration.ofSeconds(8), Duration.ZERO);
        assertFalse(opens(window, 19_999));
        assertTrue(opens(window, 20_000));
        assertTrue(opens(window, 27_999));
        assertFalse(opens(window, 28_000));
        assertFalse(opens(window, 60_000));
    }

    @Test
    void windowOpensAgainAtItsDistance() {
        Trigger window = Trigger.window(Duration.ofSeconds(20), Duration.ofSeconds(8), Duration.ofSeconds(40));
        assertFalse(opens(window, 59_999));
        assertTrue(opens(window, 60_000));
        assertFalse(opens(window, 68_000));
        assertTrue(opens(window, 40_027_000));
    }

    @Test
    void aFaultWithoutEndBeginsAndStays() {
        Trigger stays = Trigger.from(Duration.ofSeconds(20));
        assertFalse(stays.fires(Duration.ofMillis(19_999), 1));
        assertTrue(stays.fires(Duration.ofSeconds(20), 1));
        assertTrue(stays.fires(Duration.ofDays(36_500), 1));
    }

    @Test
    void requestsAreCountedFromOne() {
        StringBuilder third = new StringBuilder();
        StringBuilder everyThird = new StringBuilder();
        for (int request = 1; request <= 7; request++) {
            third.append(Trigger.nthRequest(3).fires(Duration.ZERO, request) ? 'x' : '.');
            everyThird.append(Trigger.everyNthRequest(3).fires(Duration.ZERO, request) ? 'x' : '.');
        }
        assertEquals("..x....", third.toString());
        assertEquals("..x..x.", everyThird.toString());
    }

    @Test
    void rangesTouchWhenTheyShareAnAddress() {
        AddressRange range = Trigger.always().touching(100, 109).addresses();
        assertFalse(range.touches(new AddressRange(90, 99)));
        assertTrue(range.touches(new AddressRange(90, 100)));
        assertTrue(range.touches(new AddressRange(103, 103)));
        assertTrue(range.touches(new AddressRange(109, 120)));
        assertFalse(range.touches(new AddressRange(110, 120)));
        assertTrue(range.touches(AddressRange.ALL));
    }

    @Test
    void whatMayNotExistIsRefused() {
        Duration second = Duration.ofSeconds(1);
        assertThrows(IllegalArgumentException.class, () -> Trigger.nthRequest(0));
        assertThrows(IllegalArgumentException.class, () -> Trigger.everyNthRequest(-1));
        assertThrows(IllegalArgumentException.class, () -> Trigger.window(second, Duration.ZERO, second));
        assertThrows(IllegalArgumentException.class, () -> Trigger.window(second, second.plusNanos(1), second));
        assertThrows(IllegalArgumentException.class, () -> Trigger.always().touching(5, 4));
        assertThrows(IllegalArgumentException.class, () -> new Fault.Late(Duration.ZERO, Trigger.always()));
        assertThrows(IllegalArgumentException.class, () -> new Fault.ExceptionReply(0, Trigger.always()));
    }

    private static boolean opens(Trigger window, long millis) {
        return window.fires(Duration.ofMillis(millis), 1);
    }
}

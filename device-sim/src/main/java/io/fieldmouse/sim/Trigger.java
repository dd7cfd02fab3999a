package io.fieldmouse.sim;

import java.time.Duration;

/**
 * When a {@link Fault} shows: a schedule, and the addresses a request must touch to be concerned. Pure: who asks brings the
 * time and the number of the request.
 *
 * @param schedule at which times, or at which requests
 * @param addresses only requests that touch one of these are concerned, and counted; of whichever table
 */
public record Trigger(Schedule schedule, AddressRange addresses) {
    /** Longer than any simulation: 292 years. */
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    /** At which times, or at which requests. */
    public sealed interface Schedule {}

    /** At every request. */
    public record Always() implements Schedule {}

    /**
     * From {@code after} the start of the simulation for the time {@code lasts}; and again and again at the distance
     * {@code every}, which zero means never.
     */
    public record Window(Duration after, Duration lasts, Duration every) implements Schedule {
        public Window {
            if (after.isNegative() || lasts.isNegative() || lasts.isZero() || every.isNegative()) {
                throw new IllegalArgumentException("fault window: after " + after + ", for " + lasts + ", every "
                        + every + "; must not be negative, and for must be longer than zero");
            }
            if (!every.isZero() && every.compareTo(lasts) < 0) {
                throw new IllegalArgumentException("fault window: for " + lasts + " is longer than every " + every
                        + "; leave the window away for always");
            }
        }

        boolean isOpen(Duration sinceStart) {
            Duration inside = sinceStart.minus(after);
            if (inside.isNegative()) {
                return false;
            }
            long nanos = every.isZero() ? inside.toNanos() : inside.toNanos() % every.toNanos();
            return nanos < lasts.toNanos();
        }
    }

    /** At the request with this number only, counted from 1. */
    public record NthRequest(long number) implements Schedule {
        public NthRequest {
            requireCount("request", number);
        }
    }

    /** At each request whose number is a multiple of this. */
    public record EveryNthRequest(long count) implements Schedule {
        public EveryNthRequest {
            requireCount("every_request", count);
        }
    }

    public static Trigger always() {
        return new Trigger(new Always(), AddressRange.ALL);
    }

    /** @see Window */
    public static Trigger window(Duration after, Duration lasts, Duration every) {
        return new Trigger(new Window(after, lasts, every), AddressRange.ALL);
    }

    /** Always, but not before this time since the start of the simulation. */
    public static Trigger from(Duration after) {
        return window(after, FOREVER, Duration.ZERO);
    }

    /** @see NthRequest */
    public static Trigger nthRequest(long number) {
        return new Trigger(new NthRequest(number), AddressRange.ALL);
    }

    /** @see EveryNthRequest */
    public static Trigger everyNthRequest(long count) {
        return new Trigger(new EveryNthRequest(count), AddressRange.ALL);
    }

    /** The same schedule, only for requests that touch these addresses. */
    public Trigger touching(int first, int last) {
        return new Trigger(schedule, new AddressRange(first, last));
    }

    /**
     * Whether the fault shows at a request.
     *
     * @param sinceStart time since the start of the simulation
     * @param requestNumber the how-manieth request it is, from 1, of those that touch {@link #addresses()}
     */
    public boolean fires(Duration sinceStart, long requestNumber) {
        if (schedule instanceof Window window) {
            return window.isOpen(sinceStart);
        }
        if (schedule instanceof NthRequest nth) {
            return requestNumber == nth.number();
        }
        if (schedule instanceof EveryNthRequest everyNth) {
            return requestNumber % everyNth.count() == 0;
        }
        return true;
    }

    private static void requireCount(String name, long count) {
        if (count < 1) {
            throw new IllegalArgumentException("fault: " + name + " is " + count + ", must be 1 or more");
        }
    }
}

package io.fieldmouse.gateway.bus;

import java.util.List;

/** What came of asking a device once. */
public sealed interface StepOutcome {

    /**
     * The device answered, be it that it declined.
     *
     * @param pollComplete whether this was the last request of its poll
     */
    record Answered(List<Sample> samples, boolean pollComplete) implements StepOutcome {}

    /** No usable answer; the reason in words. */
    record Missed(String reason) implements StepOutcome {}

    /** The port is gone, and with it every device; the reason in words. */
    record PortLost(String reason) implements StepOutcome {}
}

package io.fieldmouse.gateway.reading;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides which readings are worth publishing: the first, every change of value or quality, and otherwise one each
 * heartbeat. A changed reason alone waits for the heartbeat: it may differ with every poll.
 *
 * @param heartbeat how old the last published reading may become while nothing changes
 */
public record ChangeFilter(Duration heartbeat) {
    public ChangeFilter {
        if (heartbeat.isNegative() || heartbeat.isZero()) {
            throw new IllegalArgumentException("a heartbeat needs a length: " + heartbeat);
        }
    }

    /**
     * Whether to publish the candidate.
     *
     * @param published what was published last for its point, null for nothing yet
     * @param since the time since then; a negative one, from a clock that jumped back, counts as none
     */
    public boolean passes(@Nullable Reading published, Duration since, Reading candidate) {
        return published == null
                || published.quality() != candidate.quality()
                || !Objects.equals(published.value(), candidate.value())
                || since.compareTo(heartbeat) >= 0;
    }
}

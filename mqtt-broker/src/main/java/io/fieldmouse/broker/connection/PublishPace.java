package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.connection.ReadingPauses.Pause;
import io.fieldmouse.broker.message.Counters.Counter;
import java.time.Duration;

/**
 * Slows a client down that publishes faster than it may: it is not read from until its next message is due. Nothing of
 * it is lost, and its keep alive does not count meanwhile.
 */
final class PublishPace {
    private final Connection connection;
    private final Shared shared;
    private final TokenBucket bucket;

    PublishPace(Connection connection, Shared shared) {
        this.connection = connection;
        this.shared = shared;
        this.bucket = new TokenBucket(
                shared.limits().messagesPerSecondMax(), shared.clock().millis());
    }

    /** A PUBLISH came. */
    void published() {
        long now = shared.clock().millis();
        bucket.take(now);
        long wait = bucket.waitMillis(now);
        if (wait > 0 && !connection.pauses().contains(Pause.MESSAGE_RATE)) {
            shared.counters().add(Counter.SLOWED_MESSAGE_RATE);
            connection.pause(Pause.MESSAGE_RATE);
            goOnAfter(wait);
        }
    }

    private void goOnAfter(long millis) {
        connection.lane().schedule(Duration.ofMillis(millis), () -> {
            long wait = bucket.waitMillis(shared.clock().millis());
            if (connection.phase() == Connection.Phase.CLOSED) {
                return;
            }
            if (wait > 0) {
                goOnAfter(wait);
            } else {
                connection.resume(Pause.MESSAGE_RATE);
            }
        });
    }
}

package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.connection.Connection.Phase;
import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.message.ReasonCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection from which nothing came for one and a half times its keep alive [MQTT-3.1.2-22].
 *
 * <p>Its surprise: time in which it is we who do not listen is no silence of the client's.
 */
final class KeepAlive {
    private final Connection connection;
    private final OutboundBatch batch;
    private Lane.@Nullable Timer timer;
    private long lastHeardNanos = System.nanoTime();
    private long pausedAtNanos;
    private long takenBytesAtCheck;

    KeepAlive(Connection connection, OutboundBatch batch) {
        this.connection = connection;
        this.batch = batch;
    }

    /** Begins. 0 seconds is for ever. */
    void watch(int seconds) {
        if (seconds > 0) {
            heard();
            checkLater(Duration.ofMillis(seconds * 1500L)); // [MQTT-3.1.2-24 of 3.1.1]
        }
    }

    /** A packet has come. */
    void heard() {
        lastHeardNanos = System.nanoTime();
    }

    void paused() {
        pausedAtNanos = System.nanoTime();
    }

    /** What the client sent meanwhile has yet to be read: the pause was no time. */
    void resumed() {
        long now = System.nanoTime();
        long heard = lastHeardNanos + (now - pausedAtNanos);
        lastHeardNanos = heard - now > 0 ? now : heard;
    }

    /** A timer would keep all of the connection in memory for as long as the client chose to be silent. */
    void stop() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void checkLater(Duration patience) {
        Duration wait = patience.minusNanos(System.nanoTime() - lastHeardNanos);
        timer = connection.lane().schedule(wait.isNegative() ? Duration.ZERO : wait, () -> check(patience));
    }

    private void check(Duration patience) {
        if (connection.phase() != Phase.OPEN) {
            return;
        }
        long takenBytes = batch.takenBytes();
        if (connection.pauses().areOurs(takenBytes != takenBytesAtCheck)) {
            heard();
        }
        takenBytesAtCheck = takenBytes;
        if (System.nanoTime() - lastHeardNanos >= patience.toNanos()) {
            connection.close(ReasonCode.KEEP_ALIVE_TIMEOUT, "nothing came for " + patience.toSeconds() + " s");
        } else {
            checkLater(patience);
        }
    }
}

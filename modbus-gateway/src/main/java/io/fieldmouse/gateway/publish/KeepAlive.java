package io.fieldmouse.gateway.publish;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a connection alive, and notices when the broker is not (section 3.1.2.10). A ping is due when either
 * direction was silent for the interval: a client that only publishes QoS 0 would else write into a dead connection
 * until the operating system's buffers are full. Runs on the connection's loop.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // what fails on a channel or its loop ends the connection, and is told there
final class KeepAlive {

    /** A broker is given this long to answer a ping, or the keep-alive interval if that is less. */
    private static final long ANSWER_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    private final EventLoop loop;
    private final Runnable ping;
    private final Consumer<MqttException> dead;

    private long intervalNanos;
    private long lastReadNanos;
    private long lastWriteNanos;
    private @Nullable Long pingNanos;

    KeepAlive(EventLoop loop, Runnable ping, Consumer<MqttException> dead) {
        this.loop = loop;
        this.ping = ping;
        this.dead = dead;
    }

    /** Begins to watch; with 0 it never will. */
    void start(int seconds) {
        intervalNanos = TimeUnit.SECONDS.toNanos(seconds);
        if (seconds > 0) {
            lastReadNanos = now();
            lastWriteNanos = now();
            plan(intervalNanos);
        }
    }

    void stop() {
        intervalNanos = 0;
    }

    void read() {
        lastReadNanos = now();
        // Any byte proves a living broker: the answer may be queued behind a large message.
        pingNanos = null;
    }

    void written() {
        lastWriteNanos = now();
    }

    private void plan(long delayNanos) {
        loop.schedule(this::look, delayNanos, TimeUnit.NANOSECONDS);
    }

    private void look() {
        if (intervalNanos == 0) {
            return;
        }
        long now = now();
        long answerNanos = Math.min(intervalNanos, ANSWER_NANOS_MAX);
        if (pingNanos != null) {
            long left = pingNanos + answerNanos - now;
            if (left > 0) {
                plan(left);
            } else {
                dead.accept(MqttException.of("the broker did not answer a ping within "
                        + TimeUnit.NANOSECONDS.toMillis(answerNanos) + " ms"));
            }
            return;
        }
        long left = Math.min(lastReadNanos, lastWriteNanos) + intervalNanos - now;
        if (left > 0) {
            plan(left);
        } else {
            ping.run();
            pingNanos = now;
            plan(answerNanos);
        }
    }

    private long now() {
        return loop.ticker().nanoTime();
    }
}

package io.fieldmouse.gateway.publish;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an MQTT broker, from its CONNECT to its end. It does not reconnect: its owner makes the next one,
 * with the same {@link MqttSession} when the session is to go on.
 *
 * <p>Every method may be called from any thread. The listener and all futures are called on the client's own thread:
 * they must not block, and must not call {@link #close()} there.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // what fails on a channel or its loop ends the connection, and is told there
public final class MqttClient implements AutoCloseable {

    /** What a connection tells its owner. */
    public interface Listener {
        /** A message came; it is acknowledged when this returns. */
        void received(ApplicationMessage message);

        /** The connection ended, and not because of {@link #close()}. Called at most once, and only after success. */
        void closed(MqttException reason);
    }

    private static final Duration DRAIN = Duration.ofSeconds(1);

    private final EventLoop loop;
    private final MqttSession session;
    private final MqttConnection connection;
    private final @Nullable EventLoopGroup ownGroup;

    private MqttClient(
            EventLoop loop, MqttSession session, MqttConnection connection, @Nullable EventLoopGroup ownGroup) {
        this.loop = loop;
        this.session = session;
        this.connection = connection;
        this.ownGroup = ownGroup;
    }

    /** Connects on a thread of the client's own, and waits for the CONNACK. */
    public static MqttClient connect(BrokerAddress address, MqttOptions options, MqttSession session, Listener listener)
            throws MqttException, InterruptedException {
        EventLoopGroup group = newThread();
        MqttClient client = start(group.next(), address, options, session, listener, group);
        boolean connected = false;
        try {
            client.connected().get();
            connected = true;
            return client;
        } catch (ExecutionException e) {
            throw asMqttException(e.getCause());
        } finally {
            if (!connected) {
                client.connection.end();
                group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            }
        }
    }

    /** Connects on a thread that its caller owns; {@link #connected()} tells how it went. */
    static MqttClient start(
            EventLoop loop, BrokerAddress address, MqttOptions options, MqttSession session, Listener listener) {
        return start(loop, address, options, session, listener, null);
    }

    static EventLoopGroup newThread() {
        return new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("mqtt-client", true), NioIoHandler.newFactory());
    }

    private static MqttClient start(
            EventLoop loop,
            BrokerAddress address,
            MqttOptions options,
            MqttSession session,
            Listener listener,
            @Nullable EventLoopGroup ownGroup) {
        MqttConnection connection = new MqttConnection(loop, address, options, session, listener);
        ChannelFuture open = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis(options.connectTimeout()))
                .handler(new MqttPipeline(connection))
                .connect(address.host(), address.port());
        open.addListener(f -> {
            if (!f.isSuccess()) {
                connection.neverOpened(f.cause());
            }
        });
        return new MqttClient(loop, session, connection, ownGroup);
    }

    private static int millis(Duration timeout) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, timeout.toMillis()));
    }

    /** Completes with the CONNACK, or fails with the reason why there will be none. */
    CompletableFuture<Void> connected() {
        return connection.connected();
    }

    /** Whether the broker went on with an earlier session; in MQTT 3.1, where it cannot say, whether it was asked to. */
    public boolean sessionPresent() {
        return connection.sessionPresent();
    }

    /**
     * Sends a message. The future completes when a QoS 0 message is handed to the operating system, a QoS 1 or 2
     * message acknowledged by the broker; or fails with an {@link MqttException}, at once when the session's bound is
     * reached.
     */
    public CompletableFuture<Void> publish(ApplicationMessage message) {
        MqttSession.Outgoing outgoing = session.take(message);
        if (outgoing == null) {
            return CompletableFuture.failedFuture(MqttException.of(
                    "too many messages wait to be sent or acknowledged, " + message.topic() + " was not taken"));
        }
        loop.execute(() -> connection.publish(outgoing));
        return outgoing.settled;
    }

    /** Subscribes. The future brings the broker's reason codes, one a subscription: 0 to 2 is the QoS granted. */
    public CompletableFuture<List<Integer>> subscribe(List<Subscription> subscriptions) {
        CompletableFuture<List<Integer>> granted = new CompletableFuture<>();
        loop.execute(() -> connection.request(id -> MqttPackets.subscribe(id, subscriptions), granted));
        return granted;
    }

    /** Unsubscribes. The future brings the broker's reason codes; before MQTT 5 there are none. */
    public CompletableFuture<List<Integer>> unsubscribe(List<String> topicFilters) {
        CompletableFuture<List<Integer>> done = new CompletableFuture<>();
        loop.execute(() -> connection.request(id -> MqttPackets.unsubscribe(id, topicFilters), done));
        return done;
    }

    /** Waits up to a second for what is under way, says goodbye and closes the connection. */
    @Override
    public void close() {
        CompletableFuture<Void> closed = disconnect(DRAIN);
        try {
            // Twice the time for a loop that is busy: a closing program must not hang on its broker.
            closed.get(2 * DRAIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            connection.end();
        }
        if (ownGroup != null) {
            ownGroup.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
        }
    }

    /** The same without waiting: completes when the connection is closed. */
    CompletableFuture<Void> disconnect(Duration drain) {
        loop.execute(() -> connection.disconnect(drain));
        return connection.ended();
    }

    static MqttException asMqttException(@Nullable Throwable cause) {
        return cause instanceof MqttException known
                ? known
                : new MqttException(String.valueOf(cause), MqttException.NO_REASON_CODE, cause);
    }
}

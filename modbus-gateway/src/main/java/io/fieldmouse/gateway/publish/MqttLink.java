package io.fieldmouse.gateway.publish;

import io.fieldmouse.gateway.reading.LogText;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's way to a broker over MQTT. Connects, subscribes, and after a loss tries again with growing pauses for
 * as long as it is open. Each connection begins and ends its own session, so that no command is delivered late.
 *
 * <p>Every attempt asks for MQTT 5 first and falls back to 3.1.1 when the broker does not speak it; nothing is
 * remembered, so that a broker that was brought up to date is met with MQTT 5. All state belongs to the link's one
 * thread, but for the connection that {@link #publish} uses.
 */
@SuppressWarnings(
        "FutureReturnValueIgnored") // what fails on a channel or its loop ends the connection, and is told there
public final class MqttLink implements BrokerLink {

    private static final Logger LOG = LoggerFactory.getLogger(MqttLink.class);

    /** What may be under way to the broker; beyond, {@link #publish} refuses. */
    static final int MESSAGES_MAX = 1_000;

    static final long BYTES_MAX = 1 << 20;

    private static final long PAUSE_MILLIS_MIN = 1_000;
    private static final long PAUSE_MILLIS_MAX = 30_000;
    private static final Duration DRAIN = Duration.ofSeconds(1);

    private final BrokerAddress address;
    private final MqttOptions options;
    private final RandomGenerator random;
    private final EventLoopGroup thread;
    private final EventLoop loop;
    private final List<String> topicFilters = new ArrayList<>();

    private volatile @Nullable Up connected;
    private volatile boolean closed;
    private @Nullable MqttClient attempt;
    private long pauseMillis = PAUSE_MILLIS_MIN;
    private long connectedNanos;
    private boolean failureLogged;

    /** A connection that takes messages, and who is told when it loses one. */
    private static final class Up {
        private final MqttClient client;
        private final Listener owner;
        private final AtomicBoolean lossLogged = new AtomicBoolean();

        Up(MqttClient client, Listener owner) {
            this.client = client;
            this.owner = owner;
        }
    }

    /** A link under this client id, which must be this gateway's alone: a broker lets only one connection have it. */
    public MqttLink(BrokerAddress address, String clientId) {
        this(address, MqttOptions.clean(ProtocolVersion.MQTT_5, clientId), new Random());
    }

    /**
     * A link with other options than usual.
     *
     * @param random spreads the pauses between attempts
     */
    MqttLink(BrokerAddress address, MqttOptions options, RandomGenerator random) {
        this.address = address;
        this.options = options;
        this.random = random;
        this.thread = MqttClient.newThread();
        this.loop = thread.next();
    }

    @Override
    public void open(LinkMessage will, Listener listener) {
        loop.execute(() -> connect(options.withWill(toMqtt(will)), listener));
    }

    @Override
    public boolean publish(LinkMessage message) {
        Up up = connected;
        if (up == null) {
            return false;
        }
        CompletableFuture<Void> settled = up.client.publish(toMqtt(message));
        if (settled.isCompletedExceptionally()) {
            return false;
        }
        settled.whenComplete((ok, failure) -> {
            if (failure != null) {
                lost(message, failure, up);
            }
        });
        return true;
    }

    private static void lost(LinkMessage message, Throwable failure, Up up) {
        String reason = LogText.quoted(failure.getMessage());
        if (up.lossLogged.getAndSet(true)) {
            LOG.debug("message lost topic={} reason={}", message.topic(), reason);
        } else {
            LOG.warn("message lost, others of this connection may be too topic={} reason={}", message.topic(), reason);
        }
        up.owner.lost(message);
    }

    @Override
    public void subscribe(String topicFilter) {
        loop.execute(() -> {
            topicFilters.add(topicFilter);
            Up up = connected;
            if (up != null) {
                subscribe(up.client, List.of(topicFilter));
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        connected = null;
        CompletableFuture<Void> ended = new CompletableFuture<>();
        loop.execute(() -> {
            MqttClient last = attempt;
            (last == null ? CompletableFuture.<Void>completedFuture(null) : last.disconnect(DRAIN))
                    .whenComplete((ok, failure) -> ended.complete(null));
        });
        try {
            ended.get(2 * DRAIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the connection to the broker did not close in time broker={}", address);
        }
        thread.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }

    // From here on: the link's thread.

    private void connect(MqttOptions asking, Listener owner) {
        if (closed) {
            return;
        }
        MqttClient client = MqttClient.start(
                loop, address, asking, new MqttSession(MESSAGES_MAX, BYTES_MAX), new Events(asking, owner));
        attempt = client;
        client.connected().whenComplete((ok, failure) -> {
            if (failure == null) {
                connected(client, asking, owner);
            } else {
                notConnected(MqttClient.asMqttException(failure), asking, owner);
            }
        });
    }

    private void connected(MqttClient client, MqttOptions asking, Listener owner) {
        if (closed) {
            return;
        }
        LOG.info("connected broker={} mqtt={} clientId={}", address, asking.version(), asking.clientId());
        failureLogged = false;
        connectedNanos = loop.ticker().nanoTime();
        subscribe(client, topicFilters);
        connected = new Up(client, owner);
        owner.connected();
    }

    private void notConnected(MqttException reason, MqttOptions asking, Listener owner) {
        if (closed) {
            return;
        }
        if (reason.isAboutProtocolVersion() && asking.version() == ProtocolVersion.MQTT_5) {
            LOG.debug("broker does not speak MQTT 5, trying 3.1.1 broker={}", address);
            connect(asking.withVersion(ProtocolVersion.MQTT_3_1_1), owner);
            return;
        }
        if (failureLogged) {
            LOG.debug("still not connected reason={}", LogText.quoted(reason.getMessage()));
        } else {
            LOG.warn("no broker, trying on reason={}", LogText.quoted(reason.getMessage()));
            failureLogged = true;
        }
        tryAgain(asking, owner);
    }

    private void lost(MqttException reason, MqttOptions asking, Listener owner) {
        connected = null;
        if (closed) {
            return;
        }
        long lastedMillis = TimeUnit.NANOSECONDS.toMillis(loop.ticker().nanoTime() - connectedNanos);
        // A connection that ends at once, such as in a quarrel over a client id, must not make the pauses short again.
        if (lastedMillis > PAUSE_MILLIS_MAX) {
            pauseMillis = PAUSE_MILLIS_MIN;
        }
        owner.disconnected(String.valueOf(reason.getMessage()));
        tryAgain(asking, owner);
    }

    private void tryAgain(MqttOptions asking, Listener owner) {
        // Between half and the whole: gateways that lost the same broker must not all come back in the same moment.
        long delay = pauseMillis / 2 + random.nextLong(pauseMillis / 2 + 1);
        pauseMillis = Math.min(PAUSE_MILLIS_MAX, pauseMillis * 2);
        loop.schedule(() -> connect(asking.withVersion(options.version()), owner), delay, TimeUnit.MILLISECONDS);
    }

    private void subscribe(MqttClient client, List<String> filters) {
        if (filters.isEmpty()) {
            return;
        }
        List<Subscription> wanted = filters.stream().map(MqttLink::asPublished).toList();
        client.subscribe(wanted).whenComplete((granted, failure) -> {
            if (failure != null) {
                LOG.debug("not subscribed filters={} reason={}", wanted, LogText.quoted(failure.getMessage()));
                return;
            }
            for (int i = 0; i < Math.min(wanted.size(), granted.size()); i++) {
                if (granted.get(i) >= ReasonCode.FIRST_ERROR) {
                    LOG.warn(
                            "the broker refused a subscription filter={} reason={}",
                            wanted.get(i).topicFilter(),
                            LogText.quoted(ReasonCode.words(granted.get(i))));
                }
            }
        });
    }

    /**
     * With the flag as the publisher set it, so that a message that was published to be kept shows it the first time too.
     * Only MQTT 5 can ask for that: an older broker clears it on the way to who is already there [MQTT-3.3.1-9].
     */
    private static Subscription asPublished(String topicFilter) {
        return new Subscription(topicFilter, 1, false, true, Subscription.RetainHandling.SEND);
    }

    private static ApplicationMessage toMqtt(LinkMessage message) {
        MessageProperties properties = new MessageProperties(
                false, null, null, message.responseTopic(), message.correlationData(), message.userProperties());
        return new ApplicationMessage(
                message.topic(), message.payload(), message.qos(), message.retain(), false, properties);
    }

    private static LinkMessage fromMqtt(ApplicationMessage message) {
        MessageProperties properties = message.properties();
        return new LinkMessage(
                message.topic(),
                message.payload(),
                message.qos(),
                message.retain(),
                properties.responseTopic(),
                properties.correlationData(),
                properties.userProperties());
    }

    /** What one connection tells the link. */
    private final class Events implements MqttClient.Listener {

        private final MqttOptions asking;
        private final Listener owner;

        Events(MqttOptions asking, Listener owner) {
            this.asking = asking;
            this.owner = owner;
        }

        @Override
        public void received(ApplicationMessage message) {
            owner.received(fromMqtt(message));
        }

        @Override
        public void closed(MqttException reason) {
            lost(reason, asking, owner);
        }
    }
}

package io.fieldmouse.broker;

import io.fieldmouse.broker.access.AccessControl;
import io.fieldmouse.broker.access.AccessFileException;
import io.fieldmouse.broker.access.AccessWatch;
import io.fieldmouse.broker.access.AuthenticationMethods;
import io.fieldmouse.broker.access.Authenticator;
import io.fieldmouse.broker.access.ScramSha256;
import io.fieldmouse.broker.admin.SysTopics;
import io.fieldmouse.broker.connection.ConnectionRate;
import io.fieldmouse.broker.connection.ConnectionRoom;
import io.fieldmouse.broker.connection.LaneGroup;
import io.fieldmouse.broker.connection.Shared;
import io.fieldmouse.broker.lane.Lane;
import io.fieldmouse.broker.lane.Lanes;
import io.fieldmouse.broker.lane.Traffic.Flow;
import io.fieldmouse.broker.lane.WallClock;
import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.message.ReasonCode;
import io.fieldmouse.broker.routing.Router;
import io.fieldmouse.broker.session.ByteBudget;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.Population;
import io.fieldmouse.broker.session.QueueRoom;
import io.fieldmouse.broker.session.QueuedTotals;
import io.fieldmouse.broker.session.SessionContext;
import io.fieldmouse.broker.session.SessionRegistry;
import io.fieldmouse.store.CommitListener;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreException;
import io.fieldmouse.store.StoredState;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An MQTT broker: everything it is made of, built in one constructor, from the store upwards. It is running when
 * {@link #start} returns.
 */
public final class Broker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final Duration EXPIRY_SWEEP = Duration.ofSeconds(10);
    private static final Duration CLOCK_CHECK = Duration.ofSeconds(10);
    private static final Duration ACCESS_CHECK = Duration.ofSeconds(1);

    /** For clients that are told of the end; short, because all wait for the slowest. */
    private static final Duration CLIENTS_CLOSE_MAX = Duration.ofMillis(200);

    private static final Duration GOODBYE_MAX = Duration.ofSeconds(1);

    private final Counters counters;
    private final LaneGroup laneGroup;
    private final Lanes lanes;
    private final MessageStore store;
    private final GateAnnouncer announcer;
    private final List<CommitGate> gates = new ArrayList<>();
    private final List<SessionRegistry> registries = new ArrayList<>();
    private final Router router;
    private final Authenticator authenticator;
    private final Shared shared;
    private final Listeners listeners;
    private final AccessWatch accessWatch;
    private final Duration writeBehind;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Opens the store, brings back what it holds, and listens.
     *
     * @throws BrokerStartException when it cannot; nothing is left open then
     */
    public static Broker start(BrokerConfig config) throws BrokerStartException {
        return start(config, InstantSource.system());
    }

    /** As {@link #start(BrokerConfig)}, with a wall clock of the caller's, which tells the time at the start. */
    public static Broker start(BrokerConfig config, InstantSource time) throws BrokerStartException {
        return start(config, time, System::nanoTime, LaneGroup::fastest);
    }

    /**
     * As {@link #start(BrokerConfig, InstantSource)}, on a transport of the caller's choice.
     *
     * @param nanos by which time passes after the start
     */
    static Broker start(BrokerConfig config, InstantSource time, LongSupplier nanos, IntFunction<LaneGroup> transport)
            throws BrokerStartException {
        return start(config, time, nanos, transport, MessageStore::open);
    }

    /** As above, on a store of the caller's. */
    static Broker start(
            BrokerConfig config,
            InstantSource time,
            LongSupplier nanos,
            IntFunction<LaneGroup> transport,
            BiFunction<StoreConfig, CommitListener, MessageStore> opener)
            throws BrokerStartException {
        Listeners.check(config);
        AccessControl access = access(config);
        LaneGroup laneGroup = transport.apply(config.lanes());
        Counters counters = new Counters();
        StoreConfig storeConfig = config.store();
        GateAnnouncer announcer = new GateAnnouncer(storeConfig.disk(), counters, nanos);
        MessageStore store = null;
        try {
            store = opener.apply(storeConfig, announcer);
            return new Broker(config, access, laneGroup, counters, store, announcer, time, nanos);
        } catch (StoreException e) {
            abandon(laneGroup, store);
            throw new BrokerStartException(String.valueOf(e.getMessage()), e);
        } catch (BrokerStartException | RuntimeException e) {
            abandon(laneGroup, store);
            throw e;
        }
    }

    private static AccessControl access(BrokerConfig config) throws BrokerStartException {
        try {
            return AccessControl.open(config.file(BrokerSetting.PASSWORD_FILE), config.file(BrokerSetting.ACL_FILE));
        } catch (AccessFileException e) {
            throw new BrokerStartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void abandon(LaneGroup laneGroup, @Nullable MessageStore store) {
        laneGroup.close();
        if (store != null) {
            store.close();
        }
    }

    private Broker(
            BrokerConfig config,
            AccessControl access,
            LaneGroup laneGroup,
            Counters counters,
            MessageStore store,
            GateAnnouncer announcer,
            InstantSource time,
            LongSupplier nanos)
            throws BrokerStartException {
        this.laneGroup = laneGroup;
        this.counters = counters;
        this.lanes = laneGroup.lanes();
        this.store = store;
        this.announcer = announcer;
        this.writeBehind = Duration.ofSeconds(config.number(BrokerSetting.WRITE_BEHIND_SECONDS));

        StoredState stored = store.load();
        WallClock clock = new WallClock(time, nanos, Restart.latestInstant(stored));
        MessageStore trueTimeStore = new TrueTimeStore(store, clock);
        AtomicLong messageIds = new AtomicLong(stored.lastMessageId());
        Population population = new Population();
        List<QueuedTotals> queued = new ArrayList<>();
        ByteBudget budget = new ByteBudget(config.bytes(BrokerSetting.BUFFER_BYTES_MAX));
        ByteBudget standing = new ByteBudget(config.bytes(BrokerSetting.SESSION_BYTES_MAX));
        for (Lane lane : lanes.all()) {
            gates.add(new CommitGate(trueTimeStore, lane));
        }
        announcer.announceTo(gates);
        this.router = new Router(
                lanes,
                gates,
                clock,
                counters,
                messageIds,
                config.number(BrokerSetting.RETAINED_MESSAGES_MAX),
                config.bytes(BrokerSetting.RETAINED_BYTES_MAX),
                config.bytes(BrokerSetting.STORE_BACKLOG_BYTES_MAX),
                config.sharedOrder());
        QueueRoom.Limits queueLimits = new QueueRoom.Limits(
                config.number(BrokerSetting.QUEUE_MESSAGES_MAX),
                config.bytes(BrokerSetting.QUEUE_BYTES_MAX),
                config.text(BrokerSetting.QUEUE_WHEN_FULL).equals("drop_oldest"));
        for (Lane lane : lanes.all()) {
            queued.add(new QueuedTotals());
            SessionContext context = new SessionContext(
                    lane,
                    gates.get(lane.index()),
                    clock,
                    counters,
                    budget,
                    standing,
                    queued.get(lane.index()),
                    population,
                    messageIds,
                    queueLimits);
            registries.add(new SessionRegistry(
                    context,
                    router,
                    config.number(BrokerSetting.SESSIONS_MAX),
                    config.bytes(BrokerSetting.STORE_BACKLOG_BYTES_MAX)));
        }
        new Restart(stored, lanes, registries, router, access, config.retainedResets()).run();

        SecureRandom random = new SecureRandom();
        this.authenticator = new Authenticator(
                access,
                counters,
                Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                config.number(BrokerSetting.LOGINS_WAITING_MAX),
                random);
        startSysTopics(config, new SysTopics.Sources(counters, population, queued, budget, gates.get(0), clock));
        ConnectionRoom room = ConnectionRoom.of(config.number(BrokerSetting.CONNECTIONS_MAX));
        ConnectionRate rate = new ConnectionRate(config.number(BrokerSetting.CONNECTIONS_PER_SECOND_MAX), clock);
        Shared shared = new Shared(
                Listeners.limits(config),
                lanes,
                registries,
                router,
                clock,
                counters,
                budget,
                new ByteBudget(config.bytes(BrokerSetting.STRANGERS_BYTES_MAX)),
                room,
                rate,
                access,
                authenticator,
                new AuthenticationMethods(new ScramSha256(access, random), config.authenticationMethods()),
                config.anonymous(),
                Listeners.waysIn(config, access));
        this.shared = shared;
        this.listeners = Listeners.open(config, laneGroup, shared);
        this.accessWatch = AccessWatch.start(access, ACCESS_CHECK, this::closeOutdated);
        lanes.all().forEach(lane -> lane.execute(() -> beginHousekeeping(lane)));
        LOG.info(
                "started lanes={} durability={} data={}",
                lanes.count(),
                config.text(BrokerSetting.DURABILITY),
                config.dataDirectory().toAbsolutePath());
    }

    private void startSysTopics(BrokerConfig config, SysTopics.Sources sources) {
        Duration interval = Duration.ofSeconds(config.number(BrokerSetting.SYS_INTERVAL_SECONDS));
        if (interval.isZero()) {
            return;
        }
        String version = Broker.class.getPackage().getImplementationVersion();
        String name = "fieldmouse version " + (version == null ? "(from classes)" : version);
        Lane lane = lanes.all().get(0);
        SysTopics topics = new SysTopics(lane, lanes, router, sources, name);
        // Told before anyone can ask.
        CompletableFuture.runAsync(topics::update, lane::execute).join();
        lane.execute(() -> every(lane, interval, topics::update));
    }

    /** The port of the listener that the settings bind and port make; -1 when there is none. */
    public int port() {
        return port(ListenerConfig.DEFAULT_NAME);
    }

    /** The port of the listener with this name; -1 when there is none, or it is a socket file. */
    public int port(String listener) {
        return listeners.port(listener);
    }

    /** How clients call each listener, such as {@code mqtt://127.0.0.1:1883}, by name, in the configuration's order. */
    public Map<String, String> uris() {
        return listeners.uris();
    }

    /** For tests that connect without a listener. */
    Shared shared() {
        return shared;
    }

    /** A count since the start. */
    public long count(Counter counter) {
        return counters.get(counter);
    }

    /** What passed through the connections of all lanes since the start. */
    long traffic(Flow flow) {
        return lanes.all().stream().mapToLong(lane -> lane.traffic().get(flow)).sum();
    }

    /** Retained messages held now. */
    public int retainedCount() {
        return router.retainedCount();
    }

    /** A client in this process. Another client with the same id is taken over. */
    public LocalClient localClient(String clientId, LocalClient.Listener clientListener) {
        Lane lane = lanes.homeOf(clientId);
        return new LocalClient(clientId, lane, router, registries.get(lane.index()), clientListener);
    }

    private void beginHousekeeping(Lane lane) {
        SessionRegistry registry = registries.get(lane.index());
        every(lane, CLOCK_CHECK, registry::storeTimesAnew);
        if (lane.index() == 0) {
            every(lane, writeBehind, () -> router.writeBehind(lane));
            every(lane, EXPIRY_SWEEP, () -> router.removeExpired(lane));
        }
    }

    private void closeOutdated() {
        lanes.all()
                .forEach(lane -> lane.execute(() -> registries.get(lane.index()).closeOutdated()));
    }

    private static void every(Lane lane, Duration interval, Runnable task) {
        lane.schedule(interval, () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("housekeeping failed; it is tried again in {}", interval, e);
            } finally {
                every(lane, interval, task);
            }
        });
    }

    /**
     * Stops: takes no more connections, tells the clients (0x8B), stores what is left and releases everything. Takes
     * less than five seconds unless the disk does not answer.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        listeners.close();
        accessWatch.close();
        authenticator.close();
        onEveryLane(lane -> registries.get(lane.index()).closeAll(ReasonCode.SERVER_SHUTTING_DOWN, "the broker stops"));
        onEveryLane(router::writeAllBehind);
        listeners.awaitConnectionsClosed(CLIENTS_CLOSE_MAX);
        announcer.announceTo(List.of());
        laneGroup.close();
        store.close();
        LOG.info(
                "stopped published={} sent={} dropped={}",
                counters.get(Counter.PUBLISH_RECEIVED),
                traffic(Flow.PUBLISHES_SENT),
                counters.droppedInWords());
    }

    /** Runs the task on each lane and waits for all of them, but not for ever. */
    private void onEveryLane(Consumer<Lane> task) {
        CountDownLatch done = new CountDownLatch(lanes.count());
        for (Lane lane : lanes.all()) {
            lane.execute(() -> {
                task.accept(lane);
                // The work of this turn's end has to be done too.
                lane.atEndOfTurn(done::countDown);
            });
        }
        try {
            if (!done.await(GOODBYE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a lane did not finish within {}; going on without it", GOODBYE_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

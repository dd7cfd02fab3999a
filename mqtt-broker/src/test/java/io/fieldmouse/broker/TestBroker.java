package io.fieldmouse.broker;

import io.fieldmouse.broker.connection.LaneGroup;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.store.CommitListener;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreConfig;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/** A broker on a free port, and the clients a test opened to it. Closes them all. */
final class TestBroker implements AutoCloseable {
    static {
        BufferLeaks.watch();
    }

    private final BrokerConfig config;
    private final InstantSource time;
    private final LongSupplier nanos;
    private final IntFunction<LaneGroup> transport;
    private final BiFunction<StoreConfig, CommitListener, MessageStore> store;
    private final List<RawClient> clients = new ArrayList<>();
    private Broker broker;

    private TestBroker(BrokerConfig config, InstantSource time, LongSupplier nanos, IntFunction<LaneGroup> transport) {
        this(config, time, nanos, transport, MessageStore::open);
    }

    private TestBroker(
            BrokerConfig config,
            InstantSource time,
            LongSupplier nanos,
            IntFunction<LaneGroup> transport,
            BiFunction<StoreConfig, CommitListener, MessageStore> store) {
        this.store = store;
        this.config = config;
        this.time = time;
        this.nanos = nanos;
        this.transport = transport;
        this.broker = startBroker();
    }

    private Broker startBroker() {
        try {
            return Broker.start(config, time, nanos, transport, store);
        } catch (BrokerStartException e) {
            throw new AssertionError("the broker did not start", e);
        }
    }

    /** @param settings keys and values in turn, see {@link BrokerSetting} */
    static TestBroker start(Path directory, int lanes, String... settings) {
        return start(config(directory, lanes, settings));
    }

    static TestBroker start(Path directory, int lanes, SettableTime time, String... settings) {
        return new TestBroker(config(directory, lanes, settings), time, time::nanos, LaneGroup::fastest);
    }

    static TestBroker start(BrokerConfig config) {
        return new TestBroker(config, InstantSource.system(), System::nanoTime, LaneGroup::fastest);
    }

    /** On a store of the test's. */
    static TestBroker start(BrokerConfig config, BiFunction<StoreConfig, CommitListener, MessageStore> store) {
        return new TestBroker(config, InstantSource.system(), System::nanoTime, LaneGroup::fastest, store);
    }

    /** On the transport of systems that have none of their own. */
    static TestBroker startPortable(BrokerConfig config) {
        return new TestBroker(config, InstantSource.system(), System::nanoTime, LaneGroup::portable);
    }

    static BrokerConfig config(Path directory, int lanes, String... settings) {
        BrokerConfig config = BrokerConfig.defaults()
                .with("data", directory.toString())
                .with("port", "0")
                .with("lanes", Integer.toString(lanes));
        for (int i = 0; i < settings.length; i += 2) {
            config = config.with(settings[i], settings[i + 1]);
        }
        return config;
    }

    /** Stops it and starts it again on what it has stored. Clients of before are closed. */
    void restart() {
        stop();
        broker = startBroker();
    }

    void stop() {
        broker.close();
        clients.forEach(RawClient::close);
        clients.clear();
    }

    Broker broker() {
        return broker;
    }

    int port() {
        return broker.port();
    }

    long count(Counter counter) {
        return broker.count(counter);
    }

    /** A socket to it. */
    RawClient open(int level) {
        return keep(new RawClient(port(), level));
    }

    /** A socket to it whose system takes next to nothing that the client does not read. */
    RawClient openDeaf(int level) {
        return keep(new RawClient(port(), level, 4096));
    }

    /** Closes it with the others. */
    RawClient keep(RawClient client) {
        clients.add(client);
        return client;
    }

    /** A client with a clean session. */
    RawClient client(int level, String clientId) {
        return open(level).connected(Connect.as(level, clientId));
    }

    /** A client whose session stays. */
    RawClient durable(int level, String clientId) {
        return open(level).connected(Connect.as(level, clientId).durable());
    }

    @Override
    public void close() {
        clients.forEach(RawClient::close);
        broker.close();
    }
}

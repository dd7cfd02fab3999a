package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.PacketType;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.SocketLine;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several listeners: each has its address and its settings, and one broker is behind them. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
class ListenersTest {
    @TempDir
    Path directory;

    private BrokerConfig config(String... settings) {
        return TestBroker.config(directory, 2, settings);
    }

    private static RawClient at(TestBroker broker, String listener, String host, int level) {
        InetSocketAddress address = new InetSocketAddress(host, broker.broker().port(listener));
        return broker.keep(new RawClient(SocketLine.to(address, 0), level));
    }

    @Test
    void clientsOfEveryAddressMeet() {
        BrokerConfig config = config().withListener(ListenerConfig.tcp("six", "::1", 0))
                .withListener(ListenerConfig.tcp("other", "127.0.0.2", 0));
        try (TestBroker broker = TestBroker.start(config)) {
            RawClient six = at(broker, "six", "::1", 5).connected(Connect.as(5, "six"));
            six.subscribe("t", 1);
            RawClient four = at(broker, "other", "127.0.0.2", 4).connected(Connect.as(4, "four"));
            assertEquals(0, four.publish("t", "x", 1));
            six.expectPublish("t", "x", 1);
            broker.client(4, "default").expectSilence();
            assertEquals(
                    List.of(
                            "mqtt://127.0.0.1:" + broker.port(),
                            "mqtt://[0:0:0:0:0:0:0:1]:" + broker.broker().port("six"),
                            "mqtt://127.0.0.2:" + broker.broker().port("other")),
                    List.copyOf(broker.broker().uris().values()));
        }
    }

    @Test
    void portOffLeavesOnlyTheOthers() {
        BrokerConfig config = config("port", "off").withListener(ListenerConfig.tcp("only", "127.0.0.1", 0));
        try (TestBroker broker = TestBroker.start(config)) {
            assertEquals(-1, broker.port());
            at(broker, "only", "127.0.0.1", 4).connected(Connect.as(4, "c")).expectSilence();
        }
    }

    @Test
    void listenerHasSettingsOfItsOwn() {
        BrokerConfig config = config("packet_bytes_max", "10000")
                .withListener(ListenerConfig.tcp("narrow", "127.0.0.1", 0)
                        .with(BrokerSetting.PACKET_BYTES_MAX, "100")
                        .with(BrokerSetting.KEEP_ALIVE_SECONDS_MAX, "7")
                        .with(BrokerSetting.CONNECTIONS_MAX, "1"));
        try (TestBroker broker = TestBroker.start(config)) {
            RawClient narrow = at(broker, "narrow", "127.0.0.1", 5);
            var answer = narrow.connect(Connect.as(5, "narrow"));
            assertEquals(100, answer.number(0x27));
            assertEquals(7, answer.number(0x13));
            at(broker, "narrow", "127.0.0.1", 5).expectClosed();
            RawClient wide = broker.client(5, "wide");
            assertEquals(0x10, wide.publish(Publish.of("t", new byte[1_000]).qos(1, 1)));
            narrow.send(Publish.of("t", new byte[1_000]).qos(1, 1));
            assertEquals(0x95, narrow.expect(PacketType.DISCONNECT).reason());
        }
    }

    @Test
    void listenersShareTheBoundOfConnections() {
        BrokerConfig config = config("connections_max", "2").withListener(ListenerConfig.tcp("more", "127.0.0.1", 0));
        try (TestBroker broker = TestBroker.start(config)) {
            broker.client(4, "a");
            at(broker, "more", "127.0.0.1", 4).connected(Connect.as(4, "b"));
            at(broker, "more", "127.0.0.1", 4).expectClosed();
            broker.open(4).expectClosed();
            assertEquals(2, broker.count(Counter.CONNECTIONS_REFUSED), "closed at once, not for saying nothing");
        }
    }

    private void failToStart(BrokerConfig config, String... words) {
        BrokerStartException refusal = assertThrows(
                BrokerStartException.class, () -> Broker.start(config).close());
        for (String word : words) {
            assertTrue(String.valueOf(refusal.getMessage()).contains(word), refusal::getMessage);
        }
        assertFalse(Files.exists(directory.resolve("data")), "the store was touched");
    }

    @Test
    void listenerWithoutItsPortKeepsTheBrokerFromStarting() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            BrokerConfig config = TestBroker.config(directory.resolve("data"), 1)
                    .withListener(ListenerConfig.tcp("second", "127.0.0.1", taken.getLocalPort()));
            failToStart(config, "127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void listenersThatWouldBeInEachOthersWayAreTold() {
        BrokerConfig config = TestBroker.config(directory.resolve("data"), 1);
        ListenerConfig one = ListenerConfig.tcp("one", "127.0.0.1", 18_830);
        failToStart(config.withListener(one).withListener(ListenerConfig.tcp("two", "localhost", 18_830)), "one too");
        failToStart(
                config.withListener(one)
                        .withListener(
                                ListenerConfig.tcp("two", "0.0.0.0", 18_830).with(BrokerSetting.ANONYMOUS, "anywhere")),
                "listener two",
                "one too");
        failToStart(
                config.withListener(ListenerConfig.unix("one", directory.resolve("s")))
                        .withListener(ListenerConfig.unix("two", directory.resolve("./s"))),
                "one too");
        ListenerConfig any = ListenerConfig.tcp("any", "127.0.0.1", 0);
        try (TestBroker broker = TestBroker.start(config.withListener(any))) {
            assertTrue(broker.broker().port("any") > 0); // beside the default, which asks for any port too
        }
    }

    @Test
    void brokerWithoutListenersOrAtAnAddressOfAnotherMachineIsNotStarted() {
        BrokerConfig config = TestBroker.config(directory.resolve("data"), 1, "port", "off");
        failToStart(config, "nobody could connect");
        failToStart(
                config.withListener(
                        ListenerConfig.tcp("far", "192.0.2.1", 0).with(BrokerSetting.ANONYMOUS, "anywhere")),
                "cannot listen on 192.0.2.1:0: this machine has no address 192.0.2.1");
    }

    @Test
    void listenerBeyondThisMachineHasToBeMeant() {
        BrokerConfig config = TestBroker.config(directory.resolve("data"), 1);
        ListenerConfig open = ListenerConfig.tcp("open", "::", 0);
        failToStart(config.withListener(open), "[::]:0", "anonymous: anywhere");
        failToStart(config.withListener(ListenerConfig.tcp("x", "no.such.host.invalid", 0)), "no address");
        ListenerConfig meant = open.with(BrokerSetting.ANONYMOUS, "anywhere");
        failToStart(
                config.with("anonymous", "anywhere").withListener(open.with(BrokerSetting.ANONYMOUS, "loopback")),
                "anonymous: anywhere");
        try (TestBroker broker = TestBroker.start(config.withListener(meant))) {
            at(broker, "open", "::1", 4).connected(Connect.as(4, "six")).expectSilence();
            at(broker, "open", "127.0.0.1", 4).connected(Connect.as(4, "four")).expectSilence();
        }
    }

    @Test
    void whatIsNoListenerIsRefusedWithWords() {
        refuse(() -> ListenerConfig.tcp("A b", "127.0.0.1", 1), "name");
        refuse(() -> ListenerConfig.tcp("a", " ", 1), "bind");
        refuse(() -> ListenerConfig.tcp("a", "127.0.0.1", 65_536), "port");
        ListenerConfig listener = ListenerConfig.tcp("a", "127.0.0.1", 1);
        refuse(() -> listener.with(BrokerSetting.DATA, "x"), "data");
        refuse(() -> listener.with(BrokerSetting.CONNECTIONS_MAX, "0"), "connections_max");
        refuse(() -> BrokerConfig.defaults().withListener(listener).withListener(listener), "name");
        refuse(
                () -> BrokerConfig.defaults()
                        .withListener(ListenerConfig.tcp(ListenerConfig.DEFAULT_NAME, "127.0.0.1", 1)),
                "name");
    }

    private static void refuse(Runnable what, String key) {
        String words = String.valueOf(
                assertThrows(IllegalArgumentException.class, what::run).getMessage());
        assertTrue(words.startsWith(key + ": "), words);
    }
}

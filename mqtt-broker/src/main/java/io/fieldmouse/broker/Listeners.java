package io.fieldmouse.broker;

import io.fieldmouse.broker.access.AnonymousRule;
import io.fieldmouse.broker.access.Credentials;
import io.fieldmouse.broker.access.WaysIn;
import io.fieldmouse.broker.connection.LaneGroup;
import io.fieldmouse.broker.connection.Limits;
import io.fieldmouse.broker.connection.Listener;
import io.fieldmouse.broker.connection.ListenerTerms;
import io.fieldmouse.broker.connection.Shared;
import io.fieldmouse.broker.connection.TlsTerms;
import io.fieldmouse.broker.connection.TlsTerms.ClientCertificates;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All places where the broker listens, by name, in the order of the configuration. */
final class Listeners implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private static final String NOWHERE =
            "port: off, and there are no listeners, so that nobody could connect;" + " write a port, or listeners";

    private final Map<String, ListenerConfig> configs = new LinkedHashMap<>();
    private final Map<String, Listener> open = new LinkedHashMap<>();

    private Listeners() {}

    /**
     * Looks at all of them before the store is touched, so that a start that must fail leaves nothing behind.
     *
     * @throws BrokerStartException for the first that cannot or must not be opened
     */
    static void check(BrokerConfig config) throws BrokerStartException {
        if (config.listeners().isEmpty()) {
            throw new BrokerStartException(NOWHERE, null);
        }
        for (ListenerConfig listener : config.listeners()) {
            ListenerConfig inTheWay = config.inTheWayOf(listener);
            if (inTheWay != null) {
                throw new BrokerStartException(
                        "listener " + listener.name() + ": " + listener.place() + " is the place of listener "
                                + inTheWay.name() + " too; give each its own",
                        null);
            }
            String objection = listener.objection(config);
            if (objection != null) {
                throw new BrokerStartException("bind: " + listener.place() + " " + objection, null);
            }
            List<TlsTerms.Flaw> flaws =
                    listener.tls() == null ? List.of() : listener.tls().flaws();
            if (!flaws.isEmpty()) {
                String words = flaws.stream().map(TlsTerms.Flaw::words).collect(Collectors.joining("; "));
                throw new BrokerStartException("listener " + listener.name() + ": " + words, null);
            }
            listener.requireFree();
        }
    }

    /** @throws BrokerStartException when one of them cannot be opened; those before it are closed then */
    static Listeners open(BrokerConfig config, LaneGroup laneGroup, Shared shared) throws BrokerStartException {
        Listeners listeners = new Listeners();
        for (ListenerConfig listener : config.listeners()) {
            ListenerTerms terms = terms(config, listener);
            try {
                Listener opened = Listener.open(terms, laneGroup, shared);
                listeners.configs.put(listener.name(), listener);
                listeners.open.put(listener.name(), opened);
                LOG.info("listening name={} uri={}", listener.name(), listener.uri(opened.port()));
            } catch (IOException e) {
                listeners.close();
                throw BrokerStartException.cannotListen(listener.place(), e);
            }
        }
        return listeners;
    }

    private static ListenerTerms terms(BrokerConfig config, ListenerConfig listener) {
        return new ListenerTerms(
                listener.name(),
                listener.address(),
                listener.place() instanceof ListenerConfig.Socket socket ? socket.permissions() : "",
                listener.protocol() == ListenerConfig.Protocol.WEBSOCKET,
                listener.tls(),
                Duration.ofSeconds(config.number(BrokerSetting.TLS_FILES_CHECK_SECONDS)),
                limits(config.at(listener)),
                config.at(listener).anonymous());
    }

    static WaysIn waysIn(BrokerConfig config, Credentials passwords) {
        boolean certificates = config.listeners().stream()
                .map(ListenerConfig::tls)
                .anyMatch(tls -> tls != null
                        && tls.clientCertificates() != ClientCertificates.NONE
                        && tls.userFromCertificate());
        boolean nameless = config.listeners().stream()
                .anyMatch(listener -> config.at(listener).anonymous() != AnonymousRule.NEVER);
        return new WaysIn(
                passwords, certificates || !config.authenticationMethods().isEmpty(), nameless);
    }

    static Limits limits(BrokerConfig config) {
        return new Limits(
                config.number(BrokerSetting.PACKET_BYTES_MAX),
                Math.min(config.number(BrokerSetting.CONNECT_BYTES_MAX), config.number(BrokerSetting.PACKET_BYTES_MAX)),
                config.number(BrokerSetting.RECEIVE_MAXIMUM),
                config.number(BrokerSetting.INFLIGHT_MAX),
                config.bytes(BrokerSetting.OUTBOUND_BYTES_MAX),
                config.number(BrokerSetting.CLIENT_ID_CHARS_MAX),
                config.number(BrokerSetting.TOPIC_LEVELS_MAX),
                config.number(BrokerSetting.SUBSCRIPTIONS_MAX),
                config.number(BrokerSetting.REQUESTS_WAITING_MAX),
                config.number(BrokerSetting.CONNECTIONS_MAX),
                config.number(BrokerSetting.MESSAGES_PER_SECOND_MAX),
                config.bytes(BrokerSetting.STORE_BACKLOG_BYTES_MAX),
                Duration.ofSeconds(config.number(BrokerSetting.CONNECT_TIMEOUT_SECONDS)),
                config.number(BrokerSetting.KEEP_ALIVE_SECONDS_MAX),
                config.number(BrokerSetting.TOPIC_ALIAS_MAX),
                config.text(BrokerSetting.RESPONSE_INFORMATION));
    }

    /** The port of the listener with this name; -1 when there is none. */
    int port(String name) {
        Listener listener = open.get(name);
        return listener == null ? -1 : listener.port();
    }

    /** How clients call each of them, by name. */
    Map<String, String> uris() {
        Map<String, String> uris = new LinkedHashMap<>();
        configs.forEach((name, config) -> {
            Listener listener = open.get(name);
            if (listener != null) {
                uris.put(name, config.uri(listener.port()));
            }
        });
        return uris;
    }

    /** Takes no more connections. Those that are open stay open. */
    @Override
    public void close() {
        open.values().forEach(Listener::close);
    }

    /** Waits until all connections are closed, or for so long. */
    void awaitConnectionsClosed(Duration longest) {
        long deadline = System.nanoTime() + longest.toNanos();
        for (Listener listener : open.values()) {
            listener.awaitConnectionsClosed(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
    }
}

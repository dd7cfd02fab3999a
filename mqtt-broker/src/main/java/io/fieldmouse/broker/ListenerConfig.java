package io.fieldmouse.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One place where the broker listens, and how. Made by {@link #tcp} and changed by the {@code with} methods; immutable.
 *
 * @param name for the log, and to ask for its port; lower-case letters, digits, _ and -
 * @param host name or address of this machine
 * @param port TCP port; 0 for any free one
 * @param protocol what is spoken on it
 * @param own settings in which it differs from the broker's, of {@link #SETTINGS}
 */
public record ListenerConfig(String name, String host, int port, Protocol protocol, Map<BrokerSetting, String> own) {
    /** What a listener may set for itself. Each of them bounds the listener and what is true for all of them together. */
    public static final Set<BrokerSetting> SETTINGS = Set.copyOf(EnumSet.of(
            BrokerSetting.ANONYMOUS,
            BrokerSetting.CONNECTIONS_MAX,
            BrokerSetting.PACKET_BYTES_MAX,
            BrokerSetting.KEEP_ALIVE_SECONDS_MAX,
            BrokerSetting.CONNECT_TIMEOUT_SECONDS));

    /** The listener that the settings bind and port make. */
    public static final String DEFAULT_NAME = "default";

    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,64}");

    /** What is spoken on a listener. */
    public enum Protocol {
        MQTT,
        /** MQTT in WebSocket frames, at the path {@code /mqtt}. */
        WEBSOCKET
    }

    public ListenerConfig {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name: found \"" + name + "\", allowed: 1 to 64 lower-case letters, digits, _ and -");
        }
        if (host.isBlank()) {
            throw new IllegalArgumentException("bind: found nothing; needs an address of this machine");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: found " + port + ", allowed: 0 to 65535");
        }
        for (Map.Entry<BrokerSetting, String> setting : own.entrySet()) {
            if (!SETTINGS.contains(setting.getKey())) {
                throw new IllegalArgumentException(
                        setting.getKey().key() + ": is the same for all listeners; set it for the broker");
            }
            setting.getKey().check(setting.getValue());
        }
        own = Map.copyOf(own);
    }

    /** MQTT on a TCP port, with the broker's settings. */
    public static ListenerConfig tcp(String name, String host, int port) {
        return new ListenerConfig(name, host, port, Protocol.MQTT, Map.of());
    }

    public ListenerConfig with(Protocol changed) {
        return new ListenerConfig(name, host, port, changed, own);
    }

    /**
     * With a setting of its own.
     *
     * @throws IllegalArgumentException for one that listeners do not have, or a value out of range
     */
    public ListenerConfig with(BrokerSetting setting, String value) {
        Map<BrokerSetting, String> changed = new EnumMap<>(BrokerSetting.class);
        changed.putAll(own);
        changed.put(setting, value);
        return new ListenerConfig(name, host, port, protocol, changed);
    }

    /** Where it is, as it is configured, such as {@code 127.0.0.1:1883}. */
    public String place() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /**
     * Why this must not be opened with what is set: its host is none of this machine's addresses, or it is open to the
     * network without the word that this is meant. A sentence that begins with what {@link #host} does; null when it may.
     */
    public @Nullable String objection(BrokerConfig broker) {
        InetAddress found = address().getAddress();
        if (found == null) {
            return "is no address of this machine; 127.0.0.1 is for clients on it";
        }
        return broker.at(this).anonymous().objection(found, broker.file(BrokerSetting.PASSWORD_FILE) != null);
    }

    /**
     * Tries whether its address is free, short of listening: whoever connected meanwhile would be thrown out again.
     *
     * @throws BrokerStartException when it is not
     */
    public void requireFree() throws BrokerStartException {
        try (Socket socket = new Socket()) {
            socket.setReuseAddress(true);
            socket.bind(address());
        } catch (IOException e) {
            throw BrokerStartException.cannotListen(address(), e);
        }
    }

    /** The address as found now; one without an InetAddress when the host is unknown. */
    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    /** How clients call it, once it listens there. */
    String uri(SocketAddress bound) {
        InetSocketAddress address = (InetSocketAddress) bound;
        String ip = address.getAddress().getHostAddress();
        String authority = (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + address.getPort();
        return switch (protocol) {
            case MQTT -> "mqtt://" + authority;
            case WEBSOCKET -> "ws://" + authority + "/mqtt";
        };
    }
}

package io.fieldmouse.broker;

import io.fieldmouse.broker.connection.SocketFile;
import io.fieldmouse.broker.connection.TlsTerms;
import io.fieldmouse.broker.connection.TlsTerms.ClientCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One place where the broker listens, and how. Made by {@link #tcp} and changed by the {@code with} methods; immutable.
 *
 * @param name for the log, and to ask for its port; lower-case letters, digits, _ and -
 * @param place where it is
 * @param protocol what is spoken on it
 * @param tls with what files TLS is spoken below that; null for none
 * @param own settings in which it differs from the broker's, of {@link #SETTINGS}
 */
public record ListenerConfig(
        String name, Place place, Protocol protocol, @Nullable TlsTerms tls, Map<BrokerSetting, String> own) {
    /** What a listener may set for itself. Each of them bounds the listener and what is true for all of them together. */
    public static final Set<BrokerSetting> SETTINGS = Set.copyOf(EnumSet.of(
            BrokerSetting.ANONYMOUS,
            BrokerSetting.CONNECTIONS_MAX,
            BrokerSetting.PACKET_BYTES_MAX,
            BrokerSetting.KEEP_ALIVE_SECONDS_MAX,
            BrokerSetting.CONNECT_TIMEOUT_SECONDS));

    /** The listener that the settings bind and port make. */
    public static final String DEFAULT_NAME = "default";

    /** Of a socket file, unless it is set: its owner and its group may connect. */
    public static final String SOCKET_MODE = "0660";

    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,64}");

    /** What is spoken on a listener. */
    public enum Protocol {
        MQTT,
        /** MQTT in WebSocket frames, at the path {@code /mqtt}. */
        WEBSOCKET
    }

    /** Where a listener is. */
    public sealed interface Place {}

    /**
     * A TCP port.
     *
     * @param host name or address of this machine
     * @param port 0 for any free one
     */
    public record Port(String host, int port) implements Place {
        public Port {
            if (host.isBlank()) {
                throw new IllegalArgumentException("bind: found nothing; needs an address of this machine");
            }
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port: found " + port + ", allowed: 0 to 65535");
            }
        }

        InetSocketAddress address() {
            return new InetSocketAddress(host, port);
        }

        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /**
     * A Unix domain socket. Who may connect is for the file system to say; to the broker they are clients on this
     * machine.
     *
     * @param path of its file, at most 107 bytes
     * @param mode of its file, in octal digits, such as 0660
     */
    public record Socket(Path path, String mode) implements Place {
        private static final int PATH_BYTES_MAX = 107;
        private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");

        public Socket {
            if (path.toString().isEmpty() || path.toString().getBytes(StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
                throw new IllegalArgumentException(
                        "socket: found \"" + path + "\", allowed: a path of 1 to " + PATH_BYTES_MAX + " bytes");
            }
            if (!MODE.matcher(mode).matches()) {
                throw new IllegalArgumentException("mode: found \"" + mode + "\", allowed: octal digits such as 0660");
            }
        }

        /** As the system shows it, such as {@code rw-rw----}. */
        String permissions() {
            int bits = Integer.parseInt(mode, 8);
            StringBuilder shown = new StringBuilder();
            for (int bit = 8; bit >= 0; bit--) {
                shown.append((bits & (1 << bit)) == 0 ? '-' : "xwr".charAt(bit % 3));
            }
            return shown.toString();
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    public ListenerConfig {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name: found \"" + name + "\", allowed: 1 to 64 lower-case letters, digits, _ and -");
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
        return new ListenerConfig(name, new Port(host, port), Protocol.MQTT, null, Map.of());
    }

    /** MQTT on a Unix domain socket, with the broker's settings; for the owner and the group of its file. */
    public static ListenerConfig unix(String name, Path path) {
        return new ListenerConfig(name, new Socket(path, SOCKET_MODE), Protocol.MQTT, null, Map.of());
    }

    public ListenerConfig with(Protocol changed) {
        return new ListenerConfig(name, place, changed, tls, own);
    }

    public ListenerConfig with(TlsTerms changed) {
        return new ListenerConfig(name, place, protocol, changed, own);
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
        return new ListenerConfig(name, place, protocol, tls, changed);
    }

    /**
     * Why this must not be opened with what is set: its host is none of this machine's addresses, or it is open to the
     * network without credentials and without the word that this is meant. A sentence that begins with what the host
     * does; null when it may.
     */
    public @Nullable String objection(BrokerConfig broker) {
        if (!(place instanceof Port port)) {
            return null;
        }
        InetAddress found = port.address().getAddress();
        if (found == null) {
            return "is no address of this machine; 127.0.0.1 is for clients on it";
        }
        boolean hasCredentials = broker.file(BrokerSetting.PASSWORD_FILE) != null
                || (tls != null && tls.clientCertificates() != ClientCertificates.NONE && tls.userFromCertificate());
        return broker.at(this).anonymous().objection(found, hasCredentials);
    }

    /** Who may connect there with what is set, in words. */
    public String whoMayEnter(BrokerConfig broker) {
        List<String> who = new ArrayList<>();
        ClientCertificates certificates = tls == null ? ClientCertificates.NONE : tls.clientCertificates();
        if (broker.file(BrokerSetting.PASSWORD_FILE) != null) {
            who.add("users with their password");
        }
        if (tls != null && certificates != ClientCertificates.NONE && tls.userFromCertificate()) {
            who.add("the name in a client certificate");
        }
        switch (broker.at(this).anonymous()) {
            case NEVER -> {}
            case LOOPBACK -> who.add("anybody on this machine");
            case ANYWHERE -> who.add("anybody");
        }
        return String.join(", ", who)
                + (certificates == ClientCertificates.REQUIRED ? "; each needs a client certificate" : "");
    }

    /** Whether the other one is at the same place. One that asks for any free port is nobody's neighbour. */
    boolean collidesWith(ListenerConfig other) {
        if (place instanceof Socket mine && other.place instanceof Socket theirs) {
            return absolute(mine.path()).equals(absolute(theirs.path()));
        }
        if (!(place instanceof Port mine && other.place instanceof Port theirs)) {
            return false;
        }
        InetAddress left = mine.address().getAddress();
        InetAddress right = theirs.address().getAddress();
        return mine.port() == theirs.port()
                && mine.port() != 0
                && (mine.host().equals(theirs.host())
                        || (left != null && right != null && (left.equals(right) || isWithin(left, right))));
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** Whether one of them stands for all addresses, the other among them. */
    private static boolean isWithin(InetAddress left, InetAddress right) {
        boolean sameFamily = left.getClass() == right.getClass();
        return sameFamily && (left.isAnyLocalAddress() || right.isAnyLocalAddress());
    }

    /**
     * Tries whether its place is free, short of listening: whoever connected meanwhile would be thrown out again.
     *
     * @throws BrokerStartException when it is not
     */
    public void requireFree() throws BrokerStartException {
        try {
            if (place instanceof Socket socket) {
                SocketFile.requireFree(socket.path());
            } else if (place instanceof Port port) {
                try (java.net.Socket socket = new java.net.Socket()) {
                    socket.setReuseAddress(true);
                    socket.bind(port.address());
                }
            }
        } catch (IOException e) {
            throw BrokerStartException.cannotListen(place, e);
        }
    }

    /** The address as found now; one without an InetAddress when the host is unknown. */
    SocketAddress address() {
        return place instanceof Socket socket ? UnixDomainSocketAddress.of(socket.path()) : ((Port) place).address();
    }

    /** How clients call it, once it listens on this port. */
    public String uri(int boundPort) {
        if (place instanceof Socket socket) {
            return "unix:" + socket.path();
        }
        String ip = ((Port) place).address().getAddress().getHostAddress();
        String authority = (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + boundPort;
        return switch (protocol) {
            case MQTT -> (tls == null ? "mqtt://" : "mqtts://") + authority;
            case WEBSOCKET -> (tls == null ? "ws://" : "wss://") + authority + "/mqtt";
        };
    }
}

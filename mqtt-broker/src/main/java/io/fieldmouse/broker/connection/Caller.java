package io.fieldmouse.broker.connection;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a connection, as lines of the log say it: what the client calls itself, proven or not, where
 * it came in, and from where. Made with the connection, before anything is known but its socket; belongs to its lane.
 */
final class Caller {
    private static final int LOGGED_CHARS_MAX = 200;
    private static final String UNKNOWN = "-";

    private final String listener;
    private final SocketAddress listening;
    private final Channel channel;
    private @Nullable String clientId;
    private @Nullable String userName;

    /**
     * @param listener where it came in, by name
     * @param listening the address of that
     */
    Caller(String listener, SocketAddress listening, Channel channel) {
        this.listener = listener;
        this.listening = listening;
        this.channel = channel;
    }

    void hasClientId(String id) {
        clientId = id;
    }

    /** @param name null for a client that gives none */
    void hasUserName(@Nullable String name) {
        userName = name;
    }

    /** The facts that begin a line about it: {@code client="c" user="u" listener=default:1883 remote=10.0.0.7:40112}. */
    @Override
    public String toString() {
        return "client=" + quoted(clientId) + " user=" + quoted(userName) + " listener=" + place() + " remote="
                + remote();
    }

    /** What tells its lines apart where there are many. */
    String inShort() {
        return "client=" + quoted(clientId) + " remote=" + remote();
    }

    private static String quoted(@Nullable String text) {
        return text == null || text.isEmpty() ? UNKNOWN : '"' + printable(text) + '"';
    }

    private String place() {
        return channel.localAddress() instanceof InetSocketAddress local ? listener + ":" + local.getPort() : listener;
    }

    /** The client's end of a Unix domain socket has no name: its file stands for it. */
    private String remote() {
        if (listening instanceof UnixDomainSocketAddress file) {
            return "unix:" + file.getPath();
        }
        SocketAddress remote = channel.remoteAddress();
        return remote instanceof InetSocketAddress address
                ? NetUtil.toSocketAddressString(address)
                : String.valueOf(remote);
    }

    /** What a client chose must not forge lines of the log. */
    static String printable(String text) {
        String line = text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?").replace('"', '\'');
        return line.length() > LOGGED_CHARS_MAX ? line.substring(0, LOGGED_CHARS_MAX) + "..." : line;
    }
}

package io.fieldmouse.broker.connection;

import io.fieldmouse.broker.access.AnonymousRule;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a listener is opened with.
 *
 * @param name for the log
 * @param address an InetSocketAddress or a UnixDomainSocketAddress
 * @param socketPermissions of a socket file, such as {@code rw-rw----}
 * @param webSocket whether MQTT is spoken in WebSocket frames here
 * @param tls with what files TLS is spoken; null for none
 * @param tlsFilesCheck how often these are looked at
 * @param limits of its connections
 * @param anonymous from where clients without a name may connect to it
 */
public record ListenerTerms(
        String name,
        SocketAddress address,
        String socketPermissions,
        boolean webSocket,
        @Nullable TlsTerms tls,
        Duration tlsFilesCheck,
        Limits limits,
        AnonymousRule anonymous) {}

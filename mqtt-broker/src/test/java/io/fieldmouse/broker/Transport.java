package io.fieldmouse.broker;

import io.fieldmouse.broker.connection.TlsTerms;
import io.fieldmouse.broker.wire.Line;
import io.fieldmouse.broker.wire.SocketLine;
import io.fieldmouse.broker.wire.TlsIdentity;
import io.fieldmouse.broker.wire.UnixLine;
import io.fieldmouse.broker.wire.WebSocketLine;
import java.nio.file.Path;
import java.util.Locale;

/** Every way to carry MQTT: how the broker listens there, and how a client comes in. */
enum Transport {
    TCP,
    TLS,
    WS,
    WSS,
    UNIX;

    private static final Path SOCKET = Path.of("broker.sock");

    /** With a listener for this transport, named like it; its socket file is in this folder. */
    BrokerConfig addTo(BrokerConfig config, Path folder) {
        ListenerConfig tcp = ListenerConfig.tcp(listener(), "127.0.0.1", 0);
        TlsTerms tls = TlsTerms.of(TlsIdentity.file("server.pem"), TlsIdentity.file("server.key"));
        return config.withListener(
                switch (this) {
                    case TCP -> tcp;
                    case TLS -> tcp.with(tls);
                    case WS -> tcp.with(ListenerConfig.Protocol.WEBSOCKET);
                    case WSS -> tcp.with(ListenerConfig.Protocol.WEBSOCKET).with(tls);
                    case UNIX -> ListenerConfig.unix(listener(), folder.resolve(SOCKET));
                });
    }

    private String listener() {
        return "over-" + name().toLowerCase(Locale.ROOT);
    }

    /** A new line to this broker. */
    Line line(Broker broker, Path folder) {
        return line(broker, folder, 0);
    }

    /** @param receiveBufferBytes size of the socket's receive buffer where it has one; 0 for the system's choice */
    Line line(Broker broker, Path folder, int receiveBufferBytes) {
        int port = broker.port(listener());
        return switch (this) {
            case TCP -> SocketLine.to(port, receiveBufferBytes);
            case TLS -> TlsIdentity.line(port, null);
            case WS -> WebSocketLine.on(SocketLine.to(port, receiveBufferBytes));
            case WSS -> WebSocketLine.on(TlsIdentity.line(port, null));
            case UNIX -> UnixLine.to(folder.resolve(SOCKET));
        };
    }
}

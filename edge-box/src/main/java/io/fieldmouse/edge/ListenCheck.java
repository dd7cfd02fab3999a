package io.fieldmouse.edge;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Optional;

/** Looks at the broker's TCP port while the configuration is read, as the serial ports are looked at. */
interface ListenCheck {

    /** What stands in the way at this address, as a continuation of "found"; empty when nothing does. */
    Optional<String> objection(InetSocketAddress address);

    /** Does not look: the broker does when it starts. */
    static ListenCheck none() {
        return address -> Optional.empty();
    }

    /** Listens for a moment. */
    static ListenCheck byListening() {
        return address -> {
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(address, 1);
                return Optional.empty();
            } catch (IOException e) {
                int port = address.getPort();
                return Optional.of(PortHolder.find(port)
                        .map(holder -> port + ", which is held by " + holder)
                        .orElse(port + ", where nothing can listen (" + e.getMessage() + ")"));
            }
        };
    }
}

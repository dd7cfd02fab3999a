package io.fieldmouse.edge;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;

/** Looks at the broker's TCP port while the configuration is read, as the serial ports are looked at. */
interface ListenCheck {

    /** What stands in the way at this address, as a continuation of "found"; empty when nothing does. */
    Optional<String> objection(InetSocketAddress address);

    /** Does not look: the broker does when it starts. */
    static ListenCheck none() {
        return address -> Optional.empty();
    }

    /** Tries to, short of listening: whoever connected meanwhile would be thrown out again. */
    static ListenCheck byBinding() {
        return address -> {
            try (Socket socket = new Socket()) {
                socket.setReuseAddress(true);
                socket.bind(address);
                return Optional.empty();
            } catch (IOException e) {
                int port = address.getPort();
                return Optional.of(PortHolder.find(address)
                        .map(holder -> port + ", which is held by " + holder)
                        .orElse(port + ", where nothing can listen (" + e.getMessage() + ")"));
            }
        };
    }
}

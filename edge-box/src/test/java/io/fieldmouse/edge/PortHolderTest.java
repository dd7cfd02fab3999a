package io.fieldmouse.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two programs may listen on one port at two addresses: only who is in the way is named. */
final class PortHolderTest {

    @ParameterizedTest
    @CsvSource({
        "INET,  127.0.0.2, 127.0.0.2, true",
        "INET,  127.0.0.2, 127.0.0.1, false",
        "INET,  127.0.0.2, 0.0.0.0,   true",
        "INET,  127.0.0.2, ::,        true",
        "INET,  0.0.0.0,   127.0.0.1, true",
        "INET6, 127.0.0.2, 127.0.0.2, true",
        "INET6, 127.0.0.2, 127.0.0.1, false",
        "INET6, ::1,       ::1,       true",
        "INET6, ::1,       127.0.0.1, false",
        "INET6, ::,        127.0.0.1, true"
    })
    void holderIsWhoListensAtTheAddressOrAtAll(
            StandardProtocolFamily family, String listening, String wanted, boolean inTheWay) throws IOException {
        try (ServerSocketChannel channel = ServerSocketChannel.open(family)) {
            channel.bind(new InetSocketAddress(listening, 0));
            int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            String self = "java (pid " + ProcessHandle.current().pid() + ")";
            assertEquals(
                    inTheWay ? Optional.of(self) : Optional.empty(),
                    PortHolder.find(new InetSocketAddress(wanted, port)));
            assertEquals(Optional.empty(), PortHolder.find(new InetSocketAddress(listening, port == 1 ? 2 : 1)));
        }
    }
}

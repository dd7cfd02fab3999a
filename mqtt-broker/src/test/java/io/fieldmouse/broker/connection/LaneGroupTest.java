package io.fieldmouse.broker.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.socket.nio.NioServerSocketChannel;
import org.junit.jupiter.api.Test;

class LaneGroupTest {

    @Test
    void portableMeansJavasTransportWhateverTheSystemHas() {
        try (LaneGroup lanes = LaneGroup.portable(1)) {
            assertEquals(NioServerSocketChannel.class, lanes.serverChannel());
        }
    }
}

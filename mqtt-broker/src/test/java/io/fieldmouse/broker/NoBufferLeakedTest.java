package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fieldmouse.broker.wire.Connect;
import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import io.fieldmouse.broker.wire.Wire;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No buffer was thrown away without being released: not by any test before this one, not where clients vanish. */
@Order(Integer.MAX_VALUE)
class NoBufferLeakedTest {

    @Test
    void everyBufferWasReleased(@TempDir Path directory) {
        TestBroker broker = TestBroker.start(directory, 4, "durability", "none");
        byte[] half = Publish.of("t", "half of it").bytes(4);
        for (int i = 0; i < 200; i++) {
            RawClient client = broker.client(4, "c" + i % 7);
            client.subscribe("t", i % 3);
            client.send(Publish.of("t", new byte[10_000]).qos(1, 1).bytes(4), new byte[] {half[0], half[1], half[2]});
            if (i % 2 == 0) {
                client.reset();
            }
            RawClient early = broker.open(5);
            early.send(Wire.hex("10 7f 00 04"));
            early.reset();
            RawClient moving = broker.open(5);
            moving.send(Connect.as(5, "m" + i).bytes(), Publish.of("t", "x").bytes(5));
            moving.reset();
        }
        broker.close();
        for (int i = 0; i < 20; i++) {
            System.gc();
            // Leaks are told when another buffer is made.
            PooledByteBufAllocator.DEFAULT.directBuffer(64).release();
            PooledByteBufAllocator.DEFAULT.heapBuffer(64).release();
        }
        assertEquals(List.of(), BufferLeaks.found());
    }
}

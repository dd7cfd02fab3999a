package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.connection.EmbeddedClients;
import io.fieldmouse.broker.connection.LaneGroup;
import io.fieldmouse.broker.wire.Connect;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fault of the broker in the handling of one client ends that client's connection, as any other end: in order. */
class BrokerFaultTest {
    @Test
    void clientIsToldAndItsWillIsSent(@TempDir Path directory) throws Exception {
        List<LaneGroup> lanes = new ArrayList<>();
        try (LogLines log = new LogLines();
                Broker broker = Broker.start(
                        TestBroker.config(directory, 1), InstantSource.system(), System::nanoTime, count -> {
                            LaneGroup group = LaneGroup.fastest(count);
                            lanes.add(group);
                            return group;
                        })) {
            byte[] connect = Connect.as(5, "c").will("gone", "x", 0, true).bytes();
            byte[] answers = new EmbeddedClients(lanes.get(0), broker.shared())
                    .answersUntilFault(connect)
                    .get(30, TimeUnit.SECONDS);
            String hex = HexFormat.of().formatHex(answers);
            assertTrue(hex.startsWith("20"), hex);
            assertTrue(hex.contains("e01a80"), hex);
            assertEquals(1, broker.retainedCount());
            assertEquals(1, log.with("this is a fault of the broker").size());
        }
    }
}

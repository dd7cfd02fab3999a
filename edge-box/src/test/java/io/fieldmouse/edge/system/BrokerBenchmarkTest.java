package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.broker.Broker;
import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.edge.bench.LoadGenerator;
import io.fieldmouse.edge.system.BrokerBenchmark.Scenario;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The load of the benchmark does what it counts; how fast is nobody's business here. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokerBenchmarkTest {
    @TempDir
    private Path directory = Path.of("replaced by JUnit");

    @ParameterizedTest
    @EnumSource(Scenario.class)
    void whatTheLoadCountsHasPassedThroughTheBroker(Scenario scenario) throws Exception {
        try (Broker broker = Broker.start(BrokerConfig.defaults()
                        .with("port", "0")
                        .with("lanes", "1")
                        .with("durability", "none")
                        .with("sys_interval_seconds", "0")
                        .with("data", directory.resolve("data").toString()));
                LoadGenerator load = new LoadGenerator(broker.port())) {
            LoadScenario running = scenario.create();
            running.begin(load);
            BrokerBenchmark.drive(running, load, Duration.ofMillis(300));
            long done = running.done();
            assertTrue(done > 0, "nothing was done");
            long published = broker.count(Counter.PUBLISH_RECEIVED);
            switch (scenario) {
                case CONNECTIONS -> assertEquals(done, broker.count(Counter.CONNECTIONS_ACCEPTED));
                case RETAINED -> {
                    assertEquals(10_000, published);
                    assertEquals(0, done % published, "each subscriber wants all of them");
                }
                case FAN_OUT_QOS_0, FAN_OUT_QOS_1, PAIRS_QOS_0, PAIRS_QOS_1, PAIRS_QOS_2, FAN_IN_PIECES -> {
                    LoadScenario.Shape shape = Objects.requireNonNull(scenario.shape());
                    assertTrue(done <= published * shape.subscribers(), done + " of " + published);
                    long onTheWay = shape.inWindow() * shape.groups();
                    assertTrue(done >= (published - onTheWay) * shape.subscribers(), done + " of " + published);
                }
            }
            assertEquals(0, broker.count(Counter.VIOLATIONS));
        }
    }
}

package io.fieldmouse.broker;

import io.fieldmouse.broker.wire.Publish;
import io.fieldmouse.broker.wire.RawClient;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store says of the past is corrected before anyone can read it. */
class RetainedResetTest {

    @Test
    void whatWasOnlineBeforeTheRestartIsOfflineForTheFirstWhoLooks(@TempDir Path directory) {
        BrokerConfig config = TestBroker.config(directory, 2).withRetainedReset("plant/+/availability", "offline");
        try (TestBroker broker = TestBroker.start(config)) {
            RawClient gateway = broker.client(4, "gateway");
            gateway.publish(
                    Publish.of("plant/pump/availability", "online").retain().qos(1, 1));
            gateway.publish(Publish.of("plant/pump/speed", "1450").retain().qos(1, 2));
            broker.restart();
            RawClient dashboard = broker.client(4, "dashboard");
            dashboard.subscribe("plant/#", 0);
            dashboard.expectPublish("plant/pump/availability", "offline");
            dashboard.expectPublish("plant/pump/speed", "1450");
        }
    }
}

package io.fieldmouse.edge;

import io.fieldmouse.gateway.Gateway;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway that was started, and whose end is waited for only so long: a hanging serial driver must not cost the
 * broker the time it needs to store what it holds.
 */
final class RunningGateway implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunningGateway.class);
    private static final Duration CLOSE_MAX = Duration.ofMillis(2_500);

    private final Gateway gateway;

    private RunningGateway(Gateway gateway) {
        this.gateway = gateway;
    }

    static RunningGateway start(Gateway gateway) {
        gateway.start();
        return new RunningGateway(gateway);
    }

    @Override
    public void close() {
        Thread closing = new Thread(gateway::close, "close-gateway");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(CLOSE_MAX.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closing.isAlive()) {
            LOG.warn("gateway did not end within {} ms, going on without it", CLOSE_MAX.toMillis());
        }
    }
}

package io.fieldmouse.edge;

import io.fieldmouse.broker.Broker;
import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.BrokerStartException;

/** Starts a broker, or says why not and who is in the way. */
final class StartedBroker {

    private StartedBroker() {}

    static Broker start(BrokerConfig config) throws CommandFailure {
        try {
            return Broker.start(config);
        } catch (BrokerStartException e) {
            String holder = e.inUse()
                    .flatMap(PortHolder::find)
                    .map(who -> "; it is held by " + who)
                    .orElse("");
            throw new CommandFailure(e.getMessage() + holder);
        }
    }
}

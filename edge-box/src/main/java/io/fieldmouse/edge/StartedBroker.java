package io.fieldmouse.edge;

import io.fieldmouse.broker.Broker;
import io.fieldmouse.broker.BrokerConfig;
import io.fieldmouse.broker.BrokerSetting;
import io.fieldmouse.broker.BrokerStartException;
import java.net.BindException;
import java.net.InetSocketAddress;

/** Starts a broker, or says why not and who is in the way. */
final class StartedBroker {

    private StartedBroker() {}

    static Broker start(BrokerConfig config) throws CommandFailure {
        try {
            return Broker.start(config);
        } catch (BrokerStartException e) {
            InetSocketAddress address =
                    new InetSocketAddress(config.text(BrokerSetting.BIND), config.number(BrokerSetting.PORT));
            String holder = isPortInUse(e)
                    ? PortHolder.find(address)
                            .map(who -> "; it is held by " + who)
                            .orElse("")
                    : "";
            throw new CommandFailure(e.getMessage() + holder);
        }
    }

    private static boolean isPortInUse(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            // The native transport has an exception of its own, which says it in the system's words.
            if (cause instanceof BindException
                    || String.valueOf(cause.getMessage()).contains("Address already in use")) {
                return true;
            }
        }
        return false;
    }
}

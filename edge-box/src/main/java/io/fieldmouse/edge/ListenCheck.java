package io.fieldmouse.edge;

import io.fieldmouse.broker.BrokerStartException;
import io.fieldmouse.broker.ListenerConfig;
import java.util.Optional;

/** Looks at the broker's listeners while the configuration is read, as the serial ports are looked at. */
interface ListenCheck {

    /** What stands in the way of this listener, as a continuation of "found"; empty when nothing does. */
    Optional<String> objection(ListenerConfig listener);

    /** Does not look: the broker does when it starts. */
    static ListenCheck none() {
        return listener -> Optional.empty();
    }

    /** Tries to, short of listening. */
    static ListenCheck byBinding() {
        return listener -> {
            try {
                listener.requireFree();
                return Optional.empty();
            } catch (BrokerStartException e) {
                return Optional.of(e.inUse()
                        .flatMap(PortHolder::find)
                        .map(holder -> port(listener) + ", which is held by " + holder)
                        .orElse(port(listener) + ", where nothing can listen (" + e.getMessage() + ")"));
            }
        };
    }

    private static String port(ListenerConfig listener) {
        return listener.place() instanceof ListenerConfig.Port tcp
                ? Integer.toString(tcp.port())
                : listener.place().toString();
    }
}

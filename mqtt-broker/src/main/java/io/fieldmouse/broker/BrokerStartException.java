package io.fieldmouse.broker;

import io.fieldmouse.broker.ListenerConfig.Place;
import io.fieldmouse.broker.ListenerConfig.Port;
import java.io.IOException;
import java.io.Serial;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The broker could not start; nothing of it is left running. The message says what, where, and what to do. */
public final class BrokerStartException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final @Nullable InetSocketAddress inUse;
    private final boolean foreignAddress;

    BrokerStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.inUse = null;
        this.foreignAddress = false;
    }

    private BrokerStartException(Place place, IOException cause, BindFailure failure) {
        super("cannot listen on " + place + ": " + failure.words(place, cause), cause);
        this.inUse = failure == BindFailure.TAKEN && place instanceof Port port ? port.address() : null;
        this.foreignAddress = failure == BindFailure.NO_SUCH_ADDRESS;
    }

    static BrokerStartException cannotListen(Place place, IOException cause) {
        return new BrokerStartException(place, cause, BindFailure.of(cause));
    }

    /** The address that somebody else holds, when that is why. */
    public Optional<InetSocketAddress> inUse() {
        return Optional.ofNullable(inUse);
    }

    /** Whether a listener's address is none of this machine's: not its port is to be changed then. */
    public boolean isForeignAddress() {
        return foreignAddress;
    }
}

package io.fieldmouse.broker;

import io.fieldmouse.broker.ListenerConfig.Place;
import io.fieldmouse.broker.ListenerConfig.Port;
import java.io.IOException;
import java.io.Serial;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The broker could not start; nothing of it is left running. The message says what, where, and what to do. */
public final class BrokerStartException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final @Nullable InetSocketAddress inUse;

    BrokerStartException(String message, @Nullable Throwable cause) {
        this(message, cause, null);
    }

    private BrokerStartException(String message, @Nullable Throwable cause, @Nullable InetSocketAddress inUse) {
        super(message, cause);
        this.inUse = inUse;
    }

    static BrokerStartException cannotListen(Place place, IOException cause) {
        String why = String.valueOf(cause.getMessage());
        boolean isInUse = isInUse(cause);
        String advice = "";
        if (isInUse) {
            advice = "; is another broker running? Choose another port";
        } else if (place instanceof Port && why.contains("Permission denied")) {
            advice = "; ports below 1024 are the system's; choose another, such as 1883";
        }
        return new BrokerStartException(
                "cannot listen on " + place + ": " + why + advice,
                cause,
                isInUse && place instanceof Port port ? port.address() : null);
    }

    private static boolean isInUse(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            // The native transport has an exception of its own, which says it in the system's words.
            if (cause instanceof BindException
                    || String.valueOf(cause.getMessage()).contains("Address already in use")) {
                return true;
            }
        }
        return false;
    }

    /** The address that somebody else holds, when that is why. */
    public Optional<InetSocketAddress> inUse() {
        return Optional.ofNullable(inUse);
    }
}

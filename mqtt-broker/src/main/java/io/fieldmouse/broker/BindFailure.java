package io.fieldmouse.broker;

import io.fieldmouse.broker.ListenerConfig.Place;
import io.fieldmouse.broker.ListenerConfig.Port;
import java.io.IOException;
import java.util.Locale;

/**
 * Why a listener cannot be opened at its place. Its surprise: Java and the native transport have exceptions of their
 * own for the same refusal, and only the system's words in them tell one refusal from another.
 */
enum BindFailure {
    TAKEN,
    NO_SUCH_ADDRESS,
    NOT_PERMITTED,
    OTHER;

    /** Below it ports are given to privileged processes only. */
    private static final int ORDINARY_PORTS_BEGIN = 1024;

    static BindFailure of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String words = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (words.contains("address already in use")) {
                return TAKEN;
            }
            if (words.contains("cannot assign requested address")) {
                return NO_SUCH_ADDRESS;
            }
            if (words.contains("permission denied")) {
                return NOT_PERMITTED;
            }
        }
        return OTHER;
    }

    /** What is in the way of a listener there, and what to do; as a continuation of "cannot listen on PLACE: ". */
    String words(Place place, IOException failure) {
        if (!(place instanceof Port port)) {
            return String.valueOf(failure.getMessage());
        }
        return switch (this) {
            case TAKEN -> "the port is taken; is another broker running? Choose another port";
            case NO_SUCH_ADDRESS ->
                "this machine has no address " + port.host()
                        + "; \"ip address\" lists those it has, 0.0.0.0 stands for all of them";
            case NOT_PERMITTED ->
                port.port() < ORDINARY_PORTS_BEGIN
                        ? "ports below " + ORDINARY_PORTS_BEGIN + " are for privileged processes; choose another, such"
                                + " as 1883, or allow it with AmbientCapabilities=CAP_NET_BIND_SERVICE in its service"
                        : "the system does not permit it (" + failure.getMessage() + ")";
            case OTHER -> String.valueOf(failure.getMessage());
        };
    }
}

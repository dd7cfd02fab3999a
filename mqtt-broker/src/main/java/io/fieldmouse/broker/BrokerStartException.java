package io.fieldmouse.broker;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The broker could not start; nothing of it is left running. The message says what, where, and what to do. */
public final class BrokerStartException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    BrokerStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}

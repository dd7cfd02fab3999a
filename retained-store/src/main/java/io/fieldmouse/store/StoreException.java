package io.fieldmouse.store;

import java.io.Serial;

/** The store could not be opened, read or written. The message says which file, why, and what to do. */
public final class StoreException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}

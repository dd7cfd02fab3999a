package io.fieldmouse.gateway.link;

import java.io.IOException;

/** A port could not be opened. The message says which, why, and what to do; it is meant for the person at the box. */
public final class PortUnavailable extends IOException {
    private static final long serialVersionUID = 1L;

    public PortUnavailable(String message) {
        super(message);
    }
}

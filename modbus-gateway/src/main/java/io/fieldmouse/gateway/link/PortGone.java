package io.fieldmouse.gateway.link;

import java.io.IOException;

/** An open port ceased to exist or to work: an adapter was pulled, a line hung up. The message says which and how. */
public final class PortGone extends IOException {
    private static final long serialVersionUID = 1L;

    public PortGone(String message) {
        super(message);
    }
}

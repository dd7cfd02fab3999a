package io.fieldmouse.gateway.bus;

import java.io.IOException;

/** The port a bus owns, as its protocol opens and watches it. Called on the bus's thread alone. */
public interface FieldPort {

    /**
     * Opens the port, to be called again at each attempt.
     *
     * @throws IOException when it cannot be opened; the message says which port, why and what to do
     */
    void open() throws IOException;

    /**
     * Takes in what arrives while nothing is asked, without waiting.
     *
     * @throws IOException when the port is gone; the message says which port and how
     */
    void listen() throws IOException;

    /** Closes the port, within a bounded time. */
    void close();
}

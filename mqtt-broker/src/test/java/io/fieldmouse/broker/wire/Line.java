package io.fieldmouse.broker.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/** What carries a client's bytes to the broker: a socket, and whatever is spoken on it below MQTT. */
public interface Line extends AutoCloseable {

    InputStream in() throws IOException;

    OutputStream out() throws IOException;

    /** How long a read waits before it throws SocketTimeoutException. */
    void patience(Duration time) throws IOException;

    /** Cuts the line off; with a reset where the transport has one. */
    void reset() throws IOException;

    @Override
    void close() throws IOException;
}

package io.fieldmouse.gateway.link;

/**
 * Bytes to devices and back. One thread owns a link and waits on it; nothing here blocks longer than it says.
 *
 * <p>An interface so that framing and its silences can be tested in simulated time: that is why waiting, too, goes
 * through the link.
 */
public interface Link extends AutoCloseable {

    /**
     * Hands over all of these bytes. The line may still be sending them when this returns.
     *
     * @throws PortGone when the port takes no more bytes
     */
    void write(byte[] bytes, int length) throws PortGone;

    /**
     * Takes what has arrived, without waiting.
     *
     * @return how many bytes were put into the array from {@code offset} on; 0 when nothing has arrived
     * @throws PortGone when the port is no longer there
     */
    int read(byte[] into, int offset) throws PortGone;

    /** Lets about this much time pass, while bytes may arrive. */
    void pause(long nanos);

    /** Gives the port back, within a bounded time. Closing twice is closing once. */
    @Override
    void close();
}

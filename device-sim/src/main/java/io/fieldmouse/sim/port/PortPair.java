package io.fieldmouse.sim.port;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two serial ports joined by a null-modem cable: what one program writes to {@link #left()} another reads from
 * {@link #right()}, and the reverse. For a master and a slave that both want a port to open.
 *
 * <p>Two threads carry the bytes as soon as they come. When nobody reads at one end, what exceeds the kernel's buffer is
 * lost, as on a line without handshake.
 */
public final class PortPair implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(PortPair.class);
    private static final int TRANSFER_BYTES = 512;

    private final VirtualPort left;
    private final VirtualPort right;

    private PortPair(VirtualPort left, VirtualPort right) {
        this.left = left;
        this.right = right;
    }

    /** Opens both ports and joins them. */
    public static PortPair open() throws IOException {
        VirtualPort left = VirtualPort.open();
        VirtualPort right;
        try {
            right = VirtualPort.open();
        } catch (IOException e) {
            left.close();
            throw e;
        }
        PortPair pair = new PortPair(left, right);
        startCarrying(left, right);
        startCarrying(right, left);
        return pair;
    }

    private static void startCarrying(VirtualPort from, VirtualPort to) {
        Thread thread = new Thread(() -> carry(from, to), "cable-" + from.path().getFileName());
        thread.setDaemon(true);
        thread.start();
    }

    private static void carry(VirtualPort from, VirtualPort to) {
        byte[] bytes = new byte[TRANSFER_BYTES];
        try {
            for (int count = from.read(bytes, VirtualPort.FOREVER);
                    count >= 0;
                    count = from.read(bytes, VirtualPort.FOREVER)) {
                to.write(bytes, 0, count);
            }
        } catch (IOException e) {
            if (from.isOpen() && to.isOpen()) {
                log.warn("cable broke from={} to={}: {}", from.path(), to.path(), e.getMessage());
            }
        }
    }

    /** What one of the two programs opens. */
    public Path left() {
        return left.path();
    }

    /** What the other opens. */
    public Path right() {
        return right.path();
    }

    /** Hangs up both ends. */
    @Override
    public void close() throws IOException {
        try {
            left.close();
        } finally {
            right.close();
        }
    }
}

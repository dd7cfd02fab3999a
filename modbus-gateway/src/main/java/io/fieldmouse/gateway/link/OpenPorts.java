package io.fieldmouse.gateway.link;

import java.util.concurrent.TimeUnit;

/**
 * Counts the ports in use, so that nobody takes them away while the process ends.
 *
 * <p>jSerialComm 2.11.4 has a shutdown hook that frees the native memory of all ports at once. It runs beside the hook
 * that ends the gateway: a bus in the middle of an exchange would see its port vanish, and call that a pulled adapter.
 * Before it frees anything it runs the threads it was given ({@code SerialPort.addShutdownHook}); ours waits here for
 * the last port to be closed. One instance for the process, because the library has one state for the process.
 */
final class OpenPorts {
    /** A bus gives its port back within this time; whoever takes longer is no longer waited for. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private int count;
    private boolean over;

    /** @throws PortUnavailable when the process is about to end */
    synchronized void add() throws PortUnavailable {
        if (over) {
            throw new PortUnavailable("serial ports are no longer opened: the process is ending");
        }
        count++;
    }

    synchronized void remove() {
        count--;
        notifyAll();
    }

    /** Waits for the last port to be closed, for so long at most; from then on none is opened. */
    synchronized void end(long patienceNanos) {
        long start = System.nanoTime();
        try {
            while (count > 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(patienceNanos - (System.nanoTime() - start));
                if (left <= 0) {
                    break;
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        over = true;
    }
}

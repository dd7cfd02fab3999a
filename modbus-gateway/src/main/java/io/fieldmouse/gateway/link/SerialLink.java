package io.fieldmouse.gateway.link;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open serial port. Reads never wait: deadlines are the caller's, because jSerialComm's own timeouts on Linux come
 * in steps of 100 ms. An adapter that is pulled shows as a read that fails; there is no listener, since jSerialComm
 * calls its listeners in a tight loop once the port has gone.
 */
public final class SerialLink implements Link {
    private static final Logger log = LoggerFactory.getLogger(SerialLink.class);

    /** How long the port may refuse to take a byte before it counts as gone. */
    private static final long WRITE_STALL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long closing may take: some drivers wait there for a line that no longer exists. */
    private static final long CLOSE_MILLIS = 1_000;

    private static final long WRITE_POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final SerialPort port;
    private final String path;
    private final OpenPorts openPorts;
    private boolean closed;

    private SerialLink(SerialPort port, String path, OpenPorts openPorts) {
        this.port = port;
        this.path = path;
        this.openPorts = openPorts;
    }

    /**
     * Opens the port. Its path is resolved here and now: after a re-plug a name under {@code /dev/serial/by-id} leads
     * to another device file.
     *
     * @throws PortUnavailable in words for the person at the box
     */
    public static SerialLink open(SerialSettings settings) throws PortUnavailable {
        OpenPorts openPorts = NativeLibrary.load();
        String path = PortInspection.requireUsable(settings.port());
        openPorts.add();
        try {
            return new SerialLink(open(settings, path), settings.port(), openPorts);
        } catch (PortUnavailable | RuntimeException | Error e) {
            openPorts.remove();
            throw e;
        }
    }

    private static SerialPort open(SerialSettings settings, String path) throws PortUnavailable {
        SerialPort port;
        try {
            port = SerialPort.getCommPort(path);
        } catch (SerialPortInvalidPortException e) {
            throw new PortUnavailable(PortInspection.missing(settings.port()));
        }
        // What the device tree or a boot script set up for RS-485 stays as it is.
        port.disableRs485ModeControl();
        port.setComPortParameters(settings.baud(), settings.dataBits(), stopBits(settings), parity(settings, path));
        port.setFlowControl(SerialPort.FLOW_CONTROL_DISABLED);
        port.setComPortTimeouts(SerialPort.TIMEOUT_NONBLOCKING, 0, 0);
        if (!port.openPort(0)) {
            throw new PortUnavailable(PortInspection.explain(settings, port.getLastErrorCode()));
        }
        PortInspection.warnOfLatencyTimer(path);
        return port;
    }

    @Override
    public void write(byte[] bytes, int length) throws PortGone {
        int written = 0;
        long stalledSince = System.nanoTime();
        while (written < length) {
            int taken = port.writeBytes(bytes, length - written, written);
            if (taken < 0 || (taken == 0 && port.bytesAvailable() < 0)) {
                throw new PortGone(path + " is gone: writing failed, errno " + port.getLastErrorCode());
            }
            if (taken > 0) {
                written += taken;
                stalledSince = System.nanoTime();
            } else if (System.nanoTime() - stalledSince > WRITE_STALL_NANOS) {
                throw new PortGone(path + " takes no bytes: " + (length - written) + " of " + length + " left after "
                        + TimeUnit.NANOSECONDS.toMillis(WRITE_STALL_NANOS) + " ms");
            } else {
                pause(WRITE_POLL_NANOS);
            }
        }
    }

    @Override
    public int read(byte[] into, int offset) throws PortGone {
        int available = port.bytesAvailable();
        if (available < 0) {
            throw gone();
        }
        int wanted = Math.min(available, into.length - offset);
        if (wanted == 0) {
            return 0;
        }
        int taken = port.readBytes(into, wanted, offset);
        if (taken < 0) {
            throw gone();
        }
        return taken;
    }

    private PortGone gone() {
        return new PortGone(path + " is gone: the adapter was pulled, or the line hung up");
    }

    @Override
    public void pause(long nanos) {
        LockSupport.parkNanos(nanos);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Thread closer = new Thread(this::closePort, "close " + path);
        closer.setDaemon(true);
        closer.start();
        try {
            closer.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closer.isAlive()) {
            log.warn("serial port is slow to close, left behind port={} waitedMs={}", path, CLOSE_MILLIS);
        }
    }

    private void closePort() {
        port.closePort();
        openPorts.remove();
    }

    private static int stopBits(SerialSettings settings) {
        return settings.stopBits() == 1 ? SerialPort.ONE_STOP_BIT : SerialPort.TWO_STOP_BITS;
    }

    private static int parity(SerialSettings settings, String path) {
        if (PortInspection.isPseudoTerminal(path)) {
            // It carries no parity bit, and the second time it is asked for one the C library calls that an error.
            return SerialPort.NO_PARITY;
        }
        return switch (settings.parity()) {
            case NONE -> SerialPort.NO_PARITY;
            case EVEN -> SerialPort.EVEN_PARITY;
            case ODD -> SerialPort.ODD_PARITY;
        };
    }
}

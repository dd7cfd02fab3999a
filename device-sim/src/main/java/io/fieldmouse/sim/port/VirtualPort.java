package io.fieldmouse.sim.port;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A serial port made of a pseudo-terminal: the simulator reads and writes here what a user of {@link #path()} writes and
 * reads. Needs Linux, neither root nor another program.
 *
 * <p>One thread reads, any thread writes, any thread closes; closing ends a waiting reader at once and hangs up a user who
 * has the port open, as pulling a USB plug does.
 *
 * <p>The surprise: the user's end is held open here too. So a user may close and reopen it without the simulator noticing;
 * but bytes that nobody reads wait in the kernel (4 KiB) for the next user, who is expected to flush at opening, as
 * serial programs do.
 */
public final class VirtualPort implements Closeable {
    /** A timeout for {@link #read} that never runs out. */
    public static final long FOREVER = -1;

    private static final int TRANSFER_BYTES_MAX = 4096;
    private static final int POLLFD_BYTES = 8;
    private static final int POLLFD_EVENTS = 4;
    private static final int POLLFD_REVENTS = 6;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final int master;
    private final int slave;
    private final int wake;
    private final Path device;
    private final @Nullable PortLink link;

    private final Object reading = new Object();
    private final Memory inbound = new Memory(TRANSFER_BYTES_MAX);
    private final Memory pollSet = new Memory(2 * POLLFD_BYTES);
    private final Memory pollTimeout = new Memory(2L * NativeLong.SIZE);

    private final Object writing = new Object();
    private final Memory outbound = new Memory(TRANSFER_BYTES_MAX);

    private volatile boolean closed;

    private VirtualPort(int master, int slave, int wake, Path device, @Nullable PortLink link) {
        this.master = master;
        this.slave = slave;
        this.wake = wake;
        this.device = device;
        this.link = link;
        preparePollEntry(0, master);
        preparePollEntry(1, wake);
    }

    /** Opens a new port; its name is the one the kernel gives it, such as {@code /dev/pts/7}. */
    public static VirtualPort open() throws IOException {
        return openWithLink(null);
    }

    /**
     * Opens a new port with a stable name: a symbolic link that is removed at close. A link to a terminal that is gone, as
     * an earlier run that was killed leaves behind, is replaced; anything else of that name is an error, and so is the
     * link of a port that is in use.
     */
    public static VirtualPort open(Path link) throws IOException {
        return openWithLink(link.toAbsolutePath());
    }

    private static VirtualPort openWithLink(@Nullable Path link) throws IOException {
        if (!Platform.isLinux()) {
            throw new IOException("virtual serial ports need Linux, this is " + System.getProperty("os.name"));
        }
        requireNativeCalls();
        int[] opened = {-1, -1, -1};
        try {
            int master = LibC.posix_openpt(LibC.O_RDWR | LibC.O_NOCTTY | LibC.O_NONBLOCK | LibC.O_CLOEXEC);
            opened[0] = check(master, "no new pseudo-terminal (posix_openpt; is /dev/ptmx there?)");
            check(LibC.grantpt(master), "grantpt");
            check(LibC.unlockpt(master), "unlockpt");
            Path device = deviceOf(master);
            int slave = LibC.open(device.toString(), LibC.O_RDWR | LibC.O_NOCTTY | LibC.O_CLOEXEC);
            opened[1] = check(slave, "open " + device);
            makeRaw(slave, device);
            int wake = LibC.eventfd(0, LibC.O_NONBLOCK | LibC.O_CLOEXEC);
            opened[2] = check(wake, "eventfd");
            PortLink placed = link == null ? null : PortLink.place(link, device);
            return new VirtualPort(master, slave, wake, device, placed);
        } catch (IOException | RuntimeException | Error e) {
            for (int fd : opened) {
                if (fd >= 0) {
                    LibC.close(fd);
                }
            }
            throw e;
        }
    }

    private static void requireNativeCalls() throws IOException {
        try {
            LibC.load();
        } catch (LinkageError e) {
            throw new IOException(
                    "virtual serial ports need JNA's native library, which cannot be loaded; if its directory cannot be"
                            + " written or is mounted noexec, name another with -Djna.tmpdir=DIR",
                    e);
        }
    }

    private static Path deviceOf(int master) throws IOException {
        byte[] name = new byte[128];
        // ptsname_r, unlike its siblings, returns the error number itself.
        int errno = LibC.ptsname_r(master, name, new NativeLong(name.length));
        if (errno != 0) {
            throw failure("ptsname_r", errno);
        }
        int end = 0;
        while (name[end] != 0) {
            end++;
        }
        return Path.of(new String(name, 0, end, StandardCharsets.US_ASCII));
    }

    private static void makeRaw(int slave, Path device) throws IOException {
        // struct termios differs between C libraries and processors, so it is carried unseen; 60 bytes is the usual
        // size.
        try (Memory termios = new Memory(256)) {
            check(LibC.tcgetattr(slave, termios), "tcgetattr " + device);
            LibC.cfmakeraw(termios);
            check(LibC.tcsetattr(slave, LibC.TCSANOW, termios), "tcsetattr " + device);
        }
    }

    private void preparePollEntry(int index, int fd) {
        pollSet.setInt((long) index * POLLFD_BYTES, fd);
        pollSet.setShort((long) index * POLLFD_BYTES + POLLFD_EVENTS, LibC.POLLIN);
    }

    /** What a user opens: the link if there is one, else the device. */
    public Path path() {
        return link != null ? link.path() : device;
    }

    /** The kernel's name, such as {@code /dev/pts/7}. */
    public Path device() {
        return device;
    }

    public boolean isOpen() {
        return !closed;
    }

    /**
     * Waits for bytes from the user.
     *
     * @param timeoutNanos how long to wait; {@link #FOREVER} has no end
     * @return how many bytes came; 0 when the time was up; -1 when the port is closed, also by another thread meanwhile
     */
    public int read(byte[] into, long timeoutNanos) throws IOException {
        // close() waits for this lock before it gives the descriptors back: a number in use here is never another
        // file's.
        synchronized (reading) {
            if (closed || !awaitReadable(timeoutNanos)) {
                return closed ? -1 : 0;
            }
            int wanted = Math.min(into.length, TRANSFER_BYTES_MAX);
            int count = LibC.read(master, inbound, new NativeLong(wanted)).intValue();
            if (count < 0) {
                return nothingMoved("read");
            }
            inbound.read(0, into, 0, count);
            return count;
        }
    }

    private boolean awaitReadable(long timeoutNanos) throws IOException {
        Pointer timeout = Pointer.NULL;
        if (timeoutNanos >= 0) {
            pollTimeout.setNativeLong(0, new NativeLong(timeoutNanos / NANOS_PER_SECOND));
            pollTimeout.setNativeLong(NativeLong.SIZE, new NativeLong(timeoutNanos % NANOS_PER_SECOND));
            timeout = pollTimeout;
        }
        int ready = LibC.ppoll(pollSet, new NativeLong(2), timeout, Pointer.NULL);
        if (ready < 0) {
            nothingMoved("poll");
            return false;
        }
        return !closed && pollSet.getShort(POLLFD_REVENTS) != 0;
    }

    /**
     * Hands bytes to the user without ever waiting.
     *
     * @return how many bytes were taken; fewer than {@code length} when the user does not read, 0 when closed
     */
    public int write(byte[] from, int offset, int length) throws IOException {
        synchronized (writing) {
            if (closed || length == 0) {
                return 0;
            }
            int wanted = Math.min(length, TRANSFER_BYTES_MAX);
            outbound.write(0, from, offset, wanted);
            int count = LibC.write(master, outbound, new NativeLong(wanted)).intValue();
            return count < 0 ? nothingMoved("write") : count;
        }
    }

    private int nothingMoved(String call) throws IOException {
        int errno = Native.getLastError();
        if (errno == LibC.EAGAIN || errno == LibC.EINTR) {
            return 0;
        }
        throw failure(call + " on " + device, errno);
    }

    /** Hangs up: ends a waiting {@link #read}, and a user's reads and writes fail from now on. Closing twice is harmless. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (link != null) {
                link.remove();
            }
        } finally {
            wakeReader();
            release();
        }
    }

    private void release() {
        synchronized (reading) {
            synchronized (writing) {
                LibC.close(master);
                LibC.close(slave);
                LibC.close(wake);
                inbound.close();
                pollSet.close();
                pollTimeout.close();
                outbound.close();
            }
        }
    }

    private void wakeReader() {
        try (Memory one = new Memory(Long.BYTES)) {
            one.setLong(0, 1);
            // Cannot fail: the counter is written once in its life.
            LibC.write(wake, one, new NativeLong(Long.BYTES));
        }
    }

    private static int check(int result, String call) throws IOException {
        if (result < 0) {
            throw failure(call, Native.getLastError());
        }
        return result;
    }

    private static IOException failure(String call, int errno) {
        return new IOException("virtual port: " + call + ": " + LibC.strerror(errno) + " (errno " + errno + ")");
    }
}

package io.fieldmouse.sim.port;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;

/**
 * The handful of C library calls a pseudo-terminal needs, with the numbers Linux gives their constants
 * (the same on x86, ARM, RISC-V and POWER).
 *
 * <p>The surprise: loading this class extracts and loads JNA's native part. Every call returns what C returns;
 * after a negative result {@link Native#getLastError()} is the errno.
 */
final class LibC {
    static final int O_RDWR = 0x2;
    static final int O_NOCTTY = 0x100;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;
    static final int TCSANOW = 0;
    static final short POLLIN = 0x1;
    static final int EINTR = 4;
    static final int EAGAIN = 11;

    static {
        Native.register(LibC.class, Platform.C_LIBRARY_NAME);
    }

    private LibC() {}

    /** Does nothing but have this class loaded, or fail with a {@link LinkageError} that says why not. */
    static void load() {}

    static native int posix_openpt(int flags);

    static native int grantpt(int fd);

    static native int unlockpt(int fd);

    static native int ptsname_r(int fd, byte[] name, NativeLong size);

    static native int open(String path, int flags);

    static native int close(int fd);

    static native NativeLong read(int fd, Pointer into, NativeLong size);

    static native NativeLong write(int fd, Pointer from, NativeLong size);

    static native int eventfd(int initial, int flags);

    static native int ppoll(Pointer pollSet, NativeLong count, Pointer timeout, Pointer signalMask);

    static native int tcgetattr(int fd, Pointer termios);

    static native void cfmakeraw(Pointer termios);

    static native int tcsetattr(int fd, int when, Pointer termios);

    static native String strerror(int errno);
}

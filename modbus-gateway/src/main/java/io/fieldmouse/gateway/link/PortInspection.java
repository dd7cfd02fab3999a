package io.fieldmouse.gateway.link;

import com.fazecast.jSerialComm.SerialPort;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at a port's device file from outside, to say in words what the errno of a failed opening does not. */
final class PortInspection {
    private static final Logger log = LoggerFactory.getLogger(PortInspection.class);

    // errno values of Linux, the same on all its processors.
    private static final int EAGAIN = 11;
    private static final int EACCES = 13;
    private static final int EBUSY = 16;
    private static final int EINVAL = 22;
    private static final int ENOTTY = 25;

    /** The group that Debian and most others give their serial ports to. */
    private static final String SERIAL_GROUP = "dialout";

    private static final Set<PosixFilePermission> GROUP_ACCESS =
            Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE);

    private PortInspection() {}

    /**
     * Follows symbolic links to the device file.
     *
     * @throws PortUnavailable when it does not exist or this process may not use it
     */
    static String requireUsable(String port) throws PortUnavailable {
        if (!port.startsWith("/")) {
            return port;
        }
        Path file;
        try {
            file = Path.of(port).toRealPath();
        } catch (IOException e) {
            throw new PortUnavailable(missing(port));
        }
        if (!Files.isReadable(file) || !Files.isWritable(file)) {
            throw new PortUnavailable(forbidden(port, file));
        }
        return file.toString();
    }

    /** Whether this device file, with links followed, is a terminal that a program made, not a serial line. */
    static boolean isPseudoTerminal(String deviceFile) {
        return deviceFile.startsWith("/dev/pts/");
    }

    static String missing(String port) {
        TreeSet<String> present = new TreeSet<>();
        for (SerialPort other : SerialPort.getCommPorts()) {
            present.add(other.getSystemPortPath());
        }
        try (DirectoryStream<Path> names = Files.newDirectoryStream(Path.of("/dev/serial/by-id"))) {
            names.forEach(name -> present.add(name.toString()));
        } catch (IOException e) {
            log.trace("no names by id", e);
        }
        return missing(port, present);
    }

    /** @param recognised what jSerialComm lists; device files that no driver claims are not among them */
    static String missing(String port, SortedSet<String> recognised) {
        return "serial port " + port + " does not exist; "
                + (recognised.isEmpty()
                        ? "no serial port is recognised on this machine (ls /dev/tty[A-Z]* lists device files)"
                        : "present: " + String.join(", ", recognised));
    }

    /** Who may use the device file, and what to run so that this user may. */
    static String forbidden(String port, Path file) {
        String refused = "no permission to use serial port " + port;
        try {
            PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
            return forbidden(
                    refused,
                    file,
                    attributes.owner().getName(),
                    attributes.group().getName(),
                    attributes.permissions());
        } catch (IOException | UnsupportedOperationException e) {
            log.trace("no attributes of file={}", file, e);
            return refused + "; run: " + join(SERIAL_GROUP);
        }
    }

    static String forbidden(
            String refused, Path file, String owner, String group, Set<PosixFilePermission> permissions) {
        String found =
                " (owner " + owner + ", group " + group + ", " + PosixFilePermissions.toString(permissions) + ")";
        boolean groupMay = permissions.containsAll(GROUP_ACCESS);
        // Whoever joins the group root may do far more than use a port.
        if (groupMay && !group.equals("root")) {
            return refused + found + "; run: " + join(group);
        }
        return refused + found + "; its group " + (groupMay ? "is not one to join" : "may not use it either")
                + ", run: sudo chgrp " + SERIAL_GROUP + " " + file + " && sudo chmod g+rw " + file
                + " (lost when the adapter is plugged in again; for good a udev rule with GROUP=\"" + SERIAL_GROUP
                + "\", MODE=\"0660\"), and: " + join(SERIAL_GROUP);
    }

    private static String join(String group) {
        return "sudo usermod -aG " + group + " $USER, then log in again (a service: restart it)";
    }

    /** Why opening failed, from the errno that jSerialComm left. */
    static String explain(SerialSettings settings, int errno) {
        String port = settings.port();
        return switch (errno) {
            case ENOTTY -> port + " is not a serial port";
            case EAGAIN, EBUSY -> inUse(port, holders(Path.of(port)));
            case EACCES -> forbidden(port, Path.of(port));
            case EINVAL ->
                "serial port " + port + " does not take " + settings.baud() + " baud, "
                        + settings.dataBits() + " data bits, parity " + settings.parity() + ", " + settings.stopBits()
                        + " stop bits (errno " + errno + ")";
            default -> {
                // jSerialComm's clean-up after a lock it did not get may leave another errno behind.
                List<String> holders = holders(Path.of(port));
                yield holders.isEmpty()
                        ? "serial port " + port + " cannot be opened (errno " + errno + ")"
                        : inUse(port, holders);
            }
        };
    }

    static String inUse(String port, List<String> holders) {
        String who = holders.isEmpty()
                ? "another process (sudo fuser -v " + port + " shows which)"
                : String.join(", ", holders) + "; stop it first";
        boolean simulated = !holders.isEmpty() && isPseudoTerminal(deviceFile(port));
        return "serial port " + port + " is in use by " + who
                + (simulated ? ", unless it is the one that simulates this line" : "");
    }

    private static String deviceFile(String port) {
        try {
            return Path.of(port).toRealPath().toString();
        } catch (IOException e) {
            log.trace("not there any more port={}", port, e);
            return port;
        }
    }

    /** Processes that have the file open, as far as /proc shows them to this user. */
    static List<String> holders(Path port) {
        List<String> found = new ArrayList<>();
        try {
            Path file = port.toRealPath();
            try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
                for (Path process : processes) {
                    if (holds(process, file)) {
                        found.add("process " + process.getFileName() + " ("
                                + Files.readString(process.resolve("comm")).strip() + ")");
                    }
                }
            }
        } catch (IOException e) {
            log.trace("holders unknown port={}", port, e);
        }
        return found;
    }

    private static boolean holds(Path process, Path file) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor).equals(file)) {
                    return true;
                }
            }
        } catch (IOException e) {
            log.trace("not ours to see process={}", process, e);
        }
        return false;
    }

    /** FTDI adapters hold received bytes back for 16 ms unless told otherwise: more than the reply itself takes. */
    static void warnOfLatencyTimer(String path) {
        Path timer = Path.of("/sys/class/tty", Path.of(path).getFileName().toString(), "device/latency_timer");
        try {
            if (Files.exists(timer)) {
                int millis = Integer.parseInt(Files.readString(timer).strip());
                if (millis > 1) {
                    log.warn(
                            "adapter delays every reply port={} latencyTimerMs={} cure=\"echo 1 | sudo tee {}\"",
                            path,
                            millis,
                            timer);
                }
            }
        } catch (IOException | NumberFormatException e) {
            log.debug("latency timer unreadable file={}", timer, e);
        }
    }
}

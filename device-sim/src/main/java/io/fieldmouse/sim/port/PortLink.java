package io.fieldmouse.sim.port;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * The stable name of a virtual port: a symbolic link to its pseudo-terminal.
 *
 * <p>Its surprise: that a link leads to a terminal which exists does not say whose link it is. The kernel gives the
 * lowest free number, so what a killed run left behind soon leads to somebody's shell. A link is its owner's only if it
 * was made after the terminal.
 */
final class PortLink {
    private static final Path TERMINALS = Path.of("/dev/pts");

    private final Path path;
    private final Path device;

    private PortLink(Path path, Path device) {
        this.path = path;
        this.device = device;
    }

    /**
     * Makes the link. One that a killed run has left behind is replaced, anything else of that name is an error.
     *
     * @param device a pseudo-terminal that the caller has open
     */
    static PortLink place(Path path, Path device) throws IOException {
        // Whatever else a link may point to, a real adapter for one, is not ours to take the name from.
        if (Files.isSymbolicLink(path)) {
            Path target = Files.readSymbolicLink(path);
            if (target.startsWith(TERMINALS)) {
                requireLeftBehind(path, target, device);
                Files.deleteIfExists(path);
            }
        }
        try {
            Files.createSymbolicLink(path, device);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(
                    path + " exists and is no link to a virtual port; remove it or choose another name", e);
        }
        return new PortLink(path, device);
    }

    private static void requireLeftBehind(Path path, Path target, Path device) throws IOException {
        // Whoever had our own number before us is gone.
        if (!target.equals(device) && isInUse(path, target)) {
            String holder = holder(target).orElse("a process of another user");
            throw new IOException(path + " is in use: it leads to " + target + ", which " + holder
                    + " has made; end that one, or choose another name");
        }
    }

    /** The kernel removes a terminal with the process that made it, however that ended. */
    private static boolean isInUse(Path path, Path target) throws IOException {
        try {
            FileTime terminalMade = (FileTime) Files.getAttribute(target, "unix:ctime");
            FileTime linkMade = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS);
            return linkMade.compareTo(terminalMade) >= 0;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Who has made this terminal, such as {@code java (pid 812)}, as far as {@code /proc} shows it to this user. */
    private static Optional<String> holder(Path terminal) throws IOException {
        String index = "tty-index:\t" + terminal.getFileName();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (hasMade(process, index)) {
                    return Optional.of(
                            Files.readString(process.resolve("comm")).strip() + " (pid " + process.getFileName() + ")");
                }
            }
        }
        return Optional.empty();
    }

    private static boolean hasMade(Path process, String index) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                Path info = process.resolve("fdinfo").resolve(descriptor.getFileName());
                if (Files.readSymbolicLink(descriptor).endsWith("ptmx")
                        && Files.readAllLines(info).contains(index)) {
                    return true;
                }
            }
        } catch (IOException e) {
            // Another user's process, or one that has just ended: not ours to look into.
            return false;
        }
        return false;
    }

    Path path() {
        return path;
    }

    /**
     * Removes the link if it still leads to this port. To be called while the terminal is open: afterwards another
     * port may have its number, and a link that looks like this one.
     */
    void remove() throws IOException {
        if (Files.isSymbolicLink(path) && Files.readSymbolicLink(path).equals(device)) {
            Files.deleteIfExists(path);
        }
    }
}

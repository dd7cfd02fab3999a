package io.fieldmouse.gateway.link;

import com.fazecast.jSerialComm.SerialPort;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Brings jSerialComm's native library into this process from a folder that only its owner can enter.
 *
 * <p>Left to itself jSerialComm 2.11.4 unpacks into {@code jSerialComm/} of the shared temporary folder, makes that
 * writable for everyone and loads whatever file lies there already: any local user could put code into the gateway.
 * So the library is unpacked here first, into a fresh private folder, and {@value #PATH_PROPERTY} points there while
 * the class loads. A path the operator has set is left alone.
 */
final class NativeLibrary {
    static final String PATH_PROPERTY = "jSerialComm.library.path";

    /** Folders of the jar, one for each processor; jSerialComm tries them in an order of its own. */
    private static final List<String> ARCHITECTURES =
            List.of("x86_64", "x86", "armv8_64", "armv8_32", "armv7hf", "armv6hf", "armv5", "ppc64le");

    /** Holds the one that the library waits for, from its first use on. */
    private static final class Loaded {
        private static final OpenPorts PORTS = new OpenPorts();

        static {
            SerialPort.addShutdownHook(
                    new Thread(() -> PORTS.end(OpenPorts.PATIENCE_NANOS), "wait for ports to be closed"));
        }
    }

    private NativeLibrary() {}

    /**
     * Loads the library; the second call and later ones find it loaded.
     *
     * @return where to count the ports that are opened
     * @throws PortUnavailable when no folder allows it
     */
    static synchronized OpenPorts load() throws PortUnavailable {
        loadOnce();
        return Loaded.PORTS;
    }

    private static void loadOnce() throws PortUnavailable {
        if (System.getProperty(PATH_PROPERTY) != null
                || !System.getProperty("os.name", "").startsWith("Linux")) {
            SerialPort.getVersion();
            return;
        }
        List<Path> candidates = List.of(
                Path.of(System.getProperty("java.io.tmpdir", "/tmp")), Path.of(System.getProperty("user.home", "/")));
        List<String> refusals = new ArrayList<>();
        for (Path parent : candidates) {
            try {
                Path folder = unpack(parent);
                try {
                    loadFrom(folder);
                    return;
                } finally {
                    // The mapping stays valid without its file, so that nothing is left to be replaced later.
                    delete(folder);
                }
            } catch (IOException | LinkageError e) {
                refusals.add(parent + ": " + e.getMessage());
            }
        }
        throw new PortUnavailable("the native library of jSerialComm cannot be loaded (" + String.join("; ", refusals)
                + "). Unpack the folder Linux/ of its jar into a folder that only the gateway's user can write,"
                + " and start java with -D" + PATH_PROPERTY + "=<that folder>");
    }

    /** Unpacks into a new folder, readable and writable for its owner alone. */
    static Path unpack(Path parent) throws IOException {
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Path folder = Files.createTempDirectory(parent, "fieldmouse-serial-", ownerOnly);
        for (String architecture : ARCHITECTURES) {
            String name = "Linux/" + architecture + "/libjSerialComm.so";
            try (InputStream library = SerialPort.class.getResourceAsStream("/" + name)) {
                if (library == null) {
                    continue;
                }
                Path file = folder.resolve(name);
                Files.createDirectories(file.getParent(), ownerOnly);
                Files.copy(library, file);
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-x------"));
                if (!Files.isExecutable(file)) {
                    delete(folder);
                    throw new IOException("mounted noexec");
                }
            }
        }
        return folder;
    }

    private static void loadFrom(Path folder) {
        System.setProperty(PATH_PROPERTY, folder.toString());
        try {
            SerialPort.getVersion();
        } finally {
            System.clearProperty(PATH_PROPERTY);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}

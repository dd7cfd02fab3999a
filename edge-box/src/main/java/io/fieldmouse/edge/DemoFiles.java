package io.fieldmouse.edge;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The demo's folder: its configuration from the jar, its ports, its store. Gone when it is closed. */
final class DemoFiles implements AutoCloseable {

    private static final List<String> CONTENTS = List.of(
            "fieldmouse.yaml",
            "sim.yaml",
            "profiles/boiler.yaml",
            "profiles/power-meter.yaml",
            "profiles/motor-drive.yaml");

    private static final String FOLDER_VARIABLE = "DEMO_DIR";

    private static final String FOLDER_PREFIX = "fieldmouse-demo-";
    private static final String PROCESS_FILE = "pid";

    private final Path folder;

    private DemoFiles(Path folder) {
        this.folder = folder;
    }

    static DemoFiles unpack() throws IOException {
        DemoFiles files = new DemoFiles(temporaryFolder());
        try {
            Files.writeString(
                    files.path(PROCESS_FILE),
                    Long.toString(ProcessHandle.current().pid()));
            files.removeAbandoned();
            Files.createDirectory(files.path("profiles"));
            for (String name : CONTENTS) {
                try (InputStream in = DemoFiles.class.getResourceAsStream("demo/" + name)) {
                    if (in == null) {
                        throw new IOException("the demo's " + name + " is missing from the program; build it again");
                    }
                    Files.copy(in, files.path(name));
                }
            }
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
        return files;
    }

    private static Path temporaryFolder() throws IOException {
        try {
            return Files.createTempDirectory(FOLDER_PREFIX);
        } catch (IOException e) {
            throw new IOException(
                    "cannot make a folder in " + System.getProperty("java.io.tmpdir") + ": " + FileFailure.words(e)
                            + "; name another place with FIELDMOUSE_JAVA_OPTS=-Djava.io.tmpdir=DIR",
                    e);
        }
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    /** What stands for {@code ${env:...}} in the demo's files. */
    @Nullable
    String variable(String name) {
        return name.equals(FOLDER_VARIABLE) ? folder.toString() : null;
    }

    /** A demo that was killed could not remove its folder; one of the same user that has no process any more goes. */
    private void removeAbandoned() {
        try (DirectoryStream<Path> others =
                Files.newDirectoryStream(folder.toAbsolutePath().getParent(), FOLDER_PREFIX + "*")) {
            UserPrincipal owner = Files.getOwner(folder);
            for (Path other : others) {
                removeIfAbandoned(other, owner);
            }
        } catch (IOException | DirectoryIteratorException e) {
            // A temporary folder that cannot be listed is no reason not to show the demo.
        }
    }

    private static void removeIfAbandoned(Path other, UserPrincipal owner) {
        try {
            if (Files.isDirectory(other, LinkOption.NOFOLLOW_LINKS)
                    && Files.getOwner(other, LinkOption.NOFOLLOW_LINKS).equals(owner)
                    && isAbandoned(other)) {
                remove(other);
            }
        } catch (IOException e) {
            // Another demo removes it at the same moment: then it is done.
        }
    }

    private static boolean isAbandoned(Path folder) throws IOException {
        Path file = folder.resolve(PROCESS_FILE);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try {
            long process = Long.parseLong(Files.readString(file).trim());
            return ProcessHandle.of(process).isEmpty();
        } catch (NumberFormatException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        remove(folder);
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            // The innermost first.
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}

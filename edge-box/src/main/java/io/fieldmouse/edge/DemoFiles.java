package io.fieldmouse.edge;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private final Path folder;

    private DemoFiles(Path folder) {
        this.folder = folder;
    }

    static DemoFiles unpack() throws IOException {
        DemoFiles files = new DemoFiles(Files.createTempDirectory("fieldmouse-demo-"));
        try {
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

    Path path(String name) {
        return folder.resolve(name);
    }

    /** What stands for {@code ${env:...}} in the demo's files. */
    @Nullable
    String variable(String name) {
        return name.equals(FOLDER_VARIABLE) ? folder.toString() : null;
    }

    @Override
    public void close() throws IOException {
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

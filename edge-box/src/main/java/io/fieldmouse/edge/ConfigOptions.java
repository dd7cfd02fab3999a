package io.fieldmouse.edge;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which configuration a command reads. */
final class ConfigOptions {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The configuration (default: config/fieldmouse.yaml beside the program).")
    private @Nullable Path file;

    Path file() {
        return file == null ? Home.configuration() : file;
    }
}

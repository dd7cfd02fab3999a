package io.fieldmouse.edge;

import io.fieldmouse.edge.backup.Backup;
import io.fieldmouse.edge.backup.BackupException;
import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code fieldmouse store import}: fills an empty store from an export. */
@Command(
        name = "import",
        header = "Fill an empty store from an export.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse store import backup.jsonl",
            "  ./fieldmouse store import --data /tmp/copy backup.jsonl",
            "",
            "The file is read to its end and checked first; then all of it goes into the",
            "store, or nothing. The broker has to be stopped meanwhile.",
            "Exit codes: 0 done, 1 failed and nothing changed, 2 wrong usage, 78 wrong",
            "configuration."
        })
final class StoreImportCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE", description = "What store export has written.")
    @SuppressWarnings("NullAway.Init") // picocli fills it
    private Path file;

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Override
    public Integer call() throws IOException, ConfigException, CommandFailure, InterruptedException {
        options.beginLogging();
        StoreConfig store = options.store();
        try {
            Backup backup = Backup.check(file);
            backup.into(store);
            System.out.println("imported into " + store.directory() + ": " + backup.words());
            System.out.flush();
            return ExitCode.DONE;
        } catch (BackupException | StoreException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }
}

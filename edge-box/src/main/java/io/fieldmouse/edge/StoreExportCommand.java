package io.fieldmouse.edge;

import io.fieldmouse.edge.backup.BackupWriter;
import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.store.CommitListener;
import io.fieldmouse.store.MessageStore;
import io.fieldmouse.store.StoreException;
import io.fieldmouse.store.StoreStatus;
import io.fieldmouse.store.StoredState;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code fieldmouse store export}: all that a store holds, as JSON lines. */
@Command(
        name = "export",
        header = "Write all that the broker keeps as JSON lines.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse store export backup.jsonl",
            "  ./fieldmouse store export | grep '\"type\":\"retained\"'",
            "",
            "Sessions, subscriptions, retained and waiting messages, and wills. The broker",
            "has to be stopped meanwhile. The last line says that the file is whole.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration."
        })
final class StoreExportCommand implements Callable<Integer> {
    private static final int OUT_BYTES = 64 * 1024;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Where to (default: standard output). Replaced only when all is written.")
    private @Nullable Path file;

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Override
    public Integer call() throws IOException, ConfigException, CommandFailure {
        options.beginLogging();
        // Closed before it is written out: a file that takes long must not keep the broker from starting.
        StoredState state = load();
        if (file == null) {
            toStandardOutput(state);
        } else {
            WholeFile.write(file, out -> BackupWriter.write(state, out));
        }
        return ExitCode.DONE;
    }

    private StoredState load() throws ConfigException, CommandFailure {
        try (MessageStore store = MessageStore.open(options.existingStore(), new Nobody())) {
            StoredState state = store.load();
            StoreStatus status = store.status();
            if (status.damagedParts() > 0) {
                System.err.println("The store was damaged: " + status.damagedParts() + " of its files were set aside, "
                        + status.lostCommits() + " commits are known to be lost. This is what could be proven.");
            }
            return state;
        } catch (StoreException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
    }

    private static void toStandardOutput(StoredState state) throws IOException, CommandFailure {
        PrintStream out = System.out;
        BackupWriter.write(state, new BufferedOutputStream(out, OUT_BYTES));
        if (out.checkError()) {
            throw new CommandFailure("standard output took not all of it; what it has is not whole");
        }
    }

    /** Nothing is committed. */
    private static final class Nobody implements CommitListener {
        @Override
        public void durableUpTo(long position) {}

        @Override
        public void failing(StoreException cause) {}

        @Override
        public void recovered() {}
    }
}

package io.fieldmouse.edge;

import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.store.StoreCompaction;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code fieldmouse store compact}: the store without what is free in it. */
@Command(
        name = "compact",
        header = "Write the store anew, without free space.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse store compact",
            "",
            "For a copy that is to be small, or after many sessions have ended: the broker",
            "itself keeps its files within a bound. It has to be stopped meanwhile. Needs",
            "room for a copy.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration."
        })
final class StoreCompactCommand implements Callable<Integer> {

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Override
    public Integer call() throws ConfigException, CommandFailure, IOException {
        options.beginLogging();
        StoreConfig store = options.existingStore();
        long before = sizeOf(store.directory());
        try {
            StoreCompaction.run(store);
        } catch (StoreException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
        System.out.println(String.format(
                Locale.ROOT, "%s: %,d bytes, before %,d", store.directory(), sizeOf(store.directory()), before));
        System.out.flush();
        return ExitCode.DONE;
    }

    private static long sizeOf(Path folder) throws IOException {
        long sum = 0;
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> plain = files.filter(Files::isRegularFile).toList();
            for (Path file : plain) {
                sum += Files.size(file);
            }
        }
        return sum;
    }
}

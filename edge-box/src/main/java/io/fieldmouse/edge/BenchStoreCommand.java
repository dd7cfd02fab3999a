package io.fieldmouse.edge;

import io.fieldmouse.edge.bench.StoreBench;
import io.fieldmouse.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fieldmouse bench store}: the durable path, beside what the disk itself can do. */
@Command(
        name = "store",
        header = "Measure durable messages beside the disk's own rate.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse bench store --data /var/lib/fieldmouse",
            "  ./fieldmouse bench store --wear 5m",
            "",
            "Without any of the measures below it publishes at QoS 1 with 1, 10, 100 and",
            "1000 publishers, one message of each in flight, to a session that is away.",
            "It starts brokers of its own, which take up to 1 GB of memory, in a new folder",
            "that it deletes at the end. A running broker is not touched, but slowed down.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration."
        })
final class BenchStoreCommand implements Callable<Integer> {
    private static final int START_RETAINED = 100_000;
    private static final int START_SESSIONS = 10_000;
    private static final int START_QUEUED = 100_000;

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "How long each row is measured (default: ${DEFAULT-VALUE}).")
    private int seconds = 10;

    @Option(
            names = "--wear",
            paramLabel = "TIME",
            converter = TimeSpan.class,
            description = "Bytes written for each group, over so long: more than 2m, for checkpoints.")
    private @Nullable Duration wear;

    @Option(
            names = "--growth",
            paramLabel = "N",
            description = "The folder's size while 1000 retained topics are overwritten N times.")
    private @Nullable Long growth;

    @Option(names = "--turns", description = "How long pings wait while the broker is busy.")
    private boolean turns;

    @Option(names = "--start", description = "How long a start with much to remember takes.")
    private boolean start;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (seconds < 1 || (growth != null && growth < 1) || (wear != null && wear.isZero())) {
            throw new ParameterException(spec.commandLine(), "nothing is measured in no time: numbers are from 1");
        }
        options.beginLogging();
        Path folder = options.folder();
        Path directory = folder(folder);
        // Also when it is ended by Ctrl-C; the brokers hear that too.
        Thread cleaning = new Thread(() -> delete(directory), "cleaning");
        Runtime.getRuntime().addShutdownHook(cleaning);
        try {
            measure(new StoreBench(directory, System.out));
            return ExitCode.DONE;
        } catch (StoreException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        } finally {
            delete(directory);
        }
    }

    private void measure(StoreBench bench) throws IOException, InterruptedException {
        if (wear != null) {
            bench.wear(wear);
        }
        if (growth != null) {
            bench.growth(growth);
        }
        if (turns) {
            bench.turns(Duration.ofSeconds(seconds));
        }
        if (start) {
            bench.startUp(START_RETAINED, START_SESSIONS, START_QUEUED);
        }
        if (wear == null && growth == null && !turns && !start) {
            bench.speed(Duration.ofSeconds(seconds));
        }
    }

    /** Beneath the store's, because it is on the disk that is asked about. */
    private static Path folder(Path data) throws IOException {
        Files.createDirectories(data);
        return Files.createTempDirectory(data.toAbsolutePath(), "bench-");
    }

    private static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // What is left lies in a folder whose name says what it was.
        }
    }
}

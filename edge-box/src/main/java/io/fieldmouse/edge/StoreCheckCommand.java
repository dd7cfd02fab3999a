package io.fieldmouse.edge;

import io.fieldmouse.gateway.yaml.ConfigException;
import io.fieldmouse.store.StoreConfig;
import io.fieldmouse.store.StoreException;
import io.fieldmouse.store.StoreInspection;
import io.fieldmouse.store.StoreReport;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code fieldmouse store check}: what is there, and whether it is whole. */
@Command(
        name = "check",
        header = "Say what is in the store, and whether it is whole.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse store check",
            "  ./fieldmouse store check --data /var/lib/fieldmouse",
            "",
            "Reads all of it and changes nothing; of the checkpoints it reads copies, which",
            "it makes in the folder for temporary files. The broker has to be stopped.",
            "Exit codes: 0 whole, 1 damaged or not readable, 2 wrong usage, 78 wrong",
            "configuration."
        })
final class StoreCheckCommand implements Callable<Integer> {

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Override
    public Integer call() throws ConfigException, CommandFailure {
        options.beginLogging();
        StoreConfig store = options.existingStore();
        StoreReport report;
        try {
            report = StoreInspection.of(store);
        } catch (StoreException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()));
        }
        print(System.out, report);
        if (report.isDamaged()) {
            throw new CommandFailure("the store in " + store.directory() + " is damaged; commits known to be lost: "
                    + report.lostCommits() + ". Copy the folder, then start the broker: it keeps what can be proven,"
                    + " and sets the damaged files aside");
        }
        return ExitCode.DONE;
    }

    private static void print(PrintStream out, StoreReport report) {
        for (StoreReport.Part part : report.parts()) {
            say(out, "%-24s %,12d bytes  %s", part.file(), part.bytes(), part.words());
        }
        StoreReport.Contents contents = report.contents();
        say(out, "");
        say(out, "retained messages %,d", contents.retained());
        say(out, "sessions          %,d, subscriptions %,d", contents.sessions(), contents.subscriptions());
        say(out, "waiting messages  %,d, left over %,d", contents.queued(), contents.leftovers());
        say(out, "wills             %,d", contents.wills());
        say(out, "last commit       %d", report.lastCommit());
        out.flush();
    }

    private static void say(PrintStream out, String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}

package io.fieldmouse.edge;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fieldmouse store}: what an operator does with the broker's memory while the broker is stopped. */
@Command(
        name = "store",
        header = "Check, export, import or compact what the broker keeps.",
        synopsisSubcommandLabel = "COMMAND",
        synopsisHeading = "%nUsage: ",
        commandListHeading = "%nCommands:%n",
        subcommands = {
            StoreCheckCommand.class,
            StoreExportCommand.class,
            StoreImportCommand.class,
            StoreCompactCommand.class
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse store check",
            "  ./fieldmouse store export backup.jsonl",
            "  ./fieldmouse store import --data /var/lib/fieldmouse backup.jsonl",
            "",
            "The broker has to be stopped meanwhile: one process at a time has the store."
        })
final class StoreCommand implements Runnable {

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private HelpOption help = new HelpOption();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }
}

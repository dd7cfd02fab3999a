package io.fieldmouse.edge;

import io.fieldmouse.gateway.yaml.ConfigException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code fieldmouse}: finds the subcommand, and turns what goes wrong into a sentence and an exit code. */
@Command(
        name = "fieldmouse",
        header = "An MQTT broker for edge boxes with a field gateway in the same process.",
        synopsisSubcommandLabel = "COMMAND",
        synopsisHeading = "%nUsage: ",
        commandListHeading = "",
        versionProvider = Fieldmouse.Version.class,
        subcommands = {
            RunCommand.class,
            BrokerCommand.class,
            GatewayCommand.class,
            CheckCommand.class,
            DemoCommand.class,
            SimCommand.class,
            PubCommand.class,
            SubCommand.class,
            PasswdCommand.class,
            StoreCommand.class,
            BenchCommand.class,
            CommandLine.HelpCommand.class
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse demo                       see it work, without any hardware",
            "  ./fieldmouse check                      is my configuration right?",
            "  ./fieldmouse run                        broker and gateway of this box",
            "  ./fieldmouse sub -v -t 'fieldmouse/#'   all readings, as they come",
            "  ./fieldmouse pub -t fieldmouse/plant-1/boiler/setpoint/set -m 65",
            "",
            "./fieldmouse help COMMAND, or COMMAND --help, explains a command.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no memory left,",
            "70 a fault of the program that it cannot survive, 78 wrong configuration."
        })
final class Fieldmouse implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean version;

    public static void main(String[] arguments) {
        Logging.begin();
        int code = commandLine().execute(arguments);
        Logging.end();
        System.exit(code);
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Fieldmouse());
        commandLine.setUsageHelpAutoWidth(true);
        commandLine.setUsageHelpLongOptionsMaxWidth(30);
        commandLine.setParameterExceptionHandler(Fieldmouse::wrongUsage);
        commandLine.setExecutionExceptionHandler(Fieldmouse::failed);
        CommandGroups.apply(commandLine);
        return commandLine;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }

    private static int wrongUsage(ParameterException exception, String[] arguments) {
        CommandLine command = exception.getCommandLine();
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName(" ");
        boolean hasCommands = !command.getSubcommands().isEmpty();
        boolean noSuchCommand = exception instanceof UnmatchedArgumentException && hasCommands;
        String typed = noSuchCommand
                ? ((UnmatchedArgumentException) exception).getUnmatched().get(0)
                : "";
        err.println(name + ": " + (noSuchCommand ? "no command or option \"" + typed + "\"" : exception.getMessage()));
        UnmatchedArgumentException.printSuggestions(exception, err);
        err.println("Try './" + name + " --help'.");
        err.flush();
        return ExitCode.USAGE;
    }

    private static int failed(Exception exception, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        String name = command.getCommandSpec().qualifiedName(" ");
        if (exception instanceof ConfigException configuration) {
            configuration.problems().forEach(err::println);
            int count = configuration.problems().size();
            boolean starts = !(command.getCommand() instanceof CheckCommand);
            err.println(name + ": " + (count == 1 ? "1 problem" : count + " problems") + " in the configuration"
                    + (starts ? ", nothing was started" : ""));
            err.flush();
            return ExitCode.BAD_CONFIGURATION;
        }
        say(exception, name, err);
        return ExitCode.FAILED;
    }

    /** In words what is expected to happen, with the way through the program what is not. */
    static void say(Throwable failure, String who, PrintWriter err) {
        if (failure instanceof FileSystemException file) {
            err.println(who + ": " + file.getFile() + ": " + FileFailure.words(file));
        } else if (failure instanceof CommandFailure || failure instanceof IOException) {
            err.println(who + ": " + failure.getMessage());
        } else {
            err.println(who + ": " + failure);
            failure.printStackTrace(err);
        }
        err.flush();
    }

    /** Name and version as the jar says them, and what it runs on. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Fieldmouse.class.getPackage().getImplementationVersion();
            return new String[] {
                "fieldmouse " + (version == null ? "(from classes)" : version),
                "Java " + System.getProperty("java.version") + ", " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch")
            };
        }
    }
}

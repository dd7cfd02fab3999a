package io.fieldmouse.edge;

import io.fieldmouse.broker.access.Credential;
import io.fieldmouse.broker.access.PasswordHash;
import io.fieldmouse.broker.access.ScramVerifier;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fieldmouse passwd}: creates, changes or deletes a user in a password file. */
@Command(
        name = "passwd",
        header = "Set a user's password in a password file.",
        sortOptions = false,
        synopsisHeading = "%nUsage: ",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./fieldmouse passwd config/passwords alice    asks for it twice",
            "  ./fieldmouse passwd --stdin config/passwords press-7 < secret",
            "  ./fieldmouse passwd --delete config/passwords bob",
            "",
            "The file is created when it is not there, for its owner only. A running broker",
            "that has it as password_file reads it anew within seconds, and disconnects",
            "users who are gone or have another password. It is mosquitto's format; lines",
            "of --scram are this broker's own.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage."
        })
final class PasswdCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE", description = "The password file.")
    @SuppressWarnings("NullAway.Init") // picocli fills it
    private Path file;

    @Parameters(index = "1", paramLabel = "USER", description = "The user.")
    @SuppressWarnings("NullAway.Init") // picocli fills it
    private String user;

    @Option(names = "--delete", description = "Delete the user.")
    private boolean delete;

    @Option(names = "--stdin", description = "Read the password from the first line of standard input.")
    private boolean stdin;

    @Option(
            names = "--scram",
            description = "Keep it so that MQTT 5 clients can prove it by SCRAM-SHA-256, without sending it.")
    private boolean scram;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private HelpOption help = new HelpOption();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, CommandFailure {
        checkArguments();
        PasswordLines lines = PasswordLines.of(file);
        if (delete) {
            if (!lines.remove(user)) {
                throw new CommandFailure(file + ": there is no user \"" + user + "\"");
            }
        } else {
            lines.put(
                    user,
                    user + ":"
                            + credential(stdin ? passwordFromInput() : passwordFromConsole())
                                    .format());
        }
        lines.save();
        return ExitCode.DONE;
    }

    private Credential credential(String password) throws CommandFailure {
        SecureRandom random = new SecureRandom();
        try {
            return scram ? ScramVerifier.create(password, random) : PasswordHash.create(password, random);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("this password cannot be used with --scram: " + e.getMessage());
        }
    }

    private void checkArguments() {
        if (delete && (stdin || scram)) {
            throw new ParameterException(spec.commandLine(), "--delete needs no password: neither --stdin nor --scram");
        }
        boolean plain = !user.isEmpty()
                && !user.startsWith("#")
                && user.chars().noneMatch(c -> c == ':' || Character.isISOControl(c));
        if (!plain) {
            throw new ParameterException(
                    spec.commandLine(),
                    "\"" + user.replaceAll("\\p{Cntrl}", "?")
                            + "\" is no user name for a line of a file: no ':', no control characters, no '#' in front");
        }
    }

    private static String passwordFromInput() throws IOException, CommandFailure {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = input.readLine();
        if (line == null) {
            throw new CommandFailure("there was nothing on standard input");
        }
        return requirePassword(line);
    }

    /** From Java 22 on there is a console without a terminal too: it finds nothing to read then. */
    @SuppressWarnings("SystemConsoleNull")
    private String passwordFromConsole() throws CommandFailure {
        Console console = System.console();
        if (console == null) {
            throw new CommandFailure("there is no terminal to ask on; give the password with --stdin");
        }
        char[] first = console.readPassword("Password for %s: ", user);
        char[] second = console.readPassword("Once more: ");
        if (first == null || second == null) {
            throw new CommandFailure("no password was typed; give it with --stdin where there is no terminal");
        }
        if (!Arrays.equals(first, second)) {
            throw new CommandFailure("these were two different passwords; nothing was changed");
        }
        return requirePassword(new String(first));
    }

    private static String requirePassword(String password) throws CommandFailure {
        if (password.isEmpty()) {
            throw new CommandFailure("the password is empty; nothing was changed");
        }
        return password;
    }
}

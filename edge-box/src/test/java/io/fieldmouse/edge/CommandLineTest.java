package io.fieldmouse.edge;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the command says to those who mistype it, and to those who ask. */
final class CommandLineTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(List<String> arguments) {
        CommandLine commandLine = Fieldmouse.commandLine();
        commandLine.setOut(new PrintWriter(out));
        commandLine.setErr(new PrintWriter(err));
        return commandLine.execute(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "                              | no command given",
                "dmeo                          | no command or option \"dmeo\"",
                "--nosuch                      | no command or option \"--nosuch\"",
                "pub -m x                      | Missing required option: '--topic=TOPIC'",
                "pub -t a                      | Missing required argument (specify one of these)",
                "pub -t a -m x -n              | are mutually exclusive (specify only one)",
                "pub -t a/+ -m x               | topic \"a/+\": + and # belong to subscriptions only",
                "pub -t a -m x -q 3            | QoS is 3, allowed are 0, 1 and 2",
                "pub -t a -m x -p 0            | the broker's port is 0, allowed are 1 to 65535",
                "pub -t a -m x -p many         | 'many' is not an int",
                "pub -t a -m x -V 4            | \"4\", allowed are 5, 311 and 31",
                "pub -t a -m x -k 70000        | keep-alive is 70000 s, allowed are 0 to 65535",
                "pub -t a -m x -c              | -c keeps the session of a client id: give one with -i",
                "pub -t a -m x -x 5            | -x is for MQTT 5: add -V 5",
                "pub -t a -m x --will-retain   | a will needs its topic: --will-topic",
                "pub -t a -m x --nosuch        | Unknown option: '--nosuch'",
                "sub -t a/#/b                  | topic filter \"a/#/b\": # must be the whole last level",
                "sub -t a -C 0                 | -C is 0, allowed are numbers from 1",
                "sub -t a -W 0                 | -W is 0, allowed are numbers from 1",
                "sub -t a -F %z                | after % there may be one of",
                "sub -t a -F 100%              | after % there may be one of",
                "broker --port 70000           | port: found \"70000\", allowed: a whole number from 0 to 65535",
                "broker --durability some      | durability: found \"some\", allowed: force, os, none",
                "broker --set nosuch=1         | unknown setting \"nosuch\"; there are: bind, port",
                "broker --set nosuch           | KEY=VALUE",
                "demo --for 30                 | \"30\", write a number and its unit: ms, s, m, h",
                "demo --port 99999             | --port is 99999, allowed are 1 to 65535",
                "demo --port 0                 | --port is 0, allowed are 1 to 65535",
                "passwd users a:b              | \"a:b\" is no user name for a line of a file",
                "passwd --delete --scram f u   | --delete needs no password",
                "store                         | no command given",
                "store exprot                  | no command or option \"exprot\"",
                "store import                  | Missing required parameter: 'FILE'",
                "bench store --seconds 0       | numbers are from 1",
                "sim                           | Missing required option: '--file=FILE'"
            })
    void mistakesAreToldInOneLineWithTheWayToHelp(String lineAndWords) {
        int bar = lineAndWords.indexOf('|');
        String line = lineAndWords.substring(0, bar).trim();
        String words = lineAndWords.substring(bar + 1).trim();
        List<String> arguments = line.isEmpty() ? List.of() : List.of(line.split(" ", -1));
        assertEquals(2, execute(arguments), line);
        String said = err.toString();
        assertTrue(said.contains(words), line + ": " + said);
        assertTrue(said.startsWith("fieldmouse"), said);
        assertTrue(said.contains(" --help'."), said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "run ",
                "demo ",
                "broker ",
                "gateway ",
                "sim ",
                "pub ",
                "sub ",
                "check ",
                "passwd ",
                "store ",
                "store export ",
                "store import ",
                "store check ",
                "store compact ",
                "bench ",
                "bench store "
            })
    void helpHasExamplesAndFitsEightyColumns(String command) {
        assertEquals(0, execute(List.of((command + "--help").split(" ", -1))));
        String help = out.toString();
        assertTrue(help.contains("Examples:"), help);
        assertTrue(help.contains("./fieldmouse " + command.trim()), help);
        help.lines().forEach(line -> assertTrue(line.length() <= 80, "too long: " + line));
        // A line that does not fit is wrapped, and an example is then no longer what is to be typed.
        CommandLine asked = Fieldmouse.commandLine();
        for (String word : command.trim().split(" ", -1)) {
            asked = asked.getSubcommands().getOrDefault(word, asked);
        }
        for (String line : asked.getCommandSpec().usageMessage().footer()) {
            // Behind two spaces is what it is for.
            String typed = line.formatted().strip().split(" {2}", 2)[0];
            assertTrue(!line.startsWith("  ") || help.contains(typed), "wrapped: " + line);
            assertTrue(line.formatted().length() <= 80, "too long: " + line);
        }
    }

    @Test
    void everyCommandIsInTheHelp() {
        execute(List.of("--help"));
        Set<String> commands =
                new TreeSet<>(Fieldmouse.commandLine().getSubcommands().keySet());
        for (String command : commands) {
            assertTrue(out.toString().contains("\n  " + command + " "), command + " is in no group of the help");
        }
    }

    @Test
    void examplesAreFormatsWhichPicocliUnderstands() {
        // It would print a warning to the process's own standard error, and go on with the text as it is.
        CommandLine commandLine = Fieldmouse.commandLine();
        List<CommandLine> all = new ArrayList<>(commandLine.getSubcommands().values());
        all.add(commandLine);
        for (CommandLine command : all) {
            List<String> texts = new ArrayList<>();
            texts.addAll(List.of(command.getCommandSpec().usageMessage().header()));
            texts.addAll(List.of(command.getCommandSpec().usageMessage().footer()));
            for (String text : texts) {
                assertDoesNotThrow(() -> text.formatted(), () -> command.getCommandName() + ": " + text);
            }
        }
    }

    @Test
    void helpIsACommandToo() {
        assertEquals(0, execute(List.of("help")));
        assertTrue(out.toString().contains("Run a box:"), out.toString());
        assertEquals(0, execute(List.of("help", "sub")));
        assertTrue(out.toString().contains("./fieldmouse sub -v"), out.toString());
    }

    @Test
    void versionNamesTheProgramAndItsJava() {
        assertEquals(0, execute(List.of("--version")));
        assertTrue(out.toString().startsWith("fieldmouse "), out.toString());
        assertTrue(out.toString().contains("Java " + System.getProperty("java.version")), out.toString());
    }
}

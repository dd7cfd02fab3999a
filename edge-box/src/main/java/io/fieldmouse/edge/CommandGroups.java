package io.fieldmouse.edge;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/** Shows the subcommands of the help in groups, by what a person wants to do. */
final class CommandGroups {

    private static final Map<String, List<String>> GROUPS = groups();

    private CommandGroups() {}

    static void apply(CommandLine commandLine) {
        commandLine.getHelpSectionMap().put(CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> {
            StringBuilder text = new StringBuilder();
            GROUPS.forEach((heading, names) -> {
                text.append(String.format("%n%s:%n", heading));
                for (String name : names) {
                    Help command = help.subcommands().get(name);
                    if (command == null) {
                        throw new IllegalStateException("no subcommand " + name);
                    }
                    String[] header = command.commandSpec().usageMessage().header();
                    text.append(String.format("  %-9s %s%n", name, String.join(" ", header)));
                }
            });
            return text.toString();
        });
    }

    private static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        groups.put("Look around", List.of("demo", "help"));
        groups.put("Run a box", List.of("check", "run", "broker", "gateway"));
        groups.put("Tools", List.of("pub", "sub", "passwd", "store", "bench", "sim"));
        return groups;
    }
}

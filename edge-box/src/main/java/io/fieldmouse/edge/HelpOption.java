package io.fieldmouse.edge;

import picocli.CommandLine.Option;

/** What every command has whose -h is not the host. */
final class HelpOption {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private boolean help;
}

package io.fieldmouse.edge;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command of the box itself has. */
final class CommonOptions {

    @Option(
            names = {"-v", "--verbose"},
            description = "Log more: every packet and every poll.")
    private boolean verbose;

    @Mixin
    @SuppressWarnings("UnusedVariable") // picocli looks at it
    private HelpOption help = new HelpOption();

    boolean isVerbose() {
        return verbose;
    }

    /** Sets the log level; to be called before anything starts. */
    void beginLogging() {
        if (verbose) {
            Logging.debug();
        }
        Logging.byOwnThread();
    }
}

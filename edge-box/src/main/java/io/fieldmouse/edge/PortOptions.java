package io.fieldmouse.edge;

import io.fieldmouse.gateway.PortCheck;
import picocli.CommandLine.Option;

/** What a missing serial port means to a command that polls. */
final class PortOptions {

    @Option(
            names = "--wait-for-ports",
            description = "Start although a serial port is missing, and try until it is there: for a service.")
    private boolean waitForPorts;

    PortCheck check() {
        return waitForPorts ? PortCheck.none() : PortCheck.byOpening();
    }
}

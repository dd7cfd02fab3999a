package io.fieldmouse.gateway.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.sim.port.VirtualPort;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class OpenPortsTest {

    @Test
    void aPortStaysUsableWhileTheProcessEndsUntilItIsClosed() throws Exception {
        try (VirtualPort port = VirtualPort.open()) {
            Process user = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            PortUser.class.getName(),
                            port.path().toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader said = user.inputReader(StandardCharsets.UTF_8)) {
                assertEquals("open", said.readLine());
                user.toHandle().destroy();
                assertEquals("closed in peace", said.readLine());
                assertTrue(user.waitFor(60, TimeUnit.SECONDS));
            } finally {
                user.destroyForcibly();
            }
        }
    }

    @Test
    void theEndWaitsForTheLastPortAndThenNoneIsOpened() throws Exception {
        OpenPorts ports = new OpenPorts();
        ports.add();
        ports.add();
        Thread end = new Thread(() -> ports.end(TimeUnit.MINUTES.toNanos(1)));
        end.start();
        ports.remove();
        while (end.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        ports.remove();
        end.join();
        assertThrows(PortUnavailable.class, ports::add);
    }

    @Test
    void aPortThatIsNeverClosedDoesNotHoldTheProcess() throws Exception {
        OpenPorts ports = new OpenPorts();
        ports.add();
        ports.end(TimeUnit.MILLISECONDS.toNanos(20));
        assertThrows(PortUnavailable.class, ports::add);
    }
}

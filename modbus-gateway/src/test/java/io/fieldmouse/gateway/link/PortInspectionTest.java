package io.fieldmouse.gateway.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person at the box is told about a port that cannot be used. */
final class PortInspectionTest {
    private static final Path DEVICE = Path.of("/dev/ttyUSB0");

    private static String forbidden(String group, String permissions) {
        return PortInspection.forbidden(
                "no permission", DEVICE, "root", group, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void aGroupThatMayUseThePortIsTheOneToJoin() {
        assertEquals(
                "no permission (owner root, group dialout, rw-rw----); run: sudo usermod -aG dialout $USER,"
                        + " then log in again (a service: restart it)",
                forbidden("dialout", "rw-rw----"));
        assertTrue(forbidden("uucp", "rw-rw-r--").contains("usermod -aG uucp $USER"));
    }

    @ParameterizedTest
    @CsvSource({
        "root, rw-------, may not use it either",
        "root, rw-rw----, is not one to join",
        "tty, rw--w----, may not use it either",
        "dialout, rw-------, may not use it either",
        "dialout, rw-r--r--, may not use it either",
    })
    void aGroupThatDoesNotHelpIsReplacedAndNotJoined(String group, String permissions, String why) {
        String told = forbidden(group, permissions);
        assertTrue(told.contains("; its group " + why + ", run: sudo chgrp dialout " + DEVICE), told);
        assertTrue(told.contains("sudo chmod g+rw " + DEVICE), told);
        assertTrue(told.contains("udev rule"), told);
        assertTrue(told.contains("usermod -aG dialout $USER"), told);
        assertFalse(told.contains("usermod -aG root"), told);
    }

    @ParameterizedTest
    @CsvSource({"rw-------", "rw-rw----"})
    void theAdviceIsMadeFromTheFileItself(String permissions, @TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("ttyX"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        String group = Files.getAttribute(file, "posix:group").toString();
        String told = PortInspection.forbidden("/dev/ttyX", file);
        assertTrue(told.startsWith("no permission to use serial port /dev/ttyX (owner "), told);
        assertTrue(told.contains(", group " + group + ", " + permissions + ")"), told);
        boolean joins = permissions.equals("rw-rw----") && !group.equals("root");
        assertEquals(joins || group.equals("dialout"), told.contains("usermod -aG " + group), told);
        assertEquals(!joins, told.contains("chgrp dialout " + file), told);
    }

    @Test
    void withoutAnyFileTheUsualGroupIsNamed() {
        assertTrue(PortInspection.forbidden("/dev/ttyNONE7", Path.of("/dev/ttyNONE7"))
                .endsWith("; run: sudo usermod -aG dialout $USER, then log in again (a service: restart it)"));
    }

    @Test
    void aMissingPortIsToldWithThoseThatAreRecognised() {
        assertEquals(
                "serial port /dev/ttyUSB7 does not exist; present: /dev/ttyS0, /dev/ttyUSB0",
                PortInspection.missing("/dev/ttyUSB7", new TreeSet<>(List.of("/dev/ttyUSB0", "/dev/ttyS0"))));
        assertEquals(
                "serial port /dev/ttyUSB7 does not exist; no serial port is recognised on this machine"
                        + " (ls /dev/tty[A-Z]* lists device files)",
                PortInspection.missing("/dev/ttyUSB7", new TreeSet<>()));
    }

    @Test
    void ofASimulatedLineItsSimulatorIsAmongThoseNamed() {
        List<String> holders = List.of("process 7 (java)", "process 8 (java)");
        assertEquals(
                "serial port /dev/pts/NONE is in use by process 7 (java), process 8 (java); stop it first,"
                        + " unless it is the one that simulates this line",
                PortInspection.inUse("/dev/pts/NONE", holders));
        assertEquals(
                "serial port /dev/ttyNONE7 is in use by process 7 (java), process 8 (java); stop it first",
                PortInspection.inUse("/dev/ttyNONE7", holders));
    }
}

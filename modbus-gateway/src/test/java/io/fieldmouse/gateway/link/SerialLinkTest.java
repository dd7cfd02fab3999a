package io.fieldmouse.gateway.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.sim.port.VirtualPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SerialLinkTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static SerialSettings settings(Path port) {
        return new SerialSettings(port.toString(), 19_200, SerialSettings.Parity.EVEN, 8, 1);
    }

    @Test
    void bytesGoBothWays() throws IOException {
        try (VirtualPort port = VirtualPort.open();
                SerialLink link = SerialLink.open(settings(port.path()))) {
            link.write(new byte[] {1, 2, 3}, 3);
            assertArrayEquals(new byte[] {1, 2, 3}, receive(port, 3));
            port.write(new byte[] {0, 13, 10, 17, -1}, 0, 5);
            assertArrayEquals(new byte[] {0, 13, 10, 17, -1}, receive(link, 5));
        }
    }

    @Test
    void aPseudoTerminalIsOpenedAgainAndAgainWhateverParityIsAskedFor() throws IOException {
        try (VirtualPort port = VirtualPort.open()) {
            for (int time = 0; time < 3; time++) {
                SerialLink.open(settings(port.path())).close();
            }
        }
    }

    @Test
    void readingWithoutBytesDoesNotWait() throws IOException {
        try (VirtualPort port = VirtualPort.open();
                SerialLink link = SerialLink.open(settings(port.path()))) {
            assertEquals(0, link.read(new byte[16], 0));
        }
    }

    @Test
    void aSymbolicLinkIsFollowedAnewAtEachOpening(@TempDir Path folder) throws IOException {
        Path name = folder.resolve("by-id");
        try (VirtualPort first = VirtualPort.open(name);
                SerialLink link = SerialLink.open(settings(name))) {
            link.write(new byte[] {1}, 1);
            assertArrayEquals(new byte[] {1}, receive(first, 1));
        }
        try (VirtualPort other = VirtualPort.open();
                VirtualPort second = VirtualPort.open(name);
                SerialLink link = SerialLink.open(settings(name))) {
            assertTrue(other.isOpen());
            link.write(new byte[] {2}, 1);
            assertArrayEquals(new byte[] {2}, receive(second, 1));
        }
    }

    @Test
    void aPulledAdapterIsNoticedByReadingAndWriting() throws IOException {
        VirtualPort port = VirtualPort.open();
        SerialLink link = SerialLink.open(settings(port.path()));
        port.close();
        assertThrows(PortGone.class, () -> receive(link, 1));
        assertThrows(PortGone.class, () -> link.write(new byte[] {1}, 1));
        long before = System.nanoTime();
        link.close();
        link.close();
        assertTrue(System.nanoTime() - before < PATIENCE_NANOS);
    }

    @Test
    void aMissingPortIsNamedWithThosePresent() {
        PortUnavailable missing =
                assertThrows(PortUnavailable.class, () -> SerialLink.open(settings(Path.of("/dev/ttyNONE7"))));
        String message = String.valueOf(missing.getMessage());
        assertTrue(message.startsWith("serial port /dev/ttyNONE7 does not exist; "), message);
        assertTrue(message.contains("present: ") || message.contains("no serial port is recognised"), message);
    }

    @Test
    void aFileIsNoSerialPort(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("notes.txt"), "hello");
        PortUnavailable refused = assertThrows(PortUnavailable.class, () -> SerialLink.open(settings(file)));
        assertEquals(file + " is not a serial port", refused.getMessage());
    }

    @Test
    void aPortInUseSaysByWhom() throws IOException {
        try (VirtualPort port = VirtualPort.open();
                SerialLink first = SerialLink.open(settings(port.path()))) {
            PortUnavailable refused = assertThrows(PortUnavailable.class, () -> SerialLink.open(settings(port.path())));
            String message = String.valueOf(refused.getMessage());
            assertTrue(message.startsWith("serial port " + port.path() + " is in use by process "), message);
            assertTrue(message.contains(ProcessHandle.current().pid() + " (java"), message);
            assertEquals(0, first.read(new byte[1], 0), "the first user is not disturbed");
        }
    }

    @Test
    void theNativeLibraryIsUnpackedWhereOnlyItsOwnerCanGo(@TempDir Path parent) throws IOException {
        Path folder = NativeLibrary.unpack(parent);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                assertTrue(permissions.endsWith("------"), file + " " + permissions);
            }
        }
        assertTrue(Files.exists(folder.resolve("Linux/x86_64/libjSerialComm.so")));
    }

    @Test
    void nothingOfTheNativeLibraryIsLeftForOthersToReplace() throws IOException {
        NativeLibrary.load();
        String maps = Files.readString(Path.of("/proc/self/maps"));
        String[] loaded = maps.lines()
                .filter(line -> line.contains("libjSerialComm.so"))
                .map(line -> line.substring(line.indexOf('/')))
                .distinct()
                .toArray(String[]::new);
        assertEquals(1, loaded.length, Arrays.toString(loaded));
        // j2mod's own master may have loaded it first when its tests share this process; then it is jSerialComm's copy.
        if (loaded[0].contains("fieldmouse-serial-")) {
            assertTrue(loaded[0].endsWith("(deleted)"), loaded[0]);
        }
        assertFalse(Boolean.parseBoolean(System.getProperty(NativeLibrary.PATH_PROPERTY)));
    }

    private static byte[] receive(VirtualPort port, int count) throws IOException {
        byte[] all = new byte[count];
        int received = 0;
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        while (received < count && System.nanoTime() < giveUp) {
            byte[] some = new byte[count - received];
            int got = port.read(some, PATIENCE_NANOS);
            System.arraycopy(some, 0, all, received, Math.max(0, got));
            received += Math.max(0, got);
        }
        return all;
    }

    private static byte[] receive(SerialLink link, int count) throws IOException {
        byte[] all = new byte[count];
        int received = 0;
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        while (received < count && System.nanoTime() < giveUp) {
            received += link.read(all, received);
            link.pause(100_000);
        }
        return all;
    }
}

package io.fieldmouse.sim.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What hangs here would hang in a native call, where an interrupt does not reach: hence the thread of its own. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class VirtualPortTest {
    private static final long PLENTY_NANOS = TimeUnit.SECONDS.toNanos(30);

    @TempDir
    private Path directory = Path.of("replaced by JUnit");

    @Test
    void carriesAllByteValuesUnchangedBothWays() throws IOException {
        byte[] all = allBytes();
        try (VirtualPort port = VirtualPort.open();
                FileOutputStream userOut = new FileOutputStream(port.path().toFile());
                FileInputStream userIn = new FileInputStream(port.path().toFile())) {
            userOut.write(all);
            assertArrayEquals(all, readFully(port, all.length));
            assertEquals(all.length, port.write(all, 0, all.length));
            byte[] received = new byte[all.length];
            new DataInputStream(userIn).readFully(received);
            assertArrayEquals(all, received);
        }
    }

    @Test
    void survivesUsersComingAndGoing() throws IOException {
        try (VirtualPort port = VirtualPort.open()) {
            for (int user = 0; user < 5; user++) {
                try (FileOutputStream userOut = new FileOutputStream(port.path().toFile())) {
                    userOut.write(user);
                }
                assertArrayEquals(new byte[] {(byte) user}, readFully(port, 1));
                assertEquals(0, port.read(new byte[1], 0));
            }
        }
    }

    @Test
    void readReturnsNothingWhenItsTimeIsUp() throws IOException {
        try (VirtualPort port = VirtualPort.open()) {
            long begin = System.nanoTime();
            assertEquals(0, port.read(new byte[8], 20_000_000));
            assertTrue(System.nanoTime() - begin >= 20_000_000);
        }
    }

    @Test
    void writeNeverWaitsForAUserWhoDoesNotRead() throws IOException {
        try (VirtualPort port = VirtualPort.open()) {
            byte[] block = new byte[1000];
            int taken = 0;
            int last;
            int blocks = 0;
            do {
                last = port.write(block, 0, block.length);
                taken += last;
                blocks++;
            } while (last > 0 && blocks < 10_000);
            assertEquals(0, last, "the kernel must refuse at some time");
            assertTrue(taken >= 1000, "took " + taken);
        }
    }

    @Test
    void closeEndsAWaitingReaderAtOnce() throws Exception {
        VirtualPort port = VirtualPort.open();
        CountDownLatch reading = new CountDownLatch(1);
        CompletableFuture<Integer> result = CompletableFuture.supplyAsync(() -> {
            reading.countDown();
            try {
                return port.read(new byte[8], VirtualPort.FOREVER);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        reading.await();
        // Not yet in the call, or in it: both must end.
        assertThrows(TimeoutException.class, () -> result.get(50, TimeUnit.MILLISECONDS));
        port.close();
        assertEquals(-1, result.get(30, TimeUnit.SECONDS));
    }

    @Test
    void closeHangsUpAUserWhoIsReading() throws Exception {
        VirtualPort port = VirtualPort.open();
        try (FileInputStream userIn = new FileInputStream(port.path().toFile())) {
            CompletableFuture<Integer> result = CompletableFuture.supplyAsync(() -> {
                try {
                    return userIn.read();
                } catch (IOException e) {
                    return -1;
                }
            });
            assertThrows(TimeoutException.class, () -> result.get(50, TimeUnit.MILLISECONDS));
            port.close();
            assertEquals(-1, result.get(30, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
        assertFalse(Files.exists(port.device()), "the device is gone");
    }

    @Test
    void closedPortSaysSoAndClosesAgainWithoutHarm() throws IOException {
        VirtualPort port = VirtualPort.open();
        assertTrue(port.isOpen());
        port.close();
        port.close();
        assertFalse(port.isOpen());
        assertEquals(-1, port.read(new byte[1], 0));
        assertEquals(0, port.write(new byte[1], 0, 1));
    }

    @Test
    void leavesNoOpenFilesBehind() throws IOException {
        VirtualPort.open().close();
        long before = openTerminals();
        for (int i = 0; i < 50; i++) {
            try (VirtualPort port = VirtualPort.open(directory.resolve("ttySIM0"))) {
                assertTrue(port.isOpen());
                assertTrue(openTerminals() > before, "the count must see open ports");
            }
            Path occupied = directory.resolve("occupied");
            Files.writeString(occupied, "no link");
            assertThrows(IOException.class, () -> VirtualPort.open(occupied));
        }
        assertEquals(before, openTerminals());
    }

    @Test
    void linkIsAStableNameAndGoesWithThePort() throws IOException {
        Path link = directory.resolve("ttySIM0");
        try (VirtualPort port = VirtualPort.open(link)) {
            assertEquals(link, port.path());
            assertEquals(port.device(), Files.readSymbolicLink(link));
            try (FileOutputStream userOut = new FileOutputStream(link.toFile())) {
                userOut.write(7);
            }
            assertArrayEquals(new byte[] {7}, readFully(port, 1));
        }
        assertFalse(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void linkOfAPortInUseIsRefusedWithWhoHasItAndStays() throws IOException {
        Path link = directory.resolve("ttySIM0");
        try (VirtualPort first = VirtualPort.open(link)) {
            IOException refusal = assertThrows(IOException.class, () -> VirtualPort.open(link));
            assertEquals(
                    link + " is in use: it leads to " + first.device() + ", which java (pid "
                            + ProcessHandle.current().pid() + ") has made; end that one, or choose another name",
                    refusal.getMessage());
            assertEquals(first.device(), Files.readSymbolicLink(link));
        }
        assertFalse(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void linkToATerminalThatIsGoneIsReplaced() throws IOException {
        Path link = directory.resolve("ttySIM0");
        Files.createSymbolicLink(link, Path.of("/dev/pts/999999"));
        try (VirtualPort port = VirtualPort.open(link)) {
            assertEquals(port.device(), Files.readSymbolicLink(link));
        }
        assertFalse(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void linkOlderThanTheTerminalItLeadsToIsReplaced() throws Exception {
        Path link = directory.resolve("ttySIM0");
        try (VirtualPort stranger = VirtualPort.open()) {
            // As a killed run leaves it, whose number a later terminal was given.
            Files.createSymbolicLink(link, stranger.device());
            int status = new ProcessBuilder("touch", "-h", "-d", "2020-01-01", link.toString())
                    .start()
                    .waitFor();
            assertEquals(0, status);
            try (VirtualPort port = VirtualPort.open(link)) {
                assertEquals(port.device(), Files.readSymbolicLink(link));
            }
        }
    }

    @Test
    void linkThatAlreadyLeadsToTheNewPortIsReplaced() throws IOException {
        Path path = directory.resolve("ttySIM0");
        try (VirtualPort port = VirtualPort.open()) {
            Files.createSymbolicLink(path, port.device());
            PortLink.place(path, port.device()).remove();
            assertFalse(Files.exists(path, LinkOption.NOFOLLOW_LINKS));
        }
    }

    @Test
    void linkThatLeadsElsewhereMeanwhileIsLeftAlone() throws IOException {
        Path link = directory.resolve("ttySIM0");
        try (VirtualPort other = VirtualPort.open()) {
            try (VirtualPort port = VirtualPort.open(link)) {
                assertTrue(port.isOpen());
                Files.delete(link);
                Files.createSymbolicLink(link, other.device());
            }
            assertEquals(other.device(), Files.readSymbolicLink(link));
        }
    }

    /** Once the number is free another port may have it, and a link that looks the same. */
    @Test
    void linkIsGoneBeforeItsNumberIsFree() throws Exception {
        Path link = directory.resolve("ttySIM0");
        for (int round = 0; round < 50; round++) {
            VirtualPort port = VirtualPort.open(link);
            try (FileInputStream userIn = new FileInputStream(port.device().toFile())) {
                CompletableFuture<Boolean> linkAtHangUp = CompletableFuture.supplyAsync(() -> {
                    try {
                        userIn.read();
                    } catch (IOException e) {
                        // Hung up.
                    }
                    return Files.exists(link, LinkOption.NOFOLLOW_LINKS);
                });
                port.close();
                assertFalse(linkAtHangUp.get(30, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void linkNeverReplacesAFileAndNamesIt() throws IOException {
        Path file = Files.writeString(directory.resolve("precious"), "data");
        IOException refusal = assertThrows(IOException.class, () -> VirtualPort.open(file));
        assertTrue(String.valueOf(refusal.getMessage()).contains("precious exists"), refusal.getMessage());
        assertEquals("data", Files.readString(file));
        assertThrows(
                IOException.class,
                () -> VirtualPort.open(directory.resolve("missing").resolve("tty")));
    }

    @Test
    void linkNeverReplacesALinkToSomethingElse() throws IOException {
        Path adapter = directory.resolve("by-id");
        Files.createSymbolicLink(adapter, Path.of("../../ttyUSB0"));
        assertThrows(IOException.class, () -> VirtualPort.open(adapter));
        assertEquals(Path.of("../../ttyUSB0"), Files.readSymbolicLink(adapter));
    }

    private static byte[] allBytes() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        return all;
    }

    private static byte[] readFully(VirtualPort port, int length) {
        return assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] chunk = new byte[length];
            while (all.size() < length) {
                int count = port.read(chunk, PLENTY_NANOS);
                assertTrue(count > 0, "closed or silent after " + all.size() + " bytes");
                all.write(chunk, 0, count);
            }
            return all.toByteArray();
        });
    }

    /** Descriptors that only ports use; the JVM itself opens and closes others at any time. */
    private static long openTerminals() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(VirtualPortTest::isTerminal).count();
        }
    }

    private static boolean isTerminal(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.contains("/pts/") || target.contains("ptmx") || target.contains("eventfd");
        } catch (IOException e) {
            // Closed since the directory was listed.
            return false;
        }
    }
}

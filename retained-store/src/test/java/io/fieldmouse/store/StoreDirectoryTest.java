package io.fieldmouse.store;

import static io.fieldmouse.store.Changes.retained;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be wrong around the files: who has them, who may write them, what is left of them. */
class StoreDirectoryTest {
    private final Path directory;

    StoreDirectoryTest(@TempDir Path parent) {
        directory = parent.resolve("var").resolve("store");
    }

    private MessageStore open() {
        return MessageStore.open(new StoreConfig(directory, Durability.FORCE), new Positions());
    }

    private void fill() {
        try (MessageStore store = open()) {
            for (int i = 0; i < 300; i++) {
                store.commit(List.of(retained("t" + i, "some payload " + i), Changes.opened("client" + i)));
            }
        }
    }

    private List<Path> setAside() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("damaged-"))
                    .toList();
        }
    }

    private String refusal() {
        return assertThrows(StoreException.class, this::open).toString();
    }

    private String refusalMessage() {
        return String.valueOf(assertThrows(StoreException.class, this::open).getMessage());
    }

    @Test
    void directoryIsMadeForItsOwnerOnly() throws IOException {
        open().close();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
    }

    @Test
    void directoryThatIsAFileIsRefused() throws IOException {
        Files.createDirectories(directory.getParent());
        Files.createFile(directory);
        assertEquals(
                "store " + directory + " cannot be used: " + directory
                        + ": exists and is no folder; it must be a directory this user can write",
                refusalMessage());
    }

    @Test
    void lockFileThatCannotBeWrittenIsNamedWithWhy() throws IOException {
        Files.createDirectories(directory.resolve("store.lock"));
        assertEquals(
                "store " + directory + " cannot be used: " + directory
                        + "/store.lock: Is a directory; it must be a directory this user can write",
                refusalMessage());
    }

    @Test
    void directoryThatCannotBeMadeIsRefused() {
        StoreConfig config = new StoreConfig(Path.of("/proc/fieldmouse/store"), Durability.FORCE);
        String message = assertThrows(StoreException.class, () -> MessageStore.open(config, new Positions()))
                .toString();
        assertTrue(message.contains("/proc/fieldmouse/store cannot be used: /proc/fieldmouse: no such"), message);
        assertTrue(message.contains("can write"), message);
    }

    @Test
    void pathWithASemicolonIsRefused() {
        StoreConfig config = new StoreConfig(directory.resolve("a;b"), Durability.FORCE);
        String message = assertThrows(StoreException.class, () -> MessageStore.open(config, new Positions()))
                .toString();
        assertTrue(message.contains("semicolon"), message);
    }

    @Test
    void secondProcessIsToldWhoHasTheStore() throws Exception {
        try (MessageStore store = open()) {
            String said = StoreProcess.openAndReport(directory);
            assertTrue(
                    said.contains("in use by another process (pid "
                            + ProcessHandle.current().pid()),
                    said);
            assertTrue(store.pendingBytes() >= 0);
        }
        assertEquals("opened", StoreProcess.openAndReport(directory));
    }

    /** A process loses its lock on a file when it closes any other descriptor of it. */
    @Test
    void secondOpenInOneProcessIsRefusedAndOpensNoDoorToOthers() throws Exception {
        fill();
        try (MessageStore store = open()) {
            assertTrue(refusal().contains("already open in this process"), refusal());
            String said = StoreProcess.openAndReport(directory);
            assertTrue(said.contains("in use by another process"), said);
            assertEquals(300, store.load().retained().size());
        }
        assertEquals(List.of(), setAside());
    }
}

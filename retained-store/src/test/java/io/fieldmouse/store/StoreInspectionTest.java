package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a store without opening it, and a store that is written anew. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
class StoreInspectionTest {
    @TempDir
    Path directory;

    private StoreConfig config() {
        return new StoreConfig(directory, Durability.FORCE);
    }

    private void fill() {
        try (MessageStore store = MessageStore.open(config(), new Positions())) {
            store.load();
            for (int i = 0; i < 100; i++) {
                store.commit(List.of(Changes.retained("t/" + i, "payload " + i)));
            }
            store.commit(List.of(Changes.opened("a"), Changes.queued(1, "m", "a")));
        }
    }

    private Snapshot snapshot() {
        try (MessageStore store = MessageStore.open(config(), new Positions())) {
            return Snapshot.of(store.load());
        }
    }

    /** But for the lock, which says who looked last. */
    private Map<String, byte[]> files() throws IOException {
        Map<String, byte[]> all = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                if (!name.equals(StoreDirectory.LOCK_FILE)) {
                    all.put(name, Files.readAllBytes(file));
                }
            }
        }
        return all;
    }

    @Test
    void whatIsThereIsToldAndNothingIsChanged() throws Exception {
        fill();
        Map<String, byte[]> before = files();
        StoreReport report = StoreInspection.of(config());
        assertFalse(report.isDamaged(), report::toString);
        assertEquals(new StoreReport.Contents(100, 1, 0, 1, 0, 0), report.contents());
        assertEquals(101, report.lastCommit());
        Map<String, byte[]> after = files();
        assertEquals(before.keySet(), after.keySet());
        before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
    }

    @Test
    void aFlippedBitIsFoundAndLeftAsItIs() throws Exception {
        fill();
        StoreCompaction.run(config());
        Path checkpoint = directory.resolve("store.mv.db");
        byte[] bytes = Files.readAllBytes(checkpoint);
        int at = indexOf(bytes, "payload 42");
        bytes[at] ^= 1;
        Files.write(checkpoint, bytes);
        StoreReport report = StoreInspection.of(config());
        assertTrue(report.isDamaged(), report::toString);
        assertEquals(100, report.contents().retained()); // of the other one
        assertArrayEquals(bytes, Files.readAllBytes(checkpoint));
    }

    private static int indexOf(byte[] bytes, String text) {
        for (int at = 0; at < bytes.length - text.length(); at++) {
            int length = 0;
            while (length < text.length() && bytes[at + length] == text.charAt(length)) {
                length++;
            }
            if (length == text.length()) {
                return at;
            }
        }
        throw new AssertionError("\"" + text + "\" is not in the file");
    }

    @Test
    void aStoreThatIsInUseIsNotLookedAt() {
        try (MessageStore store = MessageStore.open(config(), new Positions())) {
            store.load();
            assertThrows(StoreException.class, () -> StoreInspection.of(config()));
        }
    }

    @Test
    void afterACompactionAllIsThereAndTheJournalIsNotNeeded() throws Exception {
        fill();
        Snapshot before = snapshot();
        StoreCompaction.run(config());
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> journal = files.filter(
                            file -> String.valueOf(file.getFileName()).startsWith("journal-"))
                    .toList();
            for (Path segment : journal) {
                Files.delete(segment);
            }
        }
        assertEquals(before, snapshot());
        assertEquals(0, StoreInspection.of(config()).lostCommits());
    }
}

package io.fieldmouse.edge.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.store.StoreException;
import io.fieldmouse.store.StoreInspection;
import io.fieldmouse.store.StoredState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store becomes a file, and the file a store, wholly or not at all. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
class BackupTest {
    private static final int SEEDS = 20;

    /** Whose state holds one of everything, as {@link #theSampleHoldsOneOfEverything} checks. */
    private static final long SAMPLE_SEED = 5;

    @TempDir
    Path directory;

    private static byte[] export(StoredState state) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BackupWriter.write(state, out);
        return out.toByteArray();
    }

    private byte[] sample() throws IOException {
        Path store = directory.resolve("sample");
        if (!Files.exists(store)) {
            RandomStore.fill(store, SAMPLE_SEED);
        }
        return export(RandomStore.load(store));
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("export.jsonl"), bytes);
    }

    private void bringBack(byte[] bytes, Path store) throws Exception {
        Backup.check(file(bytes)).into(RandomStore.config(store));
    }

    @Test
    void whatIsExportedAndImportedIsExportedAgainAsTheSameBytes() throws Exception {
        for (long seed = 0; seed < SEEDS; seed++) {
            Path from = directory.resolve("from-" + seed);
            Path to = directory.resolve("to-" + seed);
            RandomStore.fill(from, seed);
            byte[] exported = export(RandomStore.load(from));
            bringBack(exported, to);
            assertArrayEquals(
                    exported,
                    export(RandomStore.load(to)),
                    "seed " + seed + ":\n" + text(exported) + "\nbecame\n" + text(export(RandomStore.load(to))));
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void theSampleHoldsOneOfEverything() throws Exception {
        String text = text(sample());
        for (String part : List.of(
                "\"type\":\"retained\"",
                "\"type\":\"session\"",
                "\"type\":\"subscription\"",
                "\"type\":\"message\"",
                "\"type\":\"will\"",
                "\"leftovers\":[",
                "\"packet_id\":",
                "\"released\":true",
                "\"received_packet_ids\":[",
                "\"payload\":\"{\\\"value\\\"",
                "\"payload_base64\":",
                "\"properties_base64\":\"AQE=\"",
                "\"disconnected_at_millis\":",
                "\"owner\":\"")) {
            assertTrue(text.contains(part), () -> part + " is not in\n" + text);
        }
    }

    @Test
    void everyCutAndEveryChangedByteIsFoundBeforeAnythingIsWritten() throws Exception {
        byte[] whole = sample();
        Path store = directory.resolve("untouched");
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(BackupException.class, () -> bringBack(cut, store), "cut at " + length);
        }
        Random random = new Random(1);
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) (1 << random.nextInt(8));
            assertThrows(BackupException.class, () -> bringBack(changed, store), "changed at " + at);
        }
        assertFalse(Files.exists(store));
    }

    @Test
    void aLineTooManyOrTooFewIsFound() throws Exception {
        List<String> lines = text(sample()).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            StringBuilder without = new StringBuilder();
            StringBuilder twice = new StringBuilder();
            for (int k = 0; k < lines.size(); k++) {
                without.append(k == i ? "" : lines.get(k) + "\n");
                twice.append(lines.get(k)).append('\n').append(k == i ? lines.get(k) + "\n" : "");
            }
            for (StringBuilder wrong : List.of(without, twice)) {
                Path file = file(wrong.toString().getBytes(StandardCharsets.UTF_8));
                assertThrows(BackupException.class, () -> Backup.check(file), "line " + i);
            }
        }
    }

    @Test
    void aStoreThatHoldsSomethingIsRefusedAndKept() throws Exception {
        byte[] whole = sample();
        Path store = directory.resolve("sample");
        StoreException refused = assertThrows(StoreException.class, () -> bringBack(whole, store));
        assertTrue(String.valueOf(refused.getMessage()).contains("is not empty: it holds"), refused.toString());
        assertArrayEquals(whole, sample());
    }

    @Test
    void aStoreThatIsEmptyIsFilled() throws Exception {
        byte[] whole = sample();
        Path store = directory.resolve("begun");
        RandomStore.load(store);
        bringBack(whole, store);
        assertArrayEquals(whole, export(RandomStore.load(store)));
    }

    @Test
    void aFileThatChangesWhileItIsImportedLeavesNothing() throws Exception {
        byte[] whole = sample();
        Path store = directory.resolve("to");
        Backup checked = Backup.check(file(whole));
        file(Arrays.copyOf(whole, whole.length - 1));
        assertThrows(BackupException.class, () -> checked.into(RandomStore.config(store)));
        assertFalse(StoreInspection.isThere(RandomStore.config(store)));
        bringBack(whole, store);
        assertArrayEquals(whole, export(RandomStore.load(store)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"retained\",\"topic\":\"a/+\",\"payload\":\"\",\"qos\":1} | topic: found \"a/+\"",
                "{\"type\":\"retained\",\"topic\":\"a\",\"payload\":\"\",\"qos\":3} | qos: found 3, allowed: a whole number from 0 to 2",
                "{\"type\":\"retained\",\"topic\":\"a\",\"payload\":\"\",\"qos\":\"1\"} | qos: found 1, allowed",
                "{\"type\":\"retained\",\"topic\":\"a\",\"qos\":1} | either payload or payload_base64",
                "{\"type\":\"retained\",\"topic\":\"a\",\"payload_base64\":\"?\",\"qos\":1} | payload_base64: found what is no base64",
                "{\"type\":\"retained\",\"topic\":\"a\",\"payload\":\"\",\"qos\":1,\"x\":1} | the unknown x",
                "{\"type\":\"retained\",\"topic\":\"a\",\"payload\":\"\",\"qos\":1,\"qos\":1} | is no JSON object: Duplicate",
                "{\"type\":\"retained\",\"topic\":\"a\",\"payload\":null,\"qos\":1} | payload: found null",
                "{\"type\":\"retained\"} {} | behind its JSON object",
                "[] | is no JSON object",
                "{\"type\":\"other\"} | type: found \"other\"",
                "{\"type\":\"session\",\"client\":\"\",\"expiry_seconds\":1} | client: found nothing",
                "{\"type\":\"session\",\"client\":\"c\",\"owner\":\"alice\",\"expiry_seconds\":1} | owner: found \"alice\"",
                "{\"type\":\"session\",\"client\":\"c\",\"expiry_seconds\":4294967296} | expiry_seconds: found 4294967296",
                "{\"type\":\"session\",\"client\":\"c\",\"expiry_seconds\":1,\"received_packet_ids\":[0]} | received_packet_ids: found 0",
                "{\"type\":\"subscription\",\"client\":\"c\",\"filter\":\"a\",\"options\":1} | its session is not in the line above",
                "{\"type\":\"message\",\"id\":1,\"topic\":\"a\",\"payload\":\"\"} | that nobody waits for",
                "{\"type\":\"message\",\"id\":1,\"topic\":\"a\",\"payload\":\"\",\"receivers\":[{\"client\":\"c\",\"qos\":1}]} | who has no session",
                "{\"type\":\"message\",\"id\":1,\"topic\":\"a\",\"payload\":\"\",\"leftovers\":[{\"client\":\"c\",\"qos\":1}]} | has no shared",
                "{\"type\":\"will\",\"client\":\"c\",\"topic\":\"a\",\"payload\":\"\",\"qos\":1,\"expiry_seconds\":1} | has no delay_seconds"
            })
    void whatALineMayNotSayIsToldWithItsPlace(String lineAndWords) throws Exception {
        int bar = lineAndWords.lastIndexOf('|');
        String header = text(sample()).lines().findFirst().orElseThrow();
        Path file =
                file((header + "\n" + lineAndWords.substring(0, bar).strip() + "\n").getBytes(StandardCharsets.UTF_8));
        String told = String.valueOf(
                assertThrows(BackupException.class, () -> Backup.check(file)).getMessage());
        assertTrue(told.startsWith(file + ":2: "), told);
        assertTrue(told.contains(lineAndWords.substring(bar + 1).strip()), told);
    }

    @Test
    void afterAKillTheBrokerDoesNotBeginWithAPart() throws Exception {
        byte[] whole = sample();
        Path store = directory.resolve("killed");
        RandomStore.fill(store, SAMPLE_SEED);
        Files.createFile(store.resolve("import.unfinished"));
        StoreException refused = assertThrows(StoreException.class, () -> RandomStore.open(store));
        assertTrue(String.valueOf(refused.getMessage()).contains("import again"), refused.toString());
        bringBack(whole, store);
        assertArrayEquals(whole, export(RandomStore.load(store)));
    }

    @Test
    void aFormatOfAnotherProgramIsRefused() throws Exception {
        Path file = file(text(sample()).replace("\"format\":1", "\"format\":2").getBytes(StandardCharsets.UTF_8));
        String told = String.valueOf(
                assertThrows(BackupException.class, () -> Backup.check(file)).getMessage());
        assertEquals(
                file + ":1: format: found 2, this program reads 1: import it with the program that made it, or a"
                        + " newer one",
                told);
    }
}

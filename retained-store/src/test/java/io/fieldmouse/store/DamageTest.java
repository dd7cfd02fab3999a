package io.fieldmouse.store;

import static io.fieldmouse.store.Changes.opened;
import static io.fieldmouse.store.Changes.queued;
import static io.fieldmouse.store.Changes.retained;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.Driver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that are not what was written. The store always starts, whatever is damaged; one damaged checkpoint costs
 * nothing; and no value is ever served that was not written under its topic.
 */
class DamageTest {
    /** Retained messages in each of the two checkpoints, then one more in the journal only. */
    private static final int IN_CHECKPOINTS = 300;

    private final Path directory;
    private final Positions positions = new Positions();
    private final AtomicLong nanos = new AtomicLong();

    DamageTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private MessageStore open() {
        positions.clear();
        return DiskStore.open(
                new StoreConfig(directory, Durability.FORCE),
                positions,
                Clock.systemUTC(),
                nanos::get,
                Duration.ofSeconds(1));
    }

    /** Both checkpoints and the journal hold something. */
    private void fill() {
        try (MessageStore store = open()) {
            store.load();
            for (int i = 1; i <= IN_CHECKPOINTS; i++) {
                store.commit(List.of(value(i), opened("client" + i), queued(i, "message " + i, "client" + i)));
            }
            checkpoint(store);
            checkpoint(store);
            positions.awaitDurable(store.commit(List.of(value(IN_CHECKPOINTS + 1))));
        }
    }

    private void checkpoint(MessageStore store) {
        long before = store.status().checkpoints();
        nanos.addAndGet(JournalWriter.CHECKPOINT_NANOS);
        Await.until("a checkpoint", () -> {
            positions.awaitDurable(store.commit(List.of(value(1))));
            return store.status().checkpoints() > before;
        });
    }

    private static StoreChange value(int i) {
        return retained("t" + i, "the value of t" + i);
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private Path journal() throws IOException {
        return Disk.of(directory).names().stream()
                .filter(name -> name.startsWith("journal-"))
                .map(this::file)
                .min(Path::compareTo)
                .orElseThrow();
    }

    private List<Path> setAside() throws IOException {
        return Disk.of(directory).names().stream()
                .filter(name -> name.startsWith("damaged-"))
                .map(this::file)
                .sorted()
                .toList();
    }

    /** What is there, each of it as it was written; and the store goes on, through another start. */
    private StoredState start() {
        StoredState state;
        try (MessageStore store = open()) {
            state = store.load();
            for (StoredState.RetainedMessage found : state.retained()) {
                assertEquals(
                        "the value of " + found.message().topic(),
                        new String(found.message().payload(), StandardCharsets.UTF_8));
            }
            for (StoredSession session : state.sessions()) {
                for (StoredSession.QueuedMessage queued : session.queue()) {
                    assertEquals("client" + queued.messageId(), session.clientId());
                    assertEquals(
                            "message " + queued.messageId(),
                            new String(queued.message().payload(), StandardCharsets.UTF_8));
                }
            }
            positions.awaitDurable(store.commit(List.of(retained("after", "the value of after"))));
        }
        try (MessageStore store = open()) {
            assertEquals(0, store.status().damagedParts(), "the damage is found once");
            assertTrue(store.load().retained().stream()
                    .anyMatch(found -> found.message().topic().equals("after")));
        }
        return state;
    }

    private void assertAllThere(StoredState state) {
        assertEquals(
                IN_CHECKPOINTS + 1,
                state.retained().stream()
                        .filter(found -> !found.message().topic().equals("after"))
                        .count());
        assertEquals(IN_CHECKPOINTS, state.sessions().size());
        assertTrue(state.sessions().stream().allMatch(session -> session.queue().size() == 1));
    }

    /** How a file may be spoiled. */
    enum Spoiling {
        NOISE,
        HALF,
        MIDDLE,
        SHORT_HEADER,
        EMPTY,
        ZEROS,
        TEXT;

        void inflict(Path file) throws IOException {
            byte[] bytes = Files.readAllBytes(file);
            byte[] noise = new byte[bytes.length];
            new Random(5).nextBytes(noise);
            switch (this) {
                case NOISE -> Files.write(file, noise);
                case HALF -> Files.write(file, Arrays.copyOf(bytes, 8192 + 1000));
                case MIDDLE -> {
                    System.arraycopy(noise, 0, bytes, 8192, bytes.length - 8192);
                    Files.write(file, bytes);
                }
                case SHORT_HEADER -> Files.write(file, Arrays.copyOf(bytes, 100));
                case EMPTY -> Files.write(file, new byte[0]);
                case ZEROS -> Files.write(file, new byte[bytes.length]);
                case TEXT -> Files.writeString(file, "not a database\n".repeat(1000));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Spoiling.class)
    void oneDamagedCheckpointIsSetAsideWholeAndNothingIsLost(Spoiling spoiling) throws IOException {
        for (String name : List.of("store.mv.db", "store-2.mv.db")) {
            fill();
            int before = setAside().size();
            spoiling.inflict(file(name));
            byte[] evidence = Files.readAllBytes(file(name));
            assertAllThere(start());
            List<Path> aside = setAside().stream()
                    .filter(path -> path.toString().endsWith("-" + name))
                    .toList();
            assertEquals(before + 1, setAside().size());
            assertArrayEquals(evidence, Files.readAllBytes(aside.get(aside.size() - 1)));
        }
    }

    @ParameterizedTest
    @EnumSource(Spoiling.class)
    void ofTwoDamagedCheckpointsAllIsKeptThatCanBeProven(Spoiling spoiling) throws IOException {
        fill();
        spoiling.inflict(file("store.mv.db"));
        spoiling.inflict(file("store-2.mv.db"));
        StoredState state = start();
        assertTrue(state.retained().stream()
                .anyMatch(found -> found.message().topic().equals("t" + (IN_CHECKPOINTS + 1))));
        assertEquals(2, setAside().size());
    }

    /** H2 may find an older version of the file, or the page may be unused: then nothing is damaged. */
    @ParameterizedTest
    @CsvSource({"store.mv.db, 1", "store-2.mv.db, 2", "store.mv.db, 3", "store-2.mv.db, 4"})
    void noiseInAnyBlockOfACheckpointCostsNothing(String name, long seed) throws IOException {
        Random random = new Random(seed);
        fill();
        for (int i = 0; i < 5; i++) {
            byte[] noise = new byte[4096];
            random.nextBytes(noise);
            try (FileChannel channel = FileChannel.open(file(name), StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(noise), 4096L * random.nextInt((int) (channel.size() / 4096)));
            }
            StoredState state = start();
            assertTrue(state.retained().size() >= IN_CHECKPOINTS + 1, "seed " + seed + " round " + i);
        }
    }

    @Test
    void flippedBitInAPayloadIsFoundThatH2WouldServe() throws IOException {
        fill();
        Path path = file("store.mv.db");
        byte[] bytes = Files.readAllBytes(path);
        int at = indexOf(bytes, "the value of t7".getBytes(StandardCharsets.UTF_8));
        assertTrue(at > 0);
        for (int i = at; i > 0; i = indexOf(bytes, "the value of t7".getBytes(StandardCharsets.UTF_8))) {
            bytes[i + 4] ^= 0x20;
        }
        Files.write(path, bytes);
        Path other = file("store-2.mv.db");
        Files.write(other, Files.readAllBytes(path));
        StoredState state = start();
        assertEquals(2, setAside().size());
        assertTrue(state.retained().size() >= IN_CHECKPOINTS - 11, "only those that begin with t7 are gone");
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void journalCutAnywhereCostsWhatComesAfter(long seed) throws IOException {
        Random random = new Random(seed);
        try (MessageStore store = open()) {
            for (int i = 1; i <= 100; i++) {
                positions.awaitDurable(store.commit(List.of(value(i))));
            }
        }
        Path path = journal();
        byte[] bytes = Files.readAllBytes(path);
        int cut = 4096 + random.nextInt(100 * 4096);
        Files.write(path, Arrays.copyOf(bytes, cut));
        int found = start().retained().size();
        assertTrue(Math.abs((cut - 4096) / 4096 - found) <= 1, "cut at " + cut + " found " + found);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void flippedBitInTheJournalCostsItsGroupOnlyAndIsReported(long seed) throws IOException {
        Random random = new Random(seed);
        try (MessageStore store = open()) {
            for (int i = 1; i <= 100; i++) {
                positions.awaitDurable(store.commit(List.of(value(i))));
            }
        }
        Path path = journal();
        byte[] bytes = Files.readAllBytes(path);
        int group = 1 + random.nextInt(97);
        int at = 4096 + group * 4096 + random.nextInt(20);
        bytes[at] = (byte) (bytes[at] ^ 1 << random.nextInt(8));
        Files.write(path, bytes);
        try (MessageStore store = open()) {
            assertEquals(99, store.load().retained().size());
            assertEquals(1, store.status().damagedParts());
            assertEquals(1, store.status().lostCommits());
        }
        assertEquals(1, setAside().size());
        assertEquals(99, start().retained().size());
    }

    @Test
    void newerVersionOfACheckpointIsRefusedAndLeftAlone() throws Exception {
        fill();
        setVersion(99);
        String refusal =
                String.valueOf(assertThrows(StoreException.class, this::open).getMessage());
        assertTrue(refusal.contains("version 99") && refusal.contains("newer"), refusal);
        assertEquals(List.of(), setAside());
        setVersion(CheckpointFile.VERSION);
        assertAllThere(start());
    }

    @Test
    void killDuringTheVeryFirstStartIsNoDamage() throws IOException {
        fill();
        Files.move(file("store.mv.db"), file("unfinished.mv.db"));
        Files.delete(file("store-2.mv.db"));
        for (String name : Disk.of(directory).names()) {
            if (name.startsWith("journal-")) {
                Files.delete(file(name));
            }
        }
        fill();
        assertEquals(List.of(), setAside());
        assertAllThere(start());
    }

    /** As a program of that version would write it. */
    private void setVersion(int version) throws Exception {
        CheckpointFile.Header is = new CheckpointFile(Disk.of(directory), "store").probe();
        int crc = new CheckpointFile.Header(version, is.sequence(), is.rows(), is.lastMessageId()).crc();
        sql("UPDATE store SET schema_version = " + version + ", crc = " + crc);
    }

    private void sql(String statement) throws Exception {
        Properties user = new Properties();
        user.setProperty("user", "fieldmouse");
        user.setProperty("password", "");
        try (Connection connection = new Driver().connect("jdbc:h2:file:" + directory.resolve("store"), user);
                Statement one = connection.createStatement()) {
            one.execute(statement);
        }
    }
}

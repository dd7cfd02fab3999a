package io.fieldmouse.store;

import static io.fieldmouse.store.Changes.retained;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.store.recording.FileEvent.Kind;
import io.fieldmouse.store.recording.FileRecording;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Stream;
import org.h2.Driver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be wrong around the files: who has them, who may write them, what is left of them. */
class StoreDirectoryTest {
    private final Path directory;
    private final Path database;

    StoreDirectoryTest(@TempDir Path parent) {
        directory = parent.resolve("var").resolve("store");
        database = directory.resolve("store.mv.db");
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

    /** A process loses its lock on a file when it closes any other descriptor of it; then H2's own lock must hold. */
    @Test
    void secondOpenInOneProcessIsRefusedAndOpensNoDoorToOthers() throws Exception {
        fill();
        try (MessageStore store = open()) {
            assertTrue(refusal().contains("already open in this process"), refusal());
            String said = StoreProcess.openAndReport(directory);
            assertTrue(said.contains("another program has the file open"), said);
            assertEquals(300, store.load().retained().size());
        }
        assertEquals(List.of(), setAside());
    }

    /** How a file may be spoiled. */
    enum Damage {
        NOISE,
        HALF,
        MIDDLE,
        SHORT_HEADER,
        EMPTY,
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
                case TEXT -> Files.writeString(file, "not a database\n".repeat(1000));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void damagedFileIsSetAsideWholeAndTheStoreBeginsEmpty(Damage damage) throws IOException {
        fill();
        damage.inflict(database);
        byte[] evidence = Files.readAllBytes(database);
        Positions positions = new Positions();
        try (MessageStore store = MessageStore.open(new StoreConfig(directory, Durability.FORCE), positions)) {
            assertEquals(List.of(), store.load().retained());
            positions.awaitDurable(store.commit(List.of(retained("new", "v"))));
        }
        assertEquals(1, setAside().size());
        assertArrayEquals(evidence, Files.readAllBytes(setAside().get(0)));
        try (MessageStore store = open()) {
            assertEquals(1, store.load().retained().size());
        }
    }

    @Test
    void secondDamageDoesNotReplaceTheEvidenceOfTheFirst() throws IOException {
        for (int i = 1; i <= 3; i++) {
            fill();
            Damage.NOISE.inflict(database);
            open().close();
            assertEquals(i, setAside().size());
        }
    }

    /** H2 may find an older version, or the page may be unused: then the file stays. It must open all the same. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void noiseInAnyBlockNeverPreventsTheStart(long seed) throws IOException {
        fill();
        Random random = new Random(seed);
        byte[] noise = new byte[4096];
        random.nextBytes(noise);
        try (FileChannel file = FileChannel.open(database, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(noise), 4096L * random.nextInt((int) (file.size() / 4096)));
        }
        Positions positions = new Positions();
        try (MessageStore store = MessageStore.open(new StoreConfig(directory, Durability.FORCE), positions)) {
            store.load();
            positions.awaitDurable(store.commit(List.of(retained("new", "v"))));
        }
        try (MessageStore store = open()) {
            assertTrue(store.load().retained().stream()
                    .anyMatch(retained -> retained.message().topic().equals("new")));
        }
    }

    @Test
    void tablesOfANewerProgramAreRefusedAndLeftAlone() throws Exception {
        fill();
        sql("UPDATE store SET schema_version = 99");
        assertTrue(refusal().contains("version 99"), refusal());
        assertTrue(refusal().contains("newer"), refusal());
        assertEquals(List.of(), setAside());
        sql("UPDATE store SET schema_version = 2");
        try (MessageStore store = open()) {
            assertEquals(300, store.load().retained().size());
        }
    }

    @Test
    void killDuringTheVeryFirstStartIsNoDamage() throws IOException {
        fill();
        Files.move(database, directory.resolve("unfinished.mv.db"));
        fill();
        assertEquals(List.of(), setAside());
        try (MessageStore store = open()) {
            assertEquals(300, store.load().retained().size());
        }
    }

    @Test
    void rowsThatReferToNothingAreRemoved() throws Exception {
        fill();
        sql("INSERT INTO delivery VALUES (900003, 12345, 5, 1, FALSE, X'', 0, FALSE);"
                + "INSERT INTO message VALUES (7, 't', X'', X'', 0);"
                + "INSERT INTO delivery VALUES (900001, 12345, 6, 1, FALSE, X'', 0, FALSE);"
                + "INSERT INTO subscription VALUES (900002, 12345, 'x', 1, 0);"
                + "INSERT INTO received_packet VALUES (" + (12345L << 16 | 7) + ");"
                + "INSERT INTO message VALUES (5, 't', X'', X'', 0)");
        Positions positions = new Positions();
        try (MessageStore store = MessageStore.open(new StoreConfig(directory, Durability.FORCE), positions)) {
            assertEquals(300, store.load().sessions().size());
            positions.awaitDurable(store.commit(List.of()));
        }
        for (String table : List.of("delivery", "subscription", "received_packet", "message")) {
            assertEquals(0, rows(table), table);
        }
    }

    @Test
    void longQueueOfAnEndedSessionIsRemovedLittleByLittleAndNeverComesBack() throws Exception {
        int length = 3 * Ledger.SWEPT_ROWS_MAX + 500;
        try (MessageStore store = open()) {
            store.commit(List.of(Changes.opened("ended"), Changes.opened("stays")));
            for (int id = 1; id <= length; id++) {
                store.commit(List.of(Changes.queued(id, "x", "ended", id <= 3 ? "stays" : "nobody")));
            }
        }
        try (MessageStore store = open()) {
            store.commit(List.of(new StoreChange.SessionEnded("ended")));
        }
        Positions positions = new Positions();
        try (MessageStore store = MessageStore.open(new StoreConfig(directory, Durability.FORCE), positions)) {
            StoredState state = store.load();
            assertEquals(1, state.sessions().size());
            assertEquals(3, state.sessions().get(0).queue().size());
            store.commit(List.of(Changes.opened("ended")));
            for (int group = 0; group < 3; group++) {
                positions.awaitDurable(store.commit(List.of()));
            }
        }
        assertEquals(3, rows("delivery"));
        assertEquals(3, rows("message"));
        try (MessageStore store = open()) {
            assertEquals(
                    3,
                    store.load().sessions().stream()
                            .mapToInt(session -> session.queue().size())
                            .sum());
        }
    }

    @Test
    void fullDiskWhileOpeningIsNoDamage() throws IOException {
        fill();
        try (FileRecording recording = FileRecording.named("fulldisk")) {
            recording.before(event -> {
                if (event.kind() != Kind.MARK) {
                    throw new IOException("No space left on device");
                }
            });
            StoreConfig config = new StoreConfig(directory, Durability.FORCE, recording.disk(directory));
            try (MessageStore store = MessageStore.open(config, new Positions())) {
                assertEquals(300, store.load().retained().size());
            } catch (StoreException e) {
                assertTrue(e.toString().contains("No space left"), e.toString());
            }
        }
        assertEquals(List.of(), setAside());
        try (MessageStore store = open()) {
            assertEquals(300, store.load().retained().size());
        }
    }

    private int rows(String table) throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private Connection connect() throws Exception {
        Properties user = new Properties();
        user.setProperty("user", "fieldmouse");
        user.setProperty("password", "");
        return new Driver().connect("jdbc:h2:file:" + directory.resolve("store"), user);
    }

    private void sql(String statements) throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String one : statements.split(";", -1)) {
                statement.execute(one);
            }
        }
    }
}

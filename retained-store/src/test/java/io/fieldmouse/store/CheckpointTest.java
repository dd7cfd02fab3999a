package io.fieldmouse.store;

import static io.fieldmouse.store.Changes.opened;
import static io.fieldmouse.store.Changes.queued;
import static io.fieldmouse.store.Changes.retained;
import static io.fieldmouse.store.Changes.sent;
import static io.fieldmouse.store.Changes.settled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.Driver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the two checkpoints hold, when they are written, and how large they become. Read with H2, beside the store. */
class CheckpointTest {
    private final Path directory;
    private final Positions positions = new Positions();
    private final AtomicLong nanos = new AtomicLong();
    private MessageStore store;

    CheckpointTest(@TempDir Path directory) {
        this.directory = directory;
        this.store = open();
    }

    @BeforeEach
    void load() {
        store.load();
    }

    private MessageStore open() {
        return DiskStore.open(
                new StoreConfig(directory, Durability.OS),
                positions,
                Clock.systemUTC(),
                nanos::get,
                Duration.ofSeconds(1));
    }

    /** Commits these, with which a checkpoint is due, and returns when it is written. */
    private void checkpoint(StoreChange... changes) {
        long before = store.status().checkpoints();
        nanos.addAndGet(JournalWriter.CHECKPOINT_NANOS);
        positions.awaitDurable(store.commit(List.of(changes)));
        Await.until("a checkpoint", () -> {
            // One that was being written when this one was due lets the next group begin it.
            store.commit(List.of());
            return store.status().checkpoints() > before;
        });
    }

    private long number(String file, String query) throws SQLException {
        Properties user = new Properties();
        user.setProperty("user", "fieldmouse");
        user.setProperty("password", "");
        try (Connection connection =
                        new Driver().connect("jdbc:h2:file:" + directory.resolve(file) + ";ACCESS_MODE_DATA=r", user);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private long rows(String file) throws SQLException {
        return number(file, "SELECT COUNT(*) FROM entry");
    }

    @Test
    void filesAreWrittenInTurnSoThatOneIsAlwaysWhole() throws SQLException {
        assertEquals(0, number("store", "SELECT sequence FROM store"));
        for (int i = 1; i <= 6; i++) {
            checkpoint(retained("t" + i, "v"));
            assertEquals(i, rows(i % 2 == 1 ? "store-2" : "store"), "checkpoint " + i);
        }
    }

    @Test
    void eachHoldsAllThatHappenedSinceItWasWritten() throws SQLException {
        checkpoint(retained("first", "1"), opened("a"));
        checkpoint(retained("second", "1"));
        checkpoint(retained("first", "2"), new StoreChange.RetainedCleared("second"));
        checkpoint(retained("third", "1"));
        store.close();
        assertEquals(3, rows("store"));
        assertEquals(2, rows("store-2"));
        store = open();
        assertEquals(2, store.load().retained().size());
    }

    /** Each run begins a segment of its own, however little it writes. */
    @Test
    void manyShortRunsDoNotFillTheDiskWithJournal() {
        for (int run = 0; run < 20; run++) {
            positions.awaitDurable(store.commit(List.of(retained("t", "v" + run))));
            store.close();
            store = open();
            store.load();
        }
        long bytes = store.status().journalBytes();
        assertTrue(bytes <= (Journal.SPARES_MAX + 3) * Journal.SEGMENT_BYTES, bytes + " bytes of journal");
    }

    @Test
    void whatIsQueuedAndSettledBetweenTwoReachesNone() throws SQLException {
        checkpoint(opened("a"), opened("b"));
        long last = 0;
        for (int i = 1; i <= 1000; i++) {
            store.commit(List.of(queued(i, "x".repeat(1000), "a", "b"), sent("a", i, i), sent("b", i, i)));
            last = store.commit(List.of(settled("a", i), settled("b", i)));
        }
        positions.awaitDurable(last);
        checkpoint(retained("t", "v"));
        assertEquals(3, rows("store"));
        assertTrue(number("store", "SELECT SUM(row_bytes) FROM entry") < 1000);
    }

    @Test
    void messageForManySessionsIsThereOnce() throws SQLException {
        List<StoreChange> changes = new ArrayList<>();
        String[] clients = new String[500];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = "client" + i;
            changes.add(opened(clients[i]));
        }
        changes.add(queued(1, "x".repeat(10_000), clients));
        checkpoint(changes.toArray(new StoreChange[0]));
        assertEquals(1 + 2 * clients.length, rows("store-2"));
        assertEquals(1, number("store-2", "SELECT COUNT(*) FROM entry WHERE row_bytes > 10000"));
        assertTrue(number("store-2", "SELECT SUM(row_bytes) FROM entry") < 100_000);
    }

    @Test
    void messageThatIsLargerThanARowOfH2IsCutAndPutTogetherAgain() throws SQLException {
        byte[] payload = new byte[3_000_000];
        new Random(1).nextBytes(payload);
        checkpoint(new StoreChange.RetainedSet(new StoredMessage("t", payload, new byte[0], Long.MAX_VALUE), 1));
        assertEquals(6, rows("store-2"));
        checkpoint(retained("u", "v"));
        checkpoint(new StoreChange.RetainedSet(new StoredMessage("t", new byte[600_000], new byte[0], 5), 1));
        assertEquals(3, rows("store-2"), "the parts of the old one are gone");
        checkpoint(new StoreChange.RetainedSet(new StoredMessage("t", payload, new byte[0], 5), 1));
        store.close();
        store = open();
        StoredMessage found = store.load().retained().stream()
                .map(StoredState.RetainedMessage::message)
                .filter(message -> message.topic().equals("t"))
                .findFirst()
                .orElseThrow();
        assertArrayEquals(payload, found.payload());
    }

    @Test
    void directoryStaysSmallWhenTheSameTopicsAreSetAgainAndAgain() throws Exception {
        long most = 0;
        for (int i = 0; i < 200_000; i++) {
            long last = store.commit(List.of(retained("topic" + i % 1000, "x".repeat(100) + i)));
            if (i % 1000 == 0) {
                positions.awaitDurable(last);
                most = Math.max(most, directoryBytes());
            }
        }
        long data = 1000 * 220L;
        assertTrue(most < 3 * data + (32 << 20), "bytes: " + most);
        assertTrue(store.status().checkpoints() > 2, () -> store.status().toString());
    }

    private long directoryBytes() throws Exception {
        long sum = 0;
        for (String name : Disk.of(directory).names()) {
            Path file = directory.resolve(name);
            sum += Files.exists(file) ? Files.size(file) : 0;
        }
        return sum;
    }
}

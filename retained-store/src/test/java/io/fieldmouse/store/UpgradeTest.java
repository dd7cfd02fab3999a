package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.store.recording.FileEvent.Kind;
import io.fieldmouse.store.recording.FileRecording;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.h2.Driver;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores that earlier programs wrote: sessions, subscriptions, queues, retained messages and wills stay what they were. */
class UpgradeTest {
    private static final long FOR_EVER = Long.MAX_VALUE;

    private final Path directory;

    UpgradeTest(@TempDir Path directory) {
        this.directory = directory;
    }

    /** What all fixtures hold, and of shared subscriptions and owners what later versions hold beside. */
    private static Map<String, String> expected(int version) {
        Map<String, String> all = new TreeMap<>(Map.of(
                "retained plant/line",
                "plant/line " + hex("running") + " 0101 " + FOR_EVER + " qos 1",
                "retained plant/temperature",
                "plant/temperature " + hex("21.5") + " 0101 1800000000123 qos 0",
                "session panel",
                "86400 -1 owner null received []",
                "session panel news/#",
                "StoredSubscription[topicFilter=news/#, options=2, subscriptionId=0]",
                "session panel message 11",
                "news/today " + hex("to both") + " 0101 " + FOR_EVER
                        + " qos 2 retain false ids [] packet 3 released true shared ",
                "session press-7",
                "4294967295 1763000000000 owner " + (version < 3 ? "null" : "\"password:alice\"") + " received [513]",
                "session press-7 news/#",
                "StoredSubscription[topicFilter=news/#, options=1, subscriptionId=0]",
                "session press-7 plant/+/set",
                "StoredSubscription[topicFilter=plant/+/set, options=42, subscriptionId=7]",
                "will panel",
                "panel/state " + hex("gone") + " 0101 " + FOR_EVER + " qos 1 retain true delay 30 expiry 60"));
        all.put(
                "session press-7 message 11",
                "news/today " + hex("to both") + " 0101 " + FOR_EVER
                        + " qos 1 retain false ids [] packet 0 released false shared ");
        all.put(
                "session press-7 message 12",
                "plant/1/set " + hex("42") + " 0101 1800000000456"
                        + " qos 2 retain true ids [7] packet 0 released false shared ");
        if (version >= 2) {
            String shared =
                    " 0101 " + FOR_EVER + " qos 1 retain false ids [] packet 0 released false shared $share/g/jobs";
            all.put(
                    "session panel $share/g/jobs",
                    "StoredSubscription[topicFilter=$share/g/jobs, options=1, subscriptionId=0]");
            all.put("session panel message 13", "jobs " + hex("shared") + shared);
            all.put("leftover left 14", "jobs " + hex("left over") + shared);
        }
        return all;
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everythingIsThere(int version) throws Exception {
        write(version);
        assertEquals(expected(version), opened());
        assertEquals(List.of((long) CheckpointFile.VERSION), query("SELECT schema_version FROM store"));
        assertEquals(expected(version), opened(), "and at the next start");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void upgradedStoreGoesOnLikeANewOne(int version) throws Exception {
        write(version);
        Positions positions = new Positions();
        try (MessageStore store = open(directory, Disk.of(directory), positions)) {
            long id = store.load().lastMessageId() + 1;
            positions.awaitDurable(store.commit(List.of(
                    new StoreChange.SessionOpened("press-7", 60, "password:alice"),
                    new StoreChange.SessionOpened("panel", 86_400, "nobody"),
                    new StoreChange.MessageSettled("press-7", 11),
                    Changes.queuedShared(id, 1, "press-7"))));
            positions.awaitDurable(store.commit(List.of(new StoreChange.SessionEnded("press-7"))));
        }
        Map<String, String> found = opened();
        assertEquals("86400 -1 owner \"nobody\" received []", found.get("session panel"));
        assertTrue(found.keySet().stream().noneMatch(key -> key.startsWith("session press-7")), found::toString);
        assertEquals(
                version == 1 ? 1 : 2,
                found.keySet().stream()
                        .filter(key -> key.startsWith("leftover"))
                        .count());
    }

    /** The file as it was before each of the writes of an upgrade: what a kill at that moment would leave. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void upgradeThatIsKilledAtAnyWriteIsDoneAgain(int version, @TempDir Path moments) throws Exception {
        write(version);
        List<Path> killed = new ArrayList<>();
        try (FileRecording recording = FileRecording.named("upgrade" + version)) {
            recording.before(event -> {
                if (event.kind() == Kind.WRITE || event.kind() == Kind.TRUNCATE) {
                    Path moment = Files.createDirectory(moments.resolve("write" + killed.size()));
                    for (String name : Disk.of(directory).names()) {
                        Files.copy(directory.resolve(name), moment.resolve(name));
                    }
                    killed.add(moment);
                }
            });
            open(directory, recording.disk(directory), new Positions()).close();
        }
        assertTrue(killed.size() > 3, killed::toString);
        for (Path moment : killed) {
            try (MessageStore store = open(moment, Disk.of(moment), new Positions())) {
                assertEquals(expected(version), Snapshot.of(store.load()).entries(), moment::toString);
            }
        }
    }

    private void write(int version) throws IOException, SQLException {
        String name = "schema-" + version + ".sql";
        try (InputStream script = Objects.requireNonNull(UpgradeTest.class.getResourceAsStream(name), name);
                Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private Map<String, String> opened() {
        try (MessageStore store = open(directory, Disk.of(directory), new Positions())) {
            return Snapshot.of(store.load()).entries();
        }
    }

    private static MessageStore open(Path directory, Disk disk, CommitListener listener) {
        return MessageStore.open(new StoreConfig(directory, Durability.FORCE, disk), listener);
    }

    private List<Long> query(String query) throws SQLException {
        List<Long> found = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                found.add(rows.getLong(1));
            }
        }
        return found;
    }

    private Connection connect() throws SQLException {
        Properties user = new Properties();
        user.setProperty("user", "fieldmouse");
        user.setProperty("password", "");
        return new Driver().connect("jdbc:h2:file:" + directory.resolve("store"), user);
    }
}

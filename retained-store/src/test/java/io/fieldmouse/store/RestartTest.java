package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random changes, with restarts at random moments, leave the store as they leave a plain model in memory. */
class RestartTest {
    private static final int COMMITS = 400;

    private final Path directory;
    private final Positions positions = new Positions();
    private final AtomicLong nanos = new AtomicLong();

    RestartTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void storeEqualsTheModelAfterEveryRestart(long seed) {
        Random random = new Random(seed);
        RandomChanges changes = new RandomChanges(random);
        StateModel model = new StateModel();
        MessageStore store = open();
        long durableId = store.load().lastMessageId();
        for (int i = 0; i < COMMITS; i++) {
            List<StoreChange> commit = changes.commit();
            commit.forEach(model::apply);
            long position = store.commit(commit);
            if (random.nextInt(4) == 0) {
                // Now and then a checkpoint: of what is there, or of a little that is new.
                nanos.addAndGet(JournalWriter.CHECKPOINT_NANOS / (1 + random.nextInt(3)));
                positions.awaitDurable(position);
            }
            if (random.nextInt(20) == 0) {
                store.close();
                positions.clear();
                store = open();
                StoredState state = store.load();
                String where = "seed " + seed + " commit " + i;
                assertEquals(model.snapshot().entries(), Snapshot.of(state).entries(), where);
                assertTrue(state.lastMessageId() >= Math.max(durableId, model.lastMessageId()), where);
                durableId = state.lastMessageId();
            }
        }
        store.close();
    }

    private MessageStore open() {
        return DiskStore.open(
                new StoreConfig(directory, Durability.OS), positions, Clock.systemUTC(), nanos::get, Duration.ZERO);
    }
}

package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The size an edge box is planned for: 100,000 retained messages and 100,000 queued ones. */
class LargeStoreTest {
    private static final Logger LOG = LoggerFactory.getLogger(LargeStoreTest.class);
    private static final int COUNT = 100_000;
    private static final int PER_COMMIT = 100;

    private final StoreConfig config;

    LargeStoreTest(@TempDir Path directory) {
        config = new StoreConfig(directory, Durability.FORCE);
    }

    @Test
    void largeStoreIsReadBackAndEmptiedAgain() {
        fill();
        long begin = System.nanoTime();
        Positions positions = new Positions();
        try (MessageStore store = MessageStore.open(config, positions)) {
            StoredState state = store.load();
            log("opened and read", begin);
            assertEquals(COUNT, state.retained().size());
            StoredSession session = state.sessions().get(0);
            assertEquals(
                    LongStream.rangeClosed(1, COUNT).boxed().toList(),
                    session.queue().stream()
                            .map(StoredSession.QueuedMessage::messageId)
                            .toList());
            long ending = System.nanoTime();
            positions.awaitDurable(store.commit(List.of(new StoreChange.SessionEnded("a"))));
            log("session ended", ending);
        }
        try (MessageStore store = MessageStore.open(config, new Positions())) {
            assertEquals(List.of(), store.load().sessions());
        }
    }

    private void fill() {
        long begin = System.nanoTime();
        Positions positions = new Positions();
        String payload = "x".repeat(100);
        try (MessageStore store = MessageStore.open(config, positions)) {
            store.commit(List.of(Changes.opened("a")));
            for (int i = 1; i <= COUNT; ) {
                List<StoreChange> commit = new ArrayList<>();
                for (int k = 0; k < PER_COMMIT && i <= COUNT; k++, i++) {
                    commit.add(Changes.retained("plant/line/device" + i + "/value", payload));
                    commit.add(Changes.queued(i, payload, "a"));
                }
                store.commit(commit);
            }
        }
        log("written", begin);
    }

    private static void log(String what, long beginNanos) {
        LOG.info("{} millis={}", what, (System.nanoTime() - beginNanos) / 1_000_000);
    }
}

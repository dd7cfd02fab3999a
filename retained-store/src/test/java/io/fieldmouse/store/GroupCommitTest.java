package io.fieldmouse.store;

import static io.fieldmouse.store.Changes.message;
import static io.fieldmouse.store.Changes.retained;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.store.recording.FileEvent;
import io.fieldmouse.store.recording.FileEvent.Kind;
import io.fieldmouse.store.recording.FileRecording;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a group writes, when it forces, and what happens when the disk does not. Watched at the file. */
class GroupCommitTest {
    private final Path directory;
    private final FileRecording recording = FileRecording.named("grouptest");
    private final Positions positions = new Positions();

    GroupCommitTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @AfterEach
    void unregister() {
        recording.close();
    }

    private MessageStore open(Durability durability, CommitListener listener) {
        return MessageStore.open(new StoreConfig(directory, durability, recording.disk(directory)), listener);
    }

    private long count(Kind kind) {
        return recording.events().stream().filter(event -> event.kind() == kind).count();
    }

    /** While the returned latch is up, forces wait: what is committed meanwhile becomes the next group. */
    private CountDownLatch holdForces() {
        CountDownLatch latch = new CountDownLatch(1);
        recording.before(event -> {
            if (event.kind() == Kind.FORCE) {
                await(latch);
            }
        });
        return latch;
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Commits one group of exactly these commits and returns when it is durable. */
    private void commitAsOneGroup(MessageStore store, List<List<StoreChange>> commits) {
        CountDownLatch latch = holdForces();
        store.commit(List.of(retained("something to write", String.valueOf(System.nanoTime()))));
        awaitWrite();
        long last = 0;
        for (List<StoreChange> commit : commits) {
            last = store.commit(commit);
        }
        recording.clear();
        latch.countDown();
        positions.awaitDurable(last);
    }

    private void awaitWrite() {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (count(Kind.WRITE) == 0) {
            assertTrue(System.nanoTime() < deadline, "nothing was written");
            Thread.onSpinWait();
        }
    }

    private CommitListener marking() {
        return new CommitListener() {
            @Override
            public void durableUpTo(long position) {
                recording.mark("durable", position);
                positions.durableUpTo(position);
            }

            @Override
            public void failing(StoreException cause) {
                positions.failing(cause);
            }

            @Override
            public void recovered() {}
        };
    }

    /** Large groups too: H2 writes those by another way. */
    @Test
    void nothingIsCalledDurableBeforeTheForceAfterItsLastWrite() {
        Random random = new Random(7);
        byte[] large = new byte[700_000];
        random.nextBytes(large);
        try (MessageStore store = open(Durability.FORCE, marking())) {
            long last = 0;
            for (int i = 0; i < 400; i++) {
                StoredMessage message = i % 16 == 0
                        ? new StoredMessage("large" + i % 5, large, new byte[0], 0)
                        : message("t" + i % 9, "v" + i);
                last = store.commit(List.of(new StoreChange.RetainedSet(message, 1)));
                if (random.nextInt(4) == 0) {
                    positions.awaitDurable(last);
                }
            }
            positions.awaitDurable(last);
            // What is written before a file's first force are the zeros it is filled with.
            Set<String> filled = new HashSet<>();
            Set<String> unforced = new HashSet<>();
            int marks = 0;
            for (FileEvent event : recording.events()) {
                if (event.kind() == Kind.MARK) {
                    assertEquals(Set.of(), unforced, "called durable before the force: " + event);
                    marks++;
                } else if (event.kind() == Kind.FORCE) {
                    filled.add(event.subject());
                    unforced.remove(event.subject());
                } else if (event.subject().contains("journal-") && filled.contains(event.subject())) {
                    unforced.add(event.subject());
                }
            }
            assertTrue(marks > 50, "groups: " + marks);
            assertTrue(count(Kind.FORCE) >= marks);
        }
    }

    @Test
    void nothingIsWrittenAfterTheLastGroupWasCalledDurable() {
        MessageStore store = open(Durability.FORCE, marking());
        positions.awaitDurable(store.commit(List.of(retained("t", "v"))));
        List<FileEvent> before = recording.events();
        store.close();
        assertEquals(
                0,
                recording.events().subList(before.size(), recording.events().size()).stream()
                        .filter(event -> event.kind() == Kind.WRITE)
                        .count());
    }

    @Test
    void everyGroupReachesTheSystemAndIsForcedOnlyNowAndThenWhenThatIsEnough() {
        AtomicLong nanos = new AtomicLong();
        StoreConfig config = new StoreConfig(directory, Durability.OS, recording.disk(directory));
        try (MessageStore store =
                DiskStore.open(config, positions, Clock.systemUTC(), nanos::get, Duration.ofSeconds(1))) {
            forcesOfOneGroup(store, -1); // makes a segment
            for (int i = 0; i < 10; i++) {
                assertEquals(0, forcesOfOneGroup(store, i));
            }
            nanos.set(1_000_000_000L);
            assertEquals(1, forcesOfOneGroup(store, 10));
            assertEquals(0, forcesOfOneGroup(store, 11));
        }
    }

    private long forcesOfOneGroup(MessageStore store, int i) {
        recording.clear();
        positions.awaitDurable(store.commit(List.of(retained("t", "v" + i))));
        assertTrue(count(Kind.WRITE) > 0);
        return count(Kind.FORCE);
    }

    @Test
    void commitsThatWaitShareOneForce() {
        try (MessageStore store = open(Durability.FORCE, positions)) {
            recording.clear();
            List<List<StoreChange>> commits = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                commits.add(List.of(retained("t" + i, "v")));
            }
            commitAsOneGroup(store, commits);
            assertEquals(2, positions.durable().size());
            assertEquals(2, count(Kind.FORCE));
        }
    }

    @Test
    void groupIsBoundedAndCutOnlyBetweenCommits() {
        try (MessageStore store = open(Durability.FORCE, positions)) {
            recording.clear();
            List<List<StoreChange>> commits = new ArrayList<>();
            int changes = GroupCommitter.GROUP_CHANGES_MAX / 4 + 1;
            for (int i = 0; i < 10; i++) {
                List<StoreChange> commit = new ArrayList<>();
                for (int k = 0; k < changes; k++) {
                    commit.add(retained("t" + k % 100, "v"));
                }
                commits.add(commit);
            }
            commitAsOneGroup(store, commits);
            // The held group of one, then 4 + 4 + 2 commits.
            assertEquals(List.of(1L, 5L, 9L, 11L), positions.durable());
        }
    }

    @Test
    void pendingBytesRiseAndFall() {
        try (MessageStore store = open(Durability.FORCE, positions)) {
            assertEquals(0, store.pendingBytes());
            CountDownLatch latch = holdForces();
            long last = store.commit(List.of(retained("t", "x".repeat(10_000))));
            assertTrue(store.pendingBytes() > 10_000);
            last = Math.max(last, store.commit(List.of(retained("t", "x".repeat(10_000)))));
            assertTrue(store.pendingBytes() > 20_000);
            latch.countDown();
            positions.awaitDurable(last);
            assertEquals(0, store.pendingBytes());
        }
    }

    @Test
    void listenerThatThrowsDoesNotStopTheWriter() {
        CommitListener throwing = new CommitListener() {
            @Override
            public void durableUpTo(long position) {
                positions.durableUpTo(position);
                throw new IllegalStateException("thrown by the test's listener");
            }

            @Override
            public void failing(StoreException cause) {
                positions.failing(cause);
            }

            @Override
            public void recovered() {}
        };
        try (MessageStore store = open(Durability.FORCE, throwing)) {
            positions.awaitDurable(store.commit(List.of(retained("t", "v"))));
            positions.awaitDurable(store.commit(List.of(retained("t", "w"))));
        }
    }
}

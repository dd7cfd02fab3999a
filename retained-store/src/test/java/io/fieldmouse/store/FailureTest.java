package io.fieldmouse.store;

import static io.fieldmouse.store.Changes.opened;
import static io.fieldmouse.store.Changes.queued;
import static io.fieldmouse.store.Changes.retained;
import static io.fieldmouse.store.Changes.settled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.store.recording.FileEvent;
import io.fieldmouse.store.recording.FileEvent.Kind;
import io.fieldmouse.store.recording.FileRecording;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A disk that does not do what it is told, and later does again. */
class FailureTest {
    private final Path directory;
    private final FileRecording recording = FileRecording.named("failuretest");
    private final Positions positions = new Positions();
    private final MessageStore store;

    FailureTest(@TempDir Path directory) {
        this.directory = directory;
        this.store = open();
        store.load();
        positions.awaitDurable(store.commit(List.of(retained("kept", "v"), opened("a"))));
    }

    @AfterEach
    void unregister() {
        store.close();
        recording.close();
    }

    private MessageStore open() {
        return DiskStore.open(
                new StoreConfig(directory, Durability.FORCE, recording.disk(directory)),
                positions,
                Clock.systemUTC(),
                System::nanoTime,
                Duration.ofMillis(20));
    }

    private void fail(Predicate<FileEvent> which, String message) {
        recording.before(event -> {
            if (which.test(event)) {
                throw new IOException(message);
            }
        });
    }

    private void heal() {
        recording.before(event -> {});
    }

    private Map<String, String> foundByANewProcess() {
        store.close();
        try (MessageStore again = MessageStore.open(new StoreConfig(directory, Durability.FORCE), new Positions())) {
            return Snapshot.of(again.load()).entries();
        }
    }

    private static boolean isJournal(FileEvent event) {
        return event.subject().contains("journal-");
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"WRITE", "FORCE"})
    void nothingIsDurableUntilTheDiskDoesAgainWhatItIsTold(Kind kind) {
        long before = positions.last();
        fail(event -> event.kind() == kind, "Input/output error");
        store.commit(List.of(retained("while it fails", "v")));
        StoreException failure = positions.awaitFailure();
        assertTrue(failure.toString().contains(directory.toString()), failure.toString());
        assertTrue(failure.toString().contains("Input/output error"), failure.toString());
        long last = store.commit(List.of(queued(1, "x", "a"), queued(2, "y", "a")));
        last = Math.max(last, store.commit(List.of(settled("a", 1))));
        Await.until("all to be in memory", () -> store.pendingBytes() == 0);
        assertEquals(before, positions.last());
        assertEquals(0, positions.recoveries());

        heal();
        positions.awaitRecovery();
        positions.awaitDurable(last);
        positions.awaitDurable(store.commit(List.of(retained("after", "v"))));
        assertEquals(1, positions.failures().size());
        assertEquals(1, positions.recoveries());
        assertEquals(1, store.status().writeFailures());

        Map<String, String> found = foundByANewProcess();
        assertTrue(found.keySet().containsAll(List.of("retained kept", "retained while it fails", "retained after")));
        assertTrue(found.containsKey("session a message 2"));
        assertTrue(!found.containsKey("session a message 1"));
    }

    /** A force that returned an error may have marked pages clean that never reached the disk. */
    @Test
    void segmentWhoseForceFailedIsNeverWrittenOrForcedAgain() {
        AtomicBoolean failed = new AtomicBoolean();
        fail(event -> event.kind() == Kind.FORCE && isJournal(event) && !failed.getAndSet(true), "once");
        recording.clear();
        positions.awaitDurable(store.commit(List.of(retained("t", "v"))));
        assertTrue(failed.get());
        String segment = recording.events().stream()
                .filter(event -> event.kind() == Kind.WRITE && isJournal(event))
                .findFirst()
                .orElseThrow()
                .subject();
        recording.clear();
        for (int i = 0; i < 20; i++) {
            positions.awaitDurable(store.commit(List.of(retained("t", "v" + i))));
        }
        assertEquals(
                List.of(),
                recording.events().stream()
                        .filter(event -> event.subject().equals(segment))
                        .toList());
        assertTrue(foundByANewProcess().containsKey("retained t"));
    }

    @Test
    void whatWasOnlyInMemoryIsWrittenBeforeTheStoreCloses() {
        AtomicBoolean closing = new AtomicBoolean();
        fail(event -> isJournal(event) || !closing.get(), "Input/output error");
        store.commit(List.of(retained("in memory", "v")));
        positions.awaitFailure();
        closing.set(true);
        assertTrue(foundByANewProcess().containsKey("retained in memory"));
    }

    @Test
    void whatWasDurableBeforeADiskThatStaysBrokenIsThere() {
        fail(event -> true, "Input/output error");
        store.commit(List.of(retained("never durable", "v")));
        positions.awaitFailure();
        assertTrue(foundByANewProcess().containsKey("retained kept"));
    }

    @Test
    void checkpointThatCannotBeWrittenStopsNobodyAndIsTriedAgain() {
        fail(event -> !isJournal(event), "Input/output error");
        long last = 0;
        for (int i = 0; store.status().checkpointFailures() == 0; i++) {
            last = store.commit(List.of(retained("t" + i % 100, "x".repeat(10_000) + i)));
            positions.awaitDurable(last);
        }
        assertEquals(List.of(), positions.failures());
        heal();
        long failures = store.status().checkpointFailures();
        for (int i = 0; store.status().checkpoints() < 2; i++) {
            positions.awaitDurable(store.commit(List.of(retained("t" + i % 100, "y".repeat(10_000) + i))));
        }
        assertTrue(store.status().checkpointFailures() <= failures + 1);
        assertEquals(102, foundByANewProcess().size());
    }
}

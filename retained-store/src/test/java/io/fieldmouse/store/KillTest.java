package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills a store at a random moment, again and again, and looks for what it had called durable. Run it with
 * {@code -Dfieldmouse.kills=200} before the version of H2 is changed: versions are known that fail it.
 */
class KillTest {
    private static final int KILLS = Integer.getInteger("fieldmouse.kills", 4);
    private static final long START_NANOS_MAX = TimeUnit.MINUTES.toNanos(2);

    private final Path directory;

    KillTest(@TempDir Path parent) {
        this.directory = parent.resolve("store");
    }

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"FORCE", "OS"})
    void nothingCalledDurableIsMissingAfterAKill(Durability durability) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long last = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            // Every second one may hit the start; the others have something to lose.
            boolean afterFirstCommit = kill % 2 == 1;
            long durable = runAndKill(durability, last, afterFirstCommit, random);
            String where = "kill " + kill + " seed " + seed + " durable " + durable;
            assertTrue(durable >= last, where);
            last = check(durable, where);
        }
        assertTrue(last > 0, "the process never got as far as one commit");
    }

    /** The last number that the process said was durable. */
    private long runAndKill(Durability durability, long last, boolean afterFirstCommit, Random random)
            throws Exception {
        // To a file and not through a pipe: Java closes its end of the pipe with the kill, unread lines or not.
        Path said = directory.resolveSibling(directory.getFileName() + ".said");
        Process process = StoreProcess.count(directory, durability, last, said);
        try {
            if (afterFirstCommit) {
                awaitFirstCommit(process, said);
            }
            process.waitFor(random.nextInt(1500), TimeUnit.MILLISECONDS);
            assertTrue(process.isAlive(), "it ended by itself: " + Files.readString(said));
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
        String text = Files.readString(said);
        // Without what follows the last line end: it may be half a number.
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .mapToLong(Long::parseLong)
                .reduce(last, (first, second) -> second);
    }

    /** How fast a JVM starts beside others is not what is tested here. */
    private static void awaitFirstCommit(Process process, Path said) throws Exception {
        long start = System.nanoTime();
        while (Files.size(said) == 0 && process.isAlive()) {
            assertTrue(System.nanoTime() - start < START_NANOS_MAX, "no commit within two minutes of its start");
            process.waitFor(10, TimeUnit.MILLISECONDS);
        }
    }

    /** The number that the store holds now. */
    private long check(long durable, String where) throws Exception {
        StoredState state;
        try (MessageStore store = MessageStore.open(new StoreConfig(directory, Durability.FORCE), new Positions())) {
            state = store.load();
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertTrue(files.noneMatch(file -> file.getFileName().toString().startsWith("damaged-")), where);
        }
        if (state.retained().isEmpty() && durable == 0) {
            return 0;
        }
        assertEquals(2, state.retained().size(), where);
        long found = number(state.retained().get(0).message());
        assertTrue(found >= durable, where + " found " + found);
        assertEquals(found, number(state.retained().get(1).message()), where + ": half a commit");
        assertEquals(1, state.sessions().size(), where);
        assertEquals(
                LongStream.rangeClosed(Math.max(1, found - StoreProcess.QUEUE + 1), found)
                        .boxed()
                        .toList(),
                state.sessions().get(0).queue().stream()
                        .map(StoredSession.QueuedMessage::messageId)
                        .toList(),
                where);
        assertTrue(state.lastMessageId() >= found, where);
        return found;
    }

    private static long number(StoredMessage message) {
        return Long.parseLong(new String(message.payload(), StandardCharsets.UTF_8));
    }
}

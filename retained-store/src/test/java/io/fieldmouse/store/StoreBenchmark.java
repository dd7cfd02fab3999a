package io.fieldmouse.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures commits one after the other, each awaited: the worst case for a group commit. No test; run its main with a
 * directory on the disk in question.
 */
final class StoreBenchmark {
    private static final int SECONDS = 10;
    private static final int TOPICS = 1000;

    private StoreBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Path parent = Path.of(arguments.length > 0 ? arguments[0] : ".");
        for (Durability durability : List.of(Durability.FORCE, Durability.OS)) {
            for (int rows : List.of(1, 10, 100)) {
                measure(Files.createTempDirectory(parent, "benchmark"), durability, rows);
            }
        }
    }

    private static void measure(Path directory, Durability durability, int rows) throws IOException {
        Positions positions = new Positions();
        String payload = "x".repeat(100);
        List<Long> nanos = new ArrayList<>();
        long n = 0;
        try (MessageStore store = MessageStore.open(new StoreConfig(directory, durability), positions)) {
            long end = System.nanoTime() + SECONDS * 1_000_000_000L;
            while (System.nanoTime() < end) {
                List<StoreChange> commit = new ArrayList<>();
                for (int i = 0; i < rows; i++) {
                    commit.add(Changes.retained("topic" + n++ % TOPICS, payload));
                }
                long begin = System.nanoTime();
                positions.awaitDurable(store.commit(commit));
                nanos.add(System.nanoTime() - begin);
            }
        }
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                "%s rows/commit=%d commits/s=%d rows/s=%d p50=%.2fms p99=%.2fms file=%.1fMiB%n",
                durability,
                rows,
                sorted.length / SECONDS,
                n / SECONDS,
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (sorted.length * 0.99)] / 1e6,
                Files.size(directory.resolve("store.mv.db")) / 1048576.0);
    }
}

package io.fieldmouse.edge.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.edge.bench.StoreBench;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The bench of the store measures what it says, and leaves nothing; how fast is nobody's business here. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BenchStoreTest {
    @TempDir
    Path directory;

    @Test
    void theCommandPrintsARowForEachNumberOfPublishersAndCleansUp() throws Exception {
        CommandProcess bench =
                CommandProcess.fieldmouse(directory, "bench", "store", "--data", "disk", "--seconds", "1");
        assertEquals(0, bench.exitCode(), bench::toString);
        List<String> rows = bench.out().lines().skip(2).toList();
        assertEquals(4, rows.size(), bench::toString);
        for (String row : rows) {
            assertTrue(row.matches("\\| [0-9,]+ \\| [0-9,]*[1-9][0-9,]* \\| [0-9,]*[1-9][0-9,]* \\| .*"), row);
        }
        try (var left = Files.list(directory.resolve("disk"))) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void theOtherMeasuresEndAndTellNumbers() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StoreBench bench = new StoreBench(directory, new PrintStream(out, true, StandardCharsets.UTF_8));
        bench.growth(1000);
        bench.turns(Duration.ofMillis(300));
        bench.startUp(100, 10, 100);
        String told = out.toString(StandardCharsets.UTF_8);
        assertTrue(told.contains("live data"), told);
        assertTrue(told.contains("| force |"), told);
        assertTrue(told.contains("second start: 100 retained, 10 sessions, 100 queued: "), told);
    }
}

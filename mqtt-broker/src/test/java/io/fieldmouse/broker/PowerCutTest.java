package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole broker on a disk that loses, reorders and tears what was not forced when the power is cut, at random
 * operations of that disk. More seeds than the build has: {@code -Dfieldmouse.powercuts=500}, beginning elsewhere:
 * {@code -Dfieldmouse.seed=1000}.
 */
@SuppressWarnings("NullAway.Init") // JUnit fills the field
class PowerCutTest {
    private static final int SEEDS = Integer.getInteger("fieldmouse.powercuts", 20);
    private static final long FIRST_SEED = Long.getLong("fieldmouse.seed", 1);
    private static final int SEEDS_WITHOUT_FORCES = 5;

    @TempDir
    Path directory;

    @Test
    void noPowerCutTakesWhatWasAcknowledged() throws InterruptedException {
        List<String> broken = new ArrayList<>();
        long acknowledged = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            PowerCutRun run = new PowerCutRun(seed, directory, true);
            for (String what : run.run()) {
                broken.add("seed " + seed + ": " + what);
            }
            acknowledged += run.promises().acknowledged();
        }
        assertEquals(List.of(), broken, SEEDS + " seeds, acknowledged messages: " + acknowledged);
    }

    @Test
    void diskThatIgnoresForcesIsFoundOut() throws InterruptedException {
        List<String> broken = new ArrayList<>();
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS_WITHOUT_FORCES; seed++) {
            broken.addAll(new PowerCutRun(seed, directory, false).run());
        }
        assertFalse(
                broken.stream().noneMatch(what -> what.contains("lost")),
                () -> "without forces nothing was lost, which cannot be: " + broken);
    }
}

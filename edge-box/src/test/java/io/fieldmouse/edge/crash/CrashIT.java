package io.fieldmouse.edge.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the program as many times as {@code -Dfieldmouse.kills} says; {@code -Dfieldmouse.durability=os} instead of
 * {@code force}; {@code -Dfieldmouse.seed} repeats the choices of a run, though not its timing. A thousand kills take
 * about 40 minutes:
 *
 * <pre>
 *   mvn -B verify -pl edge-box -am -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Dit.test=CrashIT -Dfieldmouse.kills=1000
 * </pre>
 */
class CrashIT {
    private static final int KILLS = Integer.getInteger("fieldmouse.kills", 30);
    private static final String DURABILITY = System.getProperty("fieldmouse.durability", "force");

    @Test
    void whatWasAcknowledgedOutlivesEveryKill(@TempDir Path directory) throws Exception {
        long seed = Long.getLong("fieldmouse.seed", System.nanoTime());
        CrashRounds rounds = new CrashRounds(directory, DURABILITY, KILLS, seed);
        rounds.play();
        System.out.println(rounds.figures());
        assertTrue(
                rounds.isClean(),
                () -> rounds.figures() + "\n" + rounds.violations() + "\nthe data directory is in " + directory);
    }
}

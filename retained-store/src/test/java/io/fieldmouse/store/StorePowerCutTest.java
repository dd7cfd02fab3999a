package io.fieldmouse.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.store.powercut.SimulatedDisk;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cuts the power of a store's disk at random operations, among them those of checkpoints, which are made far more often
 * than in life. What is there afterwards is what one of the commits left, none before the last that was called durable.
 * {@code -Dfieldmouse.powercuts=60 -Dfieldmouse.seed=N} runs more.
 */
class StorePowerCutTest {
    private static final int SEEDS = Integer.getInteger("fieldmouse.powercuts", 12);
    private static final long FIRST_SEED = Long.getLong("fieldmouse.seed", System.nanoTime() % 1_000_000);
    private static final int LIVES = 6;
    private static final int COMMITS_MAX = 400;

    private final Path directory;
    private final AtomicLong nanos = new AtomicLong();

    /** What the store held after each commit, from none at all. */
    private final List<Map<String, String>> states = new ArrayList<>();

    private final List<List<StoreChange>> commits = new ArrayList<>();

    /** Up to which of them it was called durable. */
    private int durable;

    private int cuts;

    StorePowerCutTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void whatWasCalledDurableIsThereAfterEveryPowerCut() {
        long checkpoints = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            checkpoints += live(seed);
        }
        assertTrue(cuts > SEEDS, "cuts: " + cuts);
        assertTrue(checkpoints > SEEDS, "checkpoints: " + checkpoints);
    }

    /** A disk through several power cuts. Returns how many checkpoints were made. */
    private long live(long seed) {
        Random random = new Random(seed);
        RandomChanges changes = new RandomChanges(random);
        states.clear();
        commits.clear();
        durable = 0;
        states.add(Snapshot.of(new MemoryStore(new Positions()).load()).entries());
        long checkpoints = 0;
        SimulatedDisk disk = new SimulatedDisk();
        for (int life = 1; life <= LIVES; life++) {
            String where = "seed " + seed + " life " + life;
            disk.cutPowerAfter(1 + random.nextInt(random.nextBoolean() ? 40 : 400), random);
            checkpoints += run(disk, random, changes, where);
            cuts += disk.hasPower() ? 0 : 1;
            SimulatedDisk next = disk.hasPower() ? disk : disk.afterPowerCut();
            if (next != disk) {
                disk.close();
            }
            disk = next;
        }
        disk.close();
        return checkpoints;
    }

    private long run(SimulatedDisk disk, Random random, RandomChanges changes, String where) {
        Positions positions = new Positions();
        DiskStore store;
        try {
            store = DiskStore.open(
                    new StoreConfig(directory, Durability.FORCE, disk),
                    positions,
                    Clock.systemUTC(),
                    nanos::get,
                    Duration.ofMillis(1));
        } catch (StoreException e) {
            assertTrue(!disk.hasPower(), () -> where + " a start failed: " + e);
            return 0;
        }
        StateModel model = goOnFrom(store.load(), where);
        int first = commits.size();
        try {
            // A file that cannot be read because the power goes just then may look damaged to that life.
            assertTrue(store.status().damagedParts() == 0 || !disk.hasPower(), where);
            for (int i = 0; i < COMMITS_MAX && disk.hasPower(); i++) {
                commit(store, positions, random, changes.commit(), model);
            }
            return store.status().checkpoints();
        } finally {
            store.close();
            durable = Math.max(durable, first + (int) positions.last());
        }
    }

    private void commit(
            MessageStore store, Positions positions, Random random, List<StoreChange> commit, StateModel model) {
        commit.forEach(model::apply);
        commits.add(commit);
        states.add(model.snapshot().entries());
        long position = store.commit(commit);
        if (random.nextInt(4) == 0) {
            nanos.addAndGet(JournalWriter.CHECKPOINT_NANOS / (1 + random.nextInt(3)));
        }
        if (random.nextInt(3) == 0) {
            Await.until(
                    "the disk",
                    () -> positions.last() >= position || !positions.failures().isEmpty());
        }
    }

    /** Finds the commit after which the store was as it is, and forgets those that came later. */
    private StateModel goOnFrom(StoredState state, String where) {
        Map<String, String> found = Snapshot.of(state).entries();
        int last = states.lastIndexOf(found);
        assertTrue(
                last >= durable,
                () -> where + " durable " + durable + " of " + commits.size() + " found " + last + ":\n" + found
                        + "\nwanted:\n" + states.get(durable));
        states.subList(last + 1, states.size()).clear();
        commits.subList(last, commits.size()).clear();
        durable = last;
        StateModel model = new StateModel();
        commits.forEach(commit -> commit.forEach(model::apply));
        return model;
    }
}

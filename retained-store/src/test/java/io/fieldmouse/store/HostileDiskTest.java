package io.fieldmouse.store;

import static io.fieldmouse.store.Changes.retained;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.store.powercut.SimulatedDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a disk, a kill and the power can do to a store together: memory that was read back and never was on the disk,
 * single bits in the places that decide, no room just when something is to be repaired.
 */
class HostileDiskTest {
    private final Path folder;
    private final AtomicLong nanos = new AtomicLong();
    private final List<SimulatedDisk> disks = new ArrayList<>();
    private int runs;

    HostileDiskTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private SimulatedDisk opened(SimulatedDisk disk) {
        disks.add(disk);
        return disk;
    }

    /** H2 knows them until then, with all that is in them. */
    @AfterEach
    void closeDisks() {
        disks.forEach(SimulatedDisk::close);
        disks.clear();
    }

    /** A process of its own on this disk: the lock of a run that was "killed" (left alone) does not matter. */
    private MessageStore run(Disk disk, Positions positions, Durability durability) throws IOException {
        Path lock = Files.createDirectories(folder.resolve("run" + runs++));
        return DiskStore.open(
                new StoreConfig(lock, durability, disk), positions, Clock.systemUTC(), nanos::get, Duration.ofHours(1));
    }

    private static Map<String, String> values(StoredState state) {
        Map<String, String> values = new TreeMap<>();
        for (StoredState.RetainedMessage each : state.retained()) {
            values.put(each.message().topic(), new String(each.message().payload(), StandardCharsets.UTF_8));
        }
        return values;
    }

    private static void checkpoint(MessageStore store, Positions positions, AtomicLong nanos) {
        long before = store.status().checkpoints();
        nanos.addAndGet(JournalWriter.CHECKPOINT_NANOS);
        Await.until("a checkpoint", () -> {
            positions.awaitDurable(store.commit(List.of(retained("tick", "" + System.nanoTime()))));
            return store.status().checkpoints() > before;
        });
    }

    /** kill -9 between write and force; the next run serves what it read from the cache; then the power goes. */
    @Test
    void whatARunReadAfterAKillIsThereAfterAPowerCut() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (int seed = 0; seed < 10; seed++) {
            SimulatedDisk disk = opened(new SimulatedDisk());
            Positions first = new Positions();
            MessageStore killed = run(disk, first, Durability.FORCE);
            killed.load();
            first.awaitDurable(killed.commit(List.of(retained("before", "v"))));
            long operations = disk.operations();
            disk.forceNanos(20_000_000_000L);
            killed.commit(List.of(retained("unforced", "v")));
            Await.until("the write", () -> disk.operations() > operations);
            disk.forceNanos(0);
            // killed here: written, not forced

            Positions second = new Positions();
            MessageStore next = run(disk, second, Durability.FORCE);
            assertTrue(values(next.load()).containsKey("unforced")); // clients are told of it: it is state now
            second.awaitDurable(next.commit(List.of(retained("after", "acknowledged"))));
            disk.cutPower(new Random(seed));

            try (MessageStore last = run(opened(disk.afterPowerCut()), new Positions(), Durability.FORCE)) {
                Map<String, String> found = values(last.load());
                if (!found.containsKey("unforced") || last.status().damagedParts() != 0) {
                    wrong.add("seed " + seed + " found=" + found.keySet() + " " + last.status());
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** A force fails, the operator (or systemd) starts the broker again: the clean pages that never reached the disk. */
    @Test
    void whatARunReadAfterAFailedForceIsThereAfterAPowerCut() throws Exception {
        SimulatedDisk disk = opened(new SimulatedDisk());
        Positions first = new Positions();
        MessageStore failing = run(disk, first, Durability.FORCE);
        failing.load();
        first.awaitDurable(failing.commit(List.of(retained("before", "v"))));
        disk.failForces(1);
        failing.commit(List.of(retained("unforced", "v")));
        first.awaitFailure();
        // killed here, before the first try to get over it

        Positions second = new Positions();
        MessageStore next = run(disk, second, Durability.FORCE);
        assertTrue(values(next.load()).containsKey("unforced"));
        second.awaitDurable(next.commit(List.of(retained("after", "acknowledged"))));
        disk.cutPower(new Random(1));
        try (MessageStore last = run(opened(disk.afterPowerCut()), new Positions(), Durability.FORCE)) {
            assertEquals(
                    List.of("after", "before", "unforced"),
                    List.copyOf(values(last.load()).keySet()));
            assertEquals(0, last.status().damagedParts());
        }
    }

    /** Durability os, kill, restart, and the power goes much later: the end of what the killed run wrote is forced by the next. */
    @Test
    void osForcesOnceASecondAlsoWhatAKilledRunWrote() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (int seed = 0; seed < 10; seed++) {
            SimulatedDisk disk = opened(new SimulatedDisk());
            Positions positions = new Positions();
            MessageStore killed = run(disk, positions, Durability.OS);
            killed.load();
            for (int i = 1; i <= 5; i++) {
                positions.awaitDurable(killed.commit(List.of(retained("t" + i, "v"))));
            }
            Positions second = new Positions();
            MessageStore next = run(disk, second, Durability.OS);
            next.load();
            for (int i = 6; i <= 20; i++) {
                nanos.addAndGet(2_000_000_000L); // two seconds each: everything is forced, one would think
                second.awaitDurable(next.commit(List.of(retained("t" + i, "v"))));
            }
            disk.cutPower(new Random(seed));
            try (MessageStore last = run(opened(disk.afterPowerCut()), new Positions(), Durability.OS)) {
                int found = values(last.load()).size();
                if (found < 20 || last.status().damagedParts() != 0) {
                    wrong.add("seed " + seed + " found=" + found + " of 20, damaged="
                            + last.status().damagedParts() + " lost="
                            + last.status().lostCommits());
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record HeaderFlip(String name, byte[] content, CheckpointFile.Header header, String what) {}

    /** Single bits whose flip changes what a checkpoint says of itself, and nobody notices. */
    private List<HeaderFlip> headerFlips(Path directory) throws Exception {
        List<HeaderFlip> flips = new ArrayList<>();
        Path scratch = Files.createDirectories(folder.resolve("scratch"));
        for (String name : Checkpoints.NAMES) {
            byte[] content = Files.readAllBytes(directory.resolve(name + CheckpointFile.EXTENSION));
            long sequence = new CheckpointFile(Disk.of(directory), name).probe().sequence();
            byte[] number = {(byte) ((sequence & 0x7F) | 0x80), (byte) (sequence >> 7)};
            for (int at = 16; at < content.length - 1; at++) {
                if (content[at] != number[0] || content[at + 1] != number[1]) {
                    continue;
                }
                for (int where = at - 3; where <= at + 1; where++) {
                    for (int bit = 0; bit < 7; bit++) {
                        byte[] flipped = content.clone();
                        flipped[where] ^= (byte) (1 << bit);
                        Files.write(scratch.resolve(name + CheckpointFile.EXTENSION), flipped);
                        try {
                            CheckpointFile.Header header = new CheckpointFile(Disk.of(scratch), name).probe();
                            if (header.version() > CheckpointFile.VERSION || header.sequence() > sequence) {
                                flips.add(new HeaderFlip(
                                        name,
                                        flipped,
                                        header,
                                        name + " byte " + where + " bit " + bit + " (was " + sequence + "): "
                                                + header));
                            }
                        } catch (java.sql.SQLException found) {
                            // as it should be
                        }
                    }
                }
            }
        }
        return flips;
    }

    private Path filled() throws Exception {
        Path directory = Files.createDirectories(folder.resolve("filled"));
        Positions positions = new Positions();
        try (MessageStore store = run(Disk.of(directory), positions, Durability.FORCE)) {
            store.load();
            for (int i = 0; i < 300; i++) {
                positions.awaitDurable(store.commit(List.of(retained("t" + i, "v"))));
            }
            checkpoint(store, positions, nanos);
            checkpoint(store, positions, nanos);
            for (int i = 0; i < 50; i++) {
                positions.awaitDurable(store.commit(List.of(retained("later" + i, "v"))));
            }
        }
        return directory;
    }

    /** A sequence that is too high would skip what was acknowledged, and a version that is would end every start. */
    @Test
    void flippedBitInWhatACheckpointSaysOfItselfIsFoundOrCostsNothing() throws Exception {
        Path directory = filled();
        List<String> wrong = new ArrayList<>();
        for (HeaderFlip flip : headerFlips(directory)) {
            Path copy = Files.createDirectories(folder.resolve("copy" + runs));
            for (String name : Disk.of(directory).names()) {
                Files.copy(directory.resolve(name), copy.resolve(name));
            }
            Files.write(copy.resolve(flip.name() + CheckpointFile.EXTENSION), flip.content());
            try (MessageStore store = run(Disk.of(copy), new Positions(), Durability.FORCE)) {
                int found = values(store.load()).size();
                if (found != 351) {
                    wrong.add("\n" + flip.what() + " -> found " + found + " of 351, " + store.status());
                }
            } catch (StoreException e) {
                wrong.add("\n" + flip.what() + " -> FAILED START " + e.getMessage());
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** A damaged segment stays as long as no checkpoint holds what is sound of it. */
    @Test
    void whatCouldBeProvenOnAFullDiskIsStillThereAfterTheNextKill() throws Exception {
        SimulatedDisk disk = opened(new SimulatedDisk());
        Positions positions = new Positions();
        try (MessageStore store = run(disk, positions, Durability.FORCE)) {
            store.load();
            for (int i = 1; i <= 20; i++) {
                positions.awaitDurable(store.commit(List.of(retained("t%02d".formatted(i), "v"))));
            }
        }
        String segment = disk.names().stream()
                .filter(name -> name.startsWith("journal-"))
                .max((a, b) -> Boolean.compare(has(disk, a, "t03"), has(disk, b, "t03")))
                .orElseThrow();
        byte[] content = disk.content(segment);
        content[indexOf(content, "t03")] ^= 1;
        disk.replace(segment, content);
        long used = 0;
        for (String name : disk.names()) {
            used += disk.content(name).length;
        }
        disk.capacity(used);

        MessageStore killed = run(disk, new Positions(), Durability.FORCE);
        int first = values(killed.load()).size();
        assertEquals(19, first);
        MessageStore again = run(disk, new Positions(), Durability.FORCE);
        assertEquals(19, values(again.load()).size(), again.status() + " " + disk.names());
    }

    private static boolean has(SimulatedDisk disk, String name, String text) {
        try {
            return indexOf(disk.content(name), text) >= 0;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int indexOf(byte[] content, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i <= content.length - bytes.length; i++) {
            if (Arrays.equals(content, i, i + bytes.length, bytes, 0, bytes.length)) {
                return i;
            }
        }
        return -1;
    }

    /** A flipped bit in each checkpoint: released segments are replayed over rows that were proven and are newer. */
    @Test
    void spareSegmentsBringNoOldValueBackOverAProvenNewerOne() throws Exception {
        Path directory = Files.createDirectories(folder.resolve("stale"));
        Positions positions = new Positions();
        try (MessageStore store = run(Disk.of(directory), positions, Durability.FORCE)) {
            store.load();
            positions.awaitDurable(store.commit(List.of(
                    retained("value", "OLD"),
                    retained("victim", "UNIQUEVICTIM"),
                    Changes.opened("c"),
                    Changes.queued(1, "delivered long ago", "c"))));
            // a burst: this group has a segment of its own size, which is deleted and not reused
            positions.awaitDurable(store.commit(
                    List.of(retained("value", "NEW"), Changes.settled("c", 1), retained("huge", "x".repeat(5 << 20)))));
            checkpoint(store, positions, nanos);
            checkpoint(store, positions, nanos);
            checkpoint(store, positions, nanos);
        }
        for (String name : Checkpoints.NAMES) {
            Path file = directory.resolve(name + CheckpointFile.EXTENSION);
            byte[] content = Files.readAllBytes(file);
            int at = indexOf(content, "UNIQUEVICTIM");
            assertTrue(at > 0);
            content[at] ^= 1;
            Files.write(file, content);
        }
        try (MessageStore store = run(Disk.of(directory), new Positions(), Durability.FORCE)) {
            StoredState state = store.load();
            assertEquals("NEW", values(state).get("value"));
            assertEquals(0, state.sessions().get(0).queue().size(), "QoS 2 message settled long ago");
        }
    }

    /** Nothing needs to be written to start an undamaged store. */
    @Test
    void anUndamagedStoreStartsOnAFullDisk() throws Exception {
        SimulatedDisk disk = opened(new SimulatedDisk());
        Positions positions = new Positions();
        try (MessageStore store = run(disk, positions, Durability.FORCE)) {
            store.load();
            for (int i = 1; i <= 20; i++) {
                positions.awaitDurable(store.commit(List.of(retained("t" + i, "v"))));
            }
            checkpoint(store, positions, nanos);
            checkpoint(store, positions, nanos);
        }
        disk.capacity(1);
        try (MessageStore store = run(disk, new Positions(), Durability.FORCE)) {
            assertEquals(21, values(store.load()).size());
        }
    }

    /** The evidence. */
    @Test
    void theCopyOfADamagedCheckpointIsWhatWasFound() throws Exception {
        Path directory = Files.createDirectories(folder.resolve("evidence"));
        Positions positions = new Positions();
        try (MessageStore store = run(Disk.of(directory), positions, Durability.FORCE)) {
            store.load();
            positions.awaitDurable(store.commit(List.of(retained("v", "UNIQUEVICTIM"))));
            checkpoint(store, positions, nanos);
            checkpoint(store, positions, nanos);
            checkpoint(store, positions, nanos);
        }
        Map<String, byte[]> damaged = new TreeMap<>();
        for (String name : Checkpoints.NAMES) {
            Path file = directory.resolve(name + CheckpointFile.EXTENSION);
            byte[] content = Files.readAllBytes(file);
            content[indexOf(content, "UNIQUEVICTIM")] ^= 1;
            Files.write(file, content);
            damaged.put(name, content);
        }
        run(Disk.of(directory), new Positions(), Durability.FORCE).close();
        for (String name : Checkpoints.NAMES) {
            String copy = Disk.of(directory).names().stream()
                    .filter(each -> each.startsWith("damaged-") && each.endsWith("-" + name + CheckpointFile.EXTENSION))
                    .findFirst()
                    .orElseThrow();
            assertArrayEquals(damaged.get(name), Files.readAllBytes(directory.resolve(copy)), name);
        }
    }

    /** Evidence comes first. */
    @Test
    void aKillDuringARepairDoesNotHideTheDamage() throws Exception {
        SimulatedDisk disk = opened(new SimulatedDisk());
        Positions positions = new Positions();
        try (MessageStore store = run(disk, positions, Durability.FORCE)) {
            store.load();
            for (int i = 1; i <= 20; i++) {
                positions.awaitDurable(store.commit(List.of(retained("t%02d".formatted(i), "v"))));
            }
        }
        byte[] content = disk.content("journal-0001.log");
        content[indexOf(content, "t03")] ^= 1;
        disk.replace("journal-0001.log", content);
        List<String> hidden = new ArrayList<>();
        for (int at = 1; at < 60; at++) {
            SimulatedDisk copy = opened(new SimulatedDisk());
            for (String name : disk.names()) {
                copy.replace(name, disk.content(name));
            }
            copy.cutPowerAfter(at, new Random(at));
            try {
                run(copy, new Positions(), Durability.FORCE).close();
            } catch (StoreException killed) {
                // as it was meant
            }
            if (copy.hasPower()) {
                break;
            }
            SimulatedDisk after = opened(copy.afterPowerCut());
            try (MessageStore again = run(after, new Positions(), Durability.FORCE)) {
                boolean kept = after.names().stream().anyMatch(name -> name.startsWith("damaged-"));
                int found = values(again.load()).size();
                if (found != 19) {
                    hidden.add("at " + at + " FOUND " + found);
                }
                if (again.status().damagedParts() == 0 && !kept) {
                    hidden.add("at " + at + " found " + found + " and nothing is called damaged");
                }
            }
            after.close();
            copy.close();
            disks.removeAll(List.of(after, copy));
        }
        assertEquals(List.of(), hidden);
    }
}

package io.fieldmouse.store.powercut;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {
    private static final int SECTOR = SimulatedFile.SECTOR_BYTES;
    private static final int SEEDS = 200;

    private final SimulatedDisk disk = new SimulatedDisk();

    @AfterEach
    void close() {
        disk.close();
    }

    private static byte[] sectors(int count, char filling) {
        byte[] bytes = new byte[count * SECTOR];
        Arrays.fill(bytes, (byte) filling);
        return bytes;
    }

    private FileChannel fileWith(String name, byte[] forced) throws IOException {
        FileChannel file = disk.open(name);
        file.write(ByteBuffer.wrap(forced), 0);
        file.force(false);
        disk.forceNames();
        return file;
    }

    /** The first byte of each sector, one after the other. */
    private static String picture(SimulatedDisk left, String name) {
        byte[] bytes;
        try {
            bytes = left.content(name);
        } catch (NoSuchFileException e) {
            return "gone";
        }
        return IntStream.iterate(0, at -> at < bytes.length, at -> at + SECTOR)
                .mapToObj(at -> bytes[at] == 0 ? "0" : String.valueOf((char) bytes[at]))
                .collect(Collectors.joining());
    }

    private interface Life {
        void live(SimulatedDisk disk) throws IOException;
    }

    /** What is left of a file, or of several, after the same life ends in different cuts. */
    private static Set<String> outcomes(Life life, String... names) throws IOException {
        Set<String> outcomes = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimulatedDisk machine = new SimulatedDisk()) {
                life.live(machine);
                machine.cutPower(new Random(seed));
                try (SimulatedDisk left = machine.afterPowerCut()) {
                    outcomes.add(Arrays.stream(names)
                            .map(name -> picture(left, name))
                            .collect(Collectors.joining(" ")));
                }
            }
        }
        return outcomes;
    }

    private static FileChannel forced(SimulatedDisk machine, String name, byte[] content) throws IOException {
        FileChannel file = machine.open(name);
        file.write(ByteBuffer.wrap(content), 0);
        file.force(false);
        machine.forceNames();
        return file;
    }

    @Test
    void whatWasForcedIsKept() throws IOException {
        assertEquals(Set.of("aaa"), outcomes(machine -> forced(machine, "f", sectors(3, 'a')), "f"));
    }

    @Test
    void unforcedWriteIsLostKeptOrTornIntoSectors() throws IOException {
        Set<String> outcomes = outcomes(
                machine -> forced(machine, "f", sectors(3, 'a')).write(ByteBuffer.wrap(sectors(3, 'b')), 0), "f");
        assertEquals(Set.of("aaa", "aab", "aba", "abb", "baa", "bab", "bba", "bbb"), outcomes);
    }

    @Test
    void bytesThatShareASectorWithAnUnforcedWriteAreKeptAsTheyWere() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimulatedDisk machine = new SimulatedDisk()) {
                forced(machine, "f", sectors(1, 'a')).write(ByteBuffer.wrap(new byte[] {'b', 'b'}), 100);
                machine.cutPower(new Random(seed));
                byte[] left = machine.afterPowerCut().content("f");
                assertEquals('a', left[99]);
                assertEquals(left[100], left[101]);
                assertEquals('a', left[102]);
            }
        }
    }

    @Test
    void laterWriteMayBeThereWithoutTheEarlier() throws IOException {
        Set<String> outcomes = outcomes(
                machine -> {
                    FileChannel file = forced(machine, "f", sectors(2, 'a'));
                    file.write(ByteBuffer.wrap(sectors(1, 'b')), 0);
                    file.write(ByteBuffer.wrap(sectors(1, 'c')), SECTOR);
                },
                "f");
        assertEquals(Set.of("aa", "ba", "ac", "bc"), outcomes);
    }

    @Test
    void whereWritesOverlapAnyOfThemMayBeLeft() throws IOException {
        Set<String> outcomes = outcomes(
                machine -> {
                    FileChannel file = forced(machine, "f", sectors(1, 'a'));
                    file.write(ByteBuffer.wrap(sectors(1, 'b')), 0);
                    file.write(ByteBuffer.wrap(sectors(1, 'c')), 0);
                },
                "f");
        assertEquals(Set.of("a", "b", "c"), outcomes);
    }

    @Test
    void fileThatGrewMayHoldZerosOrBeShortOrBoth() throws IOException {
        Set<String> outcomes = outcomes(
                machine -> forced(machine, "f", sectors(1, 'a')).write(ByteBuffer.wrap(sectors(2, 'b')), SECTOR), "f");
        assertTrue(
                outcomes.containsAll(Set.of("a", "ab", "a0", "abb", "a0b", "ab0", "a00")), () -> outcomes.toString());
        assertTrue(outcomes.stream().allMatch(left -> left.matches("a[b0]{0,2}")), () -> outcomes.toString());
    }

    @Test
    void truncationMayNotHaveHappened() throws IOException {
        Set<String> outcomes =
                outcomes(machine -> forced(machine, "f", sectors(2, 'a')).truncate(SECTOR), "f");
        assertTrue(outcomes.containsAll(Set.of("a", "aa")), () -> outcomes.toString());
    }

    @Test
    void fileIsAsLongAsItWasAfterATruncationThatWasForced() throws IOException {
        Life life = machine -> {
            FileChannel file = forced(machine, "f", sectors(3, 'a'));
            file.truncate(SECTOR);
            file.write(ByteBuffer.wrap(sectors(1, 'b')), 2 * SECTOR);
            file.force(true);
        };
        assertEquals(Set.of("a0b"), outcomes(life, "f"));
        Life shorter = machine ->
                forced(machine, "f", sectors(3, 'a')).truncate(SECTOR).force(true);
        assertEquals(Set.of("a"), outcomes(shorter, "f"));
    }

    @Test
    void newFileMayBeGoneAlthoughItWasForcedUntilItsNameIs() throws IOException {
        Life unnamed = machine -> {
            FileChannel file = machine.open("f");
            file.write(ByteBuffer.wrap(sectors(1, 'a')), 0);
            file.force(true);
        };
        assertEquals(Set.of("gone", "a"), outcomes(unnamed, "f"));
        Life named = machine -> {
            unnamed.live(machine);
            machine.forceNames();
        };
        assertEquals(Set.of("a"), outcomes(named, "f"));
    }

    @Test
    void renamingHasHappenedOrNot() throws IOException {
        Life life = machine -> {
            forced(machine, "f", sectors(1, 'a'));
            forced(machine, "new", sectors(1, 'b'));
            machine.rename("new", "f");
        };
        assertEquals(Set.of("a b", "b gone"), outcomes(life, "f", "new"));
        Life durable = machine -> {
            life.live(machine);
            machine.forceNames();
        };
        assertEquals(Set.of("b gone"), outcomes(durable, "f", "new"));
    }

    @Test
    void renamedFileThatWasNotForcedMayBeEmpty() throws IOException {
        Life life = machine -> {
            machine.open("new").write(ByteBuffer.wrap(sectors(1, 'b')), 0);
            machine.rename("new", "f");
            machine.forceNames();
        };
        assertEquals(Set.of("", "0", "b"), outcomes(life, "f"));
    }

    @Test
    void changesOfTheSameNamesKeepTheirOrderAndOthersDoNot() throws IOException {
        Life life = machine -> {
            forced(machine, "old", sectors(1, 'o'));
            machine.open("x").close();
            machine.rename("x", "y");
            machine.delete("old");
        };
        assertEquals(
                Set.of("gone gone o", " gone o", "gone  o", "gone gone gone", " gone gone", "gone  gone"),
                outcomes(life, "x", "y", "old"));
    }

    @Test
    void deletedFileIsStillWrittenByWhoeverHasItOpen() throws IOException {
        FileChannel file = fileWith("f", sectors(1, 'a'));
        disk.delete("f");
        assertEquals(List.of(), disk.names());
        file.write(ByteBuffer.wrap(sectors(1, 'b')), 0);
        ByteBuffer read = ByteBuffer.allocate(1);
        assertEquals(1, file.read(read, 0));
        assertEquals('b', read.get(0));
    }

    @Test
    void everyOperationFailsAfterTheCut() throws IOException {
        FileChannel file = fileWith("f", sectors(1, 'a'));
        disk.cutPower(new Random(1));
        assertFalse(disk.hasPower());
        assertThrows(IOException.class, () -> file.read(ByteBuffer.allocate(1), 0));
        assertThrows(IOException.class, () -> file.write(ByteBuffer.allocate(1), 0));
        assertThrows(IOException.class, () -> file.truncate(0));
        assertThrows(IOException.class, () -> file.force(false));
        assertThrows(IOException.class, file::size);
        assertThrows(IOException.class, disk::names);
        assertThrows(IOException.class, () -> disk.open("f"));
        assertThrows(IOException.class, () -> disk.rename("f", "g"));
        assertThrows(IOException.class, () -> disk.delete("f"));
        assertThrows(IOException.class, disk::forceNames);
        assertThrows(IOException.class, disk::usableBytes);
        file.close();
    }

    @Test
    void threadsAtWorkAreStoppedAndWhatTheyForcedIsKept() throws IOException {
        FileChannel file = fileWith("f", sectors(1, 'a'));
        AtomicLong forced = new AtomicLong();
        CompletableFuture<Void> work = CompletableFuture.runAsync(() -> {
            for (int n = 1; ; n++) {
                try {
                    file.write(ByteBuffer.allocate(Integer.BYTES).putInt(0, n), 0);
                    file.force(false);
                } catch (IOException e) {
                    throw new CompletionException(e);
                }
                forced.set(n);
            }
        });
        while (forced.get() < 1_000) {
            Thread.onSpinWait();
        }
        disk.cutPower(new Random(1));
        CompletionException end = assertThrows(CompletionException.class, work::join);
        assertTrue(end.getCause() instanceof IOException, () -> end.toString());
        int left = ByteBuffer.wrap(disk.afterPowerCut().content("f")).getInt();
        assertTrue(left == forced.get() || left == forced.get() + 1, () -> left + " for " + forced);
    }

    @Test
    void cutInTheMiddleOfAWriteTearsItAndInTheMiddleOfAForceUndoesIt() throws IOException {
        for (int operation = 1; operation <= 2; operation++) {
            int at = operation;
            Life life = machine -> {
                FileChannel file = forced(machine, "f", sectors(2, 'a'));
                machine.cutPowerAfter(at, new Random(machine.hashCode()));
                assertThrows(IOException.class, () -> {
                    file.write(ByteBuffer.wrap(sectors(2, 'b')), 0);
                    file.force(false);
                });
                assertFalse(machine.hasPower());
            };
            assertEquals(Set.of("aa", "ab", "ba", "bb"), outcomes(life, "f"));
        }
    }

    @Test
    void sameNumbersLeaveTheSame() throws IOException {
        IntFunction<String> left = seed -> {
            try (SimulatedDisk machine = new SimulatedDisk()) {
                FileChannel file = machine.open("f");
                for (int i = 0; i < 100; i++) {
                    file.write(ByteBuffer.wrap(sectors(1, 'b')), (long) i * SECTOR);
                }
                machine.cutPower(new Random(seed));
                return picture(machine.afterPowerCut(), "f");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        };
        Set<String> all = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            assertEquals(left.apply(seed), left.apply(seed));
            all.add(left.apply(seed));
        }
        assertTrue(all.size() > 10, () -> "different numbers leave different things, here " + all.size());
    }

    @Test
    void whatAForceFailedToWriteIsReadFromTheCacheAndGoneAfterTheCut() throws IOException {
        Life life = machine -> {
            FileChannel file = forced(machine, "f", sectors(2, 'a'));
            file.write(ByteBuffer.wrap(sectors(2, 'b')), 0);
            machine.failForces(1);
            assertThrows(IOException.class, () -> file.force(false));
            assertArrayEquals(sectors(2, 'b'), machine.content("f"));
            file.force(false);
        };
        assertEquals(Set.of("aa"), outcomes(life, "f"));
        Life writtenAgain = machine -> {
            life.live(machine);
            FileChannel file = machine.open("f");
            file.write(ByteBuffer.wrap(new byte[] {'c'}), 0);
            file.force(false);
        };
        assertEquals(Set.of("ca"), outcomes(writtenAgain, "f"));
    }

    @Test
    void forcesThatAreIgnoredKeepNothing() throws IOException {
        Life life = machine -> {
            machine.ignoreForces();
            forced(machine, "f", sectors(1, 'a'));
        };
        Set<String> outcomes = outcomes(life, "f");
        assertTrue(outcomes.containsAll(Set.of("gone", "a")), () -> outcomes.toString());
    }

    @Test
    void forceTakesItsTimeAndOthersWriteMeanwhile() throws IOException {
        FileChannel file = fileWith("f", sectors(2, 'a'));
        disk.forceNanos(TimeUnit.SECONDS.toNanos(60));
        CompletableFuture<Void> force = CompletableFuture.runAsync(() -> {
            try {
                file.force(false);
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
        file.write(ByteBuffer.wrap(sectors(1, 'b')), 0);
        assertEquals("ba", picture(disk, "f"));
        assertFalse(force.isDone());
        disk.cutPower(new Random(1));
    }

    @Test
    void fullDiskTakesNothingThatMakesAFileLonger() throws IOException {
        FileChannel file = fileWith("f", sectors(2, 'a'));
        disk.capacity(3 * SECTOR);
        assertEquals(SECTOR, disk.usableBytes());
        IOException refused =
                assertThrows(IOException.class, () -> file.write(ByteBuffer.wrap(sectors(2, 'b')), 2 * SECTOR));
        assertEquals("No space left on device", refused.getMessage());
        file.write(ByteBuffer.wrap(sectors(2, 'b')), 0);
        file.write(ByteBuffer.wrap(sectors(1, 'b')), 2 * SECTOR);
        assertEquals(0, disk.usableBytes());
        disk.capacity(10 * SECTOR);
        file.write(ByteBuffer.wrap(sectors(2, 'c')), 3 * SECTOR);
        assertEquals("bbbcc", picture(disk, "f"));
    }

    @Test
    void replacedFileIsAsIfItHadAlwaysBeenThere() throws IOException {
        Life life = machine -> machine.replace("f", sectors(1, 'z'));
        assertEquals(Set.of("z"), outcomes(life, "f"));
    }

    @Test
    void h2KeepsItsDatabaseOnIt() throws SQLException, IOException {
        try (Connection connection = connect(disk);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE t(n INT PRIMARY KEY)");
            statement.execute("INSERT INTO t VALUES (1), (2)");
            statement.execute("CHECKPOINT SYNC");
            disk.forceNames();
            assertEquals(List.of("base.mv.db"), disk.names());
            disk.cutPower(new Random(1));
            assertThrows(SQLException.class, () -> statement.execute("CHECKPOINT SYNC"));
        }
        try (SimulatedDisk next = disk.afterPowerCut();
                Connection connection = connect(next);
                Statement statement = connection.createStatement();
                ResultSet sum = statement.executeQuery("SELECT SUM(n) FROM t")) {
            assertTrue(sum.next());
            assertEquals(3, sum.getInt(1));
        }
    }

    private static Connection connect(SimulatedDisk disk) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:h2:" + disk.h2Path("base") + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0");
    }
}

package io.fieldmouse.store;

import static io.fieldmouse.store.JournalFolder.SEGMENT_BYTES;
import static io.fieldmouse.store.JournalFolder.body;
import static io.fieldmouse.store.JournalFolder.indexOf;
import static io.fieldmouse.store.JournalFolder.put;
import static io.fieldmouse.store.JournalFolder.range;
import static io.fieldmouse.store.JournalFolder.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.store.Journal.Damage;
import io.fieldmouse.store.Journal.Found;
import io.fieldmouse.store.JournalFolder.Opened;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is read from a journal that was cut, overwritten or mixed up: whatever is handed over was written (the folder
 * compares the bodies), whatever is whole is handed over, and what is missing is said, but for the end that a power cut
 * may have left.
 */
class JournalDamageTest {
    /** Of the journal that {@link #writeSmallJournal} leaves: three groups a segment, the last segment half full. */
    private static final long[][] GROUPS = {{1, 3}, {4, 4}, {5, 8}, {9, 12}, {13, 13}, {14, 17}, {18, 20}, {21, 24}};

    private static final long LAST = 24;

    private final Path directory;
    private final JournalFolder folder;

    JournalDamageTest(@TempDir Path directory) {
        this.directory = directory;
        folder = new JournalFolder(directory);
    }

    private void writeSmallJournal() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            for (long[] group : GROUPS) {
                write(journal, group[0], group[1]);
            }
        }
        assertEquals(3, folder.files().size());
        assertReads(0, LAST);
    }

    private void assertReads(long after, long last) throws IOException {
        Opened opened = folder.open(after);
        assertEquals(range(after + 1, last), opened.sequences());
        assertEquals(new Found(last, last - after, List.of(), 0), opened.found());
    }

    private static void overwrite(Path file, int at, byte... bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), at);
        }
    }

    private static long[] groupOf(long sequence) {
        return Arrays.stream(GROUPS)
                .filter(group -> group[0] <= sequence && sequence <= group[1])
                .findFirst()
                .orElseThrow();
    }

    /** Which record covers the byte; 0 for none. */
    private static long[] recordOfEachByte(byte[] file) {
        long[] records = new long[file.length];
        for (long sequence = 1; sequence <= LAST; sequence++) {
            int from = indexOf(file, sequence);
            if (from >= 0) {
                int length = Segment.RECORD_HEAD + body(sequence).length;
                Arrays.fill(records, from, from + length, sequence);
            }
        }
        return records;
    }

    @Test
    void aFlippedBitCostsItsRecordAndIsReportedUnlessItMayBeTheEnd() throws IOException {
        writeSmallJournal();
        for (Path file : folder.files()) {
            byte[] sound = Files.readAllBytes(file);
            long[] records = recordOfEachByte(sound);
            int begin = 0;
            for (int at = 0; at < sound.length; at++) {
                begin = at > 0 && records[at] == records[at - 1] ? begin : at;
                overwrite(file, at, (byte) (sound[at] ^ 1 << at * 7 % 8));
                assertFlipped(file, at, records[at], at - begin);
                overwrite(file, at, sound[at]);
            }
        }
        assertReads(0, LAST);
    }

    private void assertFlipped(Path file, int at, long record, int inRecord) throws IOException {
        Opened opened = folder.open(0);
        Found found = opened.found();
        String where = file.getFileName() + " at " + at + ": " + found;
        if (record == 0) {
            assertEquals(range(1, LAST), opened.sequences(), where);
            assertEquals(new Found(LAST, LAST, List.of(), 0), found, where);
            return;
        }
        long[] group = groupOf(record);
        // The length is the only way to the next record of the group.
        long lost = inRecord < 4 ? group[1] - record + 1 : 1;
        if (group[1] == LAST) {
            assertEquals(range(1, record - 1), opened.sequences(), where);
            assertEquals(new Found(record - 1, record - 1, List.of(), 0), found, where);
            return;
        }
        List<Long> expected = new ArrayList<>(range(1, LAST));
        expected.removeAll(range(record, record + lost - 1));
        // A flip may leave a length with which the next record is found all the same; then less is lost.
        assertTrue(
                opened.sequences().containsAll(expected) && !opened.sequences().contains(record), where);
        assertEquals(LAST, found.lastSequence(), where);
        assertEquals(LAST - opened.sequences().size(), found.missing(), where);
        assertEquals(1, found.damages().size(), where);
        Damage damage = found.damages().get(0);
        assertEquals(file.getFileName().toString(), damage.file(), where);
        assertEquals(at - inRecord, damage.offset(), where);
    }

    @Test
    void aFileThatIsCutLosesWhatWasBehindTheCut() throws IOException {
        writeSmallJournal();
        for (Path file : folder.files()) {
            byte[] sound = Files.readAllBytes(file);
            long[] records = recordOfEachByte(sound);
            for (int size = sound.length - 1; size >= 0; size--) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(size);
                }
                assertCut(file, size, records);
            }
            Files.write(file, sound);
        }
        assertReads(0, LAST);
    }

    private void assertCut(Path file, int size, long[] records) throws IOException {
        Opened opened = folder.open(0);
        Found found = opened.found();
        String where = file.getFileName() + " cut to " + size + ": " + found;
        List<Long> expected = new ArrayList<>(range(1, LAST));
        for (int at = size < SegmentHeader.BYTES ? 0 : size; at < records.length; at++) {
            expected.remove(records[at]);
        }
        assertEquals(expected, opened.sequences(), where);
        boolean isLast = file.equals(folder.files().get(2));
        // Nothing says that a file without a byte was more than a name, but for the gap.
        assertEquals(size == 0 && isLast, found.damages().isEmpty(), where);
        assertEquals(isLast ? 0 : LAST - expected.size(), found.missing(), where);
    }

    @Test
    void aZeroFilledEndIsTheEndUnlessMoreFollows() throws IOException {
        writeSmallJournal();
        for (Path file : folder.files()) {
            byte[] sound = Files.readAllBytes(file);
            long[] records = recordOfEachByte(sound);
            for (int from = 0; from < sound.length; from += 512) {
                byte[] zeroed = Arrays.copyOf(Arrays.copyOf(sound, from), sound.length);
                Files.write(file, zeroed);
                Opened opened = folder.open(0);
                List<Long> expected = new ArrayList<>(range(1, LAST));
                for (int at = from; at < sound.length; at++) {
                    expected.remove(sound[at] == 0 ? Long.valueOf(-1) : Long.valueOf(records[at]));
                }
                assertEquals(expected, opened.sequences());
                boolean isLast = file.equals(folder.files().get(2));
                Found found = opened.found();
                assertEquals(isLast ? 0 : LAST - expected.size(), found.missing());
                assertEquals(found.missing() > 0 ? 1 : 0, found.damages().size(), "from " + from + ": " + found);
            }
            Files.write(file, sound);
        }
    }

    @Test
    void eitherBlockWithAHeaderMayBeLost() throws IOException {
        writeSmallJournal();
        Path file = folder.files().get(1);
        byte[] sound = Files.readAllBytes(file);
        overwrite(file, 0, new byte[Segment.BLOCK]);
        assertReads(0, LAST);
        Files.write(file, sound);
        overwrite(file, Segment.BLOCK, new byte[SegmentHeader.BYTES]);
        assertReads(0, LAST);
        overwrite(file, 0, (byte) 1);
        Opened opened = folder.open(0);
        assertFalse(opened.sequences().contains(9L), "no header, no record");
        assertEquals(9, opened.found().missing());
        assertTrue(files(opened.found()).contains("journal-0002.log"), "it may hold them");
    }

    @Test
    void aFileWithTwoBrokenHeadersIsDamagedEvenAsTheLast() throws IOException {
        writeSmallJournal();
        Path file = folder.files().get(2);
        byte[] sound = Files.readAllBytes(file);
        overwrite(file, 20, (byte) -1);
        overwrite(file, Segment.BLOCK + 20, (byte) -1);
        Opened opened = folder.open(0);
        assertEquals(range(1, 17), opened.sequences());
        assertEquals(List.of(file.getFileName().toString()), files(opened.found()));
        // Should it be readable again one day, what is written now is the newer one.
        try (Journal journal = opened.journal()) {
            write(journal, 18, 18);
            journal.releaseUpTo(18);
            assertTrue(Files.exists(file), "evidence is not deleted");
        }
        assertEquals(18, folder.open(17).found().lastSequence());
        Files.write(file, sound);
        assertReads(0, 18);
    }

    private static List<String> files(Found found) {
        return found.damages().stream().map(Damage::file).toList();
    }

    @Test
    void aSegmentThatIsGoneIsMissed() throws IOException {
        writeSmallJournal();
        List<Path> files = folder.files();
        Files.delete(files.get(1));
        Opened opened = folder.open(0);
        List<Long> expected = new ArrayList<>(range(1, 8));
        expected.addAll(range(18, LAST));
        assertEquals(expected, opened.sequences());
        assertEquals(9, opened.found().missing());
        assertEquals(1, opened.found().damages().size());
        assertReads(17, LAST);

        Files.delete(files.get(0));
        Found found = folder.open(0).found();
        assertEquals(17, found.missing());
        assertEquals(List.of("journal-0003.log"), files(found));
        assertEquals(7, folder.open(10).found().missing());
    }

    @Test
    void namesMayBeSwapped() throws IOException {
        writeSmallJournal();
        List<Path> files = folder.files();
        Files.move(files.get(0), directory.resolve("journal-0077.log"));
        Files.move(files.get(2), files.get(0));
        assertReads(0, LAST);
        try (Journal journal = folder.open(LAST).journal()) {
            write(journal, LAST + 1, LAST + 1);
        }
        assertTrue(Files.exists(directory.resolve("journal-0078.log")));
        assertReads(0, LAST + 1);
    }

    @Test
    void aSegmentCopiedOverAnotherIsReadOnce() throws IOException {
        writeSmallJournal();
        List<Path> files = folder.files();
        Files.write(files.get(1), Files.readAllBytes(files.get(0)));
        Opened opened = folder.open(0);
        List<Long> expected = new ArrayList<>(range(1, 8));
        expected.addAll(range(18, LAST));
        assertEquals(expected, opened.sequences());
        assertEquals(9, opened.found().missing());
        assertTrue(files(opened.found()).contains("journal-0002.log"));
    }

    @Test
    void anOlderCopyBesideItsSegmentHidesNothing() throws IOException {
        Journal journal = folder.open(0).journal();
        write(journal, 1, 2);
        byte[] older = Files.readAllBytes(folder.files().get(0));
        write(journal, 3, 4);
        journal.close();
        Files.write(directory.resolve("journal-0000.log"), older);
        Opened opened = folder.open(0);
        assertEquals(range(1, 4), opened.sequences());
        assertEquals(0, opened.found().missing());
        assertEquals(1, opened.found().damages().size());
    }

    /** Else the end of the journal would be called damage, and records be missed that nobody was promised. */
    @Test
    void aRecordThatBeginsABlockIsNotTakenForAGroup() throws IOException {
        RecordBuffer group = new RecordBuffer();
        put(group, 1, new byte[Segment.BLOCK - SegmentHeader.BYTES - Segment.RECORD_HEAD - 100]);
        put(group, 2, new byte[100 - Segment.RECORD_HEAD]);
        put(group, 3, body(3));
        try (Journal journal = folder.open(0).journal()) {
            journal.append(group);
            journal.force();
        }
        Path file = folder.files().get(0);
        assertEquals(2 * Segment.BLOCK, indexOf(Files.readAllBytes(file), 3));
        overwrite(file, 2 * Segment.BLOCK - 1, (byte) 1);
        Found found =
                Journal.open(Disk.of(directory), 0, (sequence, body) -> {}).found();
        assertEquals(new Found(1, 1, List.of(), 0), found);
    }

    @Test
    void aHeaderAloneSaysWhatCameBefore() throws IOException {
        writeSmallJournal();
        Files.delete(folder.files().get(1));
        overwrite(folder.path("journal-0003.log"), Segment.FIRST_GROUP, new byte[3 * Segment.BLOCK - 64]);
        Opened opened = folder.open(0);
        assertEquals(range(1, 8), opened.sequences());
        assertEquals(17, opened.found().lastSequence());
        assertEquals(9, opened.found().missing());
        String words = opened.found().damages().get(0).words();
        assertTrue(words.contains("records 9 to 17 are missing"), words);
    }

    @Test
    void sequencesThatWereLeftOutAreMissedAndNothingElse() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            RecordBuffer group = new RecordBuffer();
            put(group, 1, new byte[0]);
            journal.append(group);
            group.clear();
            put(group, 5000, body(5000));
            journal.append(group);
            journal.force();
        }
        assertReads(4999, 5000);
        assertEquals(4997, folder.open(2).found().missing());
    }

    /** A journal of another directory, with three groups in its only file. */
    private byte[] foreignSegment(long first) throws IOException {
        JournalFolder other = new JournalFolder(Files.createDirectory(directory.resolve("other")), new Random(5));
        try (Journal journal = other.open(first - 1).journal()) {
            for (long sequence = first; sequence < first + 3; sequence++) {
                write(journal, sequence, sequence);
            }
        }
        return Files.readAllBytes(other.files().get(0));
    }

    @Test
    void aPayloadThatHoldsASegmentIsNoSegment() throws IOException {
        writeSmallJournal();
        byte[] foreign = foreignSegment(LAST + 2);
        RecordBuffer group = new RecordBuffer();
        // So that each block of the payload stands where it stood in its own file.
        byte[] payload = Arrays.copyOfRange(foreign, Segment.FIRST_GROUP + Segment.RECORD_HEAD, foreign.length);
        put(group, LAST + 1, payload);
        try (Journal journal = folder.open(0).journal()) {
            journal.append(group);
            journal.force();
        }
        overwrite(folder.files().get(3), Segment.FIRST_GROUP + Segment.RECORD_HEAD, (byte) 1);
        assertReads(0, LAST);
    }

    @Test
    void whatAnotherUseOfAFileHasLeftIsNoRecordWhateverItsSequence() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            write(journal, 1, 1);
        }
        byte[] foreign = foreignSegment(2);
        Path file = folder.files().get(0);
        overwrite(file, 2 * Segment.BLOCK, Arrays.copyOfRange(foreign, 2 * Segment.BLOCK, foreign.length));
        assertReads(0, 1);
    }

    @Test
    void aGroupThatWasCutOffIsTheEndAtEveryLaterStart() throws IOException {
        Journal first = folder.open(0).journal();
        write(first, 1, 2);
        write(first, 3, 20);
        first.close();
        Path file = folder.files().get(0);
        byte[] sound = Files.readAllBytes(file);
        int torn = indexOf(sound, 6);
        // A block in the middle did not reach the disk; those behind it did.
        overwrite(file, torn + 4, new byte[Segment.RECORD_HEAD + 10]);
        for (int run = 0; run < 3; run++) {
            Opened opened = folder.open(0);
            assertEquals(range(1, 5 + run), opened.sequences());
            assertEquals(new Found(5 + run, 5 + run, List.of(), 0), opened.found());
            try (Journal journal = opened.journal()) {
                write(journal, 6 + run, 6 + run);
            }
        }
        // What was given up stays so, even if the disk shows it again.
        Files.write(file, sound);
        assertReads(0, 8);
    }

    @Test
    void theFirstWriteOfASegmentMayBeCutOffAnywhere() throws IOException {
        for (boolean recycled : new boolean[] {false, true}) {
            Journal journal = folder.open(0).journal();
            for (long sequence = 1; sequence <= 9; sequence++) {
                write(journal, sequence, sequence);
            }
            if (recycled) {
                journal.releaseUpTo(3);
            } else {
                journal.prepareSpare();
            }
            Path file = recycled ? folder.files().get(0) : folder.files().get(3);
            byte[] before = Files.readAllBytes(file);
            write(journal, 10, 12);
            byte[] after = Files.readAllBytes(file);
            journal.close();
            for (int cut = 0; cut < after.length; cut += cut < 200 || (cut > 4000 && cut < 4400) ? 1 : 64) {
                byte[] prefix = before.clone();
                System.arraycopy(after, 0, prefix, 0, cut);
                Files.write(file, prefix);
                assertCutOff(cut, 9);
                byte[] rest = after.clone();
                System.arraycopy(before, 0, rest, 0, cut);
                Files.write(file, rest);
                assertCutOff(cut, cut <= Segment.BLOCK ? 12 : 9);
            }
            for (Path each : folder.files()) {
                Files.delete(each);
            }
        }
    }

    private void assertCutOff(int cut, long atLeast) throws IOException {
        Opened opened = folder.open(5);
        Found found = opened.found();
        assertTrue(found.lastSequence() >= atLeast, "cut at " + cut + ": " + found);
        assertEquals(range(6, found.lastSequence()), opened.sequences());
        assertEquals(new Found(found.lastSequence(), found.lastSequence() - 5, List.of(), 0), found);
    }

    @Test
    void aGroupOfAFailedWriteIsTheEndOfItsSegment() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            write(journal, 1, 2);
            write(journal, 3, 20);
            journal.abandonSegment();
            // All up to 25 went to both checkpoints meanwhile.
            write(journal, 26, 26);
        }
        Path file = folder.files().get(0);
        byte[] bytes = Files.readAllBytes(file);
        overwrite(file, indexOf(bytes, 9), new byte[Segment.BLOCK]);
        assertReads(25, 26);
        // With a checkpoint of before, what is not there is missed, and what is there is used.
        Opened opened = folder.open(0);
        assertTrue(opened.sequences().containsAll(range(1, 8))
                && opened.sequences().contains(26L));
        assertEquals(26, opened.found().records() + opened.found().missing());
    }

    @Test
    void aRecordThatMakesNoSenseIsDamage() throws IOException {
        writeSmallJournal();
        List<Long> read = new ArrayList<>();
        Found found = Journal.open(Disk.of(directory), 0, (sequence, body) -> {
                    if (sequence == 5) {
                        throw new IOException("no such change");
                    }
                    if (sequence == 7) {
                        throw new IllegalArgumentException("a topic with a wildcard");
                    }
                    read.add(sequence);
                })
                .found();
        assertEquals(LAST - 2, read.size());
        assertEquals(LAST, found.lastSequence());
        assertEquals(2, found.missing());
        assertEquals(2, found.damages().size());
        assertThrows(
                StoreException.class,
                () -> Journal.open(Disk.of(directory), 0, (sequence, body) -> {
                    throw new StoreException("of a newer version");
                }));
    }

    @Test
    void aFileThatCannotBeReadIsDamageAndNotTheEnd() throws IOException {
        writeSmallJournal();
        Files.delete(folder.files().get(1));
        Files.createSymbolicLink(directory.resolve("journal-0002.log"), directory);
        Disk disk = new JournalFolder.AllNames(Disk.of(directory), "journal-0002.log");
        Opened opened = new JournalFolder(directory, disk).open(0);
        assertEquals(9, opened.found().missing());
        assertTrue(files(opened.found()).contains("journal-0002.log"));
        assertEquals(LAST, opened.found().lastSequence());
    }

    @Test
    void aFileOfANewerVersionIsRefusedByName() throws IOException {
        writeSmallJournal();
        Path file = folder.files().get(1);
        ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(file), 0, SegmentHeader.BYTES);
        header.putInt(8, 2);
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, SegmentHeader.BYTES - 4);
        header.putInt(SegmentHeader.BYTES - 4, (int) crc.getValue());
        overwrite(file, 0, Arrays.copyOf(header.array(), SegmentHeader.BYTES));
        StoreException refused = assertThrows(StoreException.class, () -> folder.open(0));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("journal-0002.log") && message.contains("newer version"), message);
    }

    @Test
    void aDamagedFileIsNeitherUsedAgainNorDeleted() throws IOException {
        writeSmallJournal();
        Path file = folder.files().get(0);
        overwrite(file, indexOf(Files.readAllBytes(file), 2) + 20, (byte) 99);
        Opened opened = folder.open(0);
        try (Journal journal = opened.journal()) {
            journal.releaseUpTo(LAST);
            write(journal, LAST + 1, LAST + 1);
            assertEquals(List.of("journal-0001.log"), files(opened.found()));
        }
        assertTrue(Files.exists(file));
        Files.delete(file);
        assertReads(LAST, LAST + 1);
    }

    @Test
    void whateverStandsInTheFilesTheStartGoesOn() throws IOException {
        Random random = new Random(2026);
        for (int round = 0; round < 150; round++) {
            writeSmallJournal();
            int changes = 1 + random.nextInt(6);
            for (int change = 0; change < changes; change++) {
                disturb(random);
            }
            Opened opened = folder.open(random.nextInt(12));
            Found found = opened.found();
            assertEquals(opened.sequences().size(), found.records());
            try (Journal journal = opened.journal()) {
                write(journal, found.lastSequence() + 1, found.lastSequence() + 2);
            }
            // A start later finds the same, what was written since, and no more damage than before.
            Opened again = folder.open(0);
            assertTrue(again.sequences().containsAll(opened.sequences()), "round " + round);
            assertEquals(found.lastSequence() + 2, again.found().lastSequence());
            for (Path file : folder.files()) {
                Files.delete(file);
            }
        }
    }

    private void disturb(Random random) throws IOException {
        List<Path> files = folder.files();
        Path file = files.get(random.nextInt(files.size()));
        byte[] bytes = Files.readAllBytes(file);
        int at = random.nextInt(SEGMENT_BYTES);
        switch (random.nextInt(5)) {
            case 0 -> {
                byte[] noise = new byte[1 + random.nextInt(2000)];
                random.nextBytes(noise);
                overwrite(file, at, noise);
            }
            case 1 -> Files.write(file, Arrays.copyOf(bytes, at));
            case 2 -> overwrite(file, at, new byte[1 + random.nextInt(6000)]);
            case 3 -> {
                byte[] other = Files.readAllBytes(files.get(random.nextInt(files.size())));
                int block = at / Segment.BLOCK * Segment.BLOCK;
                if (block < other.length) {
                    overwrite(file, block, Arrays.copyOfRange(other, block, Math.min(other.length, block + 4096)));
                }
            }
            default -> {
                if (bytes.length > at) {
                    overwrite(file, at, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
                }
            }
        }
    }
}

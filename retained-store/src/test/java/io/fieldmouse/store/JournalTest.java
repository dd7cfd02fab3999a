package io.fieldmouse.store;

import static io.fieldmouse.store.JournalFolder.SEGMENT_BYTES;
import static io.fieldmouse.store.JournalFolder.group;
import static io.fieldmouse.store.JournalFolder.put;
import static io.fieldmouse.store.JournalFolder.range;
import static io.fieldmouse.store.JournalFolder.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fieldmouse.store.JournalFolder.Opened;
import io.fieldmouse.store.recording.FileEvent;
import io.fieldmouse.store.recording.FileEvent.Kind;
import io.fieldmouse.store.recording.FileRecording;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the journal writes and when, and which files it uses for it. Real files, watched. */
class JournalTest {
    private final FileRecording recording = FileRecording.named("journaltest");
    private final JournalFolder folder;

    JournalTest(@TempDir Path directory) {
        folder = new JournalFolder(directory, recording.disk(directory));
    }

    @AfterEach
    void unregister() {
        recording.close();
    }

    private void assertReads(long after, long last) throws IOException {
        Opened opened = folder.open(after);
        assertEquals(range(after + 1, last), opened.sequences());
        assertEquals(new Journal.Found(last, last - after, List.of(), 0), opened.found());
    }

    private long count(Kind kind) {
        return recording.events().stream().filter(event -> event.kind() == kind).count();
    }

    @Test
    void recordsComeBackFromManySegments() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            for (long sequence = 1; sequence <= 100; sequence += 5) {
                write(journal, sequence, sequence + 4);
            }
            assertTrue(folder.files().size() > 5, "segments: " + folder.files());
            assertEquals(folder.files().size() * (long) SEGMENT_BYTES, journal.bytes());
        }
        assertReads(0, 100);
        assertReads(37, 100);
        assertReads(100, 100);
    }

    @Test
    void anEmptyDirectoryIsAnEmptyJournal() throws IOException {
        Opened opened = folder.open(12);
        assertEquals(new Journal.Found(12, 0, List.of(), 0), opened.found());
        assertEquals(0, opened.journal().bytes());
        assertEquals(List.of(), folder.files());
    }

    @Test
    void eachRunBeginsASegmentOfItsOwn() throws IOException {
        for (long run = 0; run < 5; run++) {
            Opened opened = folder.open(0);
            assertEquals(range(1, run * 3), opened.sequences());
            try (Journal journal = opened.journal()) {
                write(journal, run * 3 + 1, run * 3 + 2);
                write(journal, run * 3 + 3, run * 3 + 3);
            }
        }
        assertEquals(5, folder.files().size());
        assertReads(0, 15);
    }

    @Test
    void aSmallGroupIsOneWriteOfOneBlockAndOneForce() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            journal.prepareSpare();
            recording.clear();
            write(journal, 1, 1);
            assertEquals(1, count(Kind.WRITE), "the first group of a segment and its headers");
            assertEquals(1, count(Kind.FORCE));
            assertEquals(2 * Segment.BLOCK, recording.events().get(0).length());
            recording.clear();
            write(journal, 2, 3);
            FileEvent written = recording.events().get(0);
            assertEquals(
                    List.of(Kind.WRITE, Kind.FORCE),
                    recording.events().stream().map(FileEvent::kind).toList());
            assertEquals(2 * Segment.BLOCK, written.position());
            assertEquals(Segment.BLOCK, written.length());
        }
    }

    @Test
    void noWriteTouchesABlockThatWasForcedUntilItsRecordsAreReleased() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            for (long sequence = 1; sequence <= 300; sequence++) {
                write(journal, sequence, sequence);
                if (sequence % 10 == 0) {
                    for (String file : freedBy(journal, sequence - 10)) {
                        recording.mark("free " + file, 0);
                    }
                }
            }
        }
        Map<String, Long> forced = new HashMap<>();
        Map<String, Long> written = new HashMap<>();
        for (FileEvent event : recording.events()) {
            switch (event.kind()) {
                case WRITE -> {
                    assertTrue(event.position() >= forced.getOrDefault(event.subject(), 0L), "written again: " + event);
                    written.merge(event.subject(), event.position() + event.length(), Math::max);
                }
                case FORCE -> {
                    // Filled and forced: nothing was promised of it yet.
                    boolean filled = written.getOrDefault(event.subject(), 0L) == SEGMENT_BYTES
                            && !forced.containsKey(event.subject());
                    forced.put(event.subject(), filled ? 0 : written.getOrDefault(event.subject(), 0L));
                    written.put(event.subject(), 0L);
                }
                case TRUNCATE -> throw new AssertionError(event.toString());
                case MARK -> forced.put(event.subject().substring("free ".length()), 0L);
            }
        }
        assertTrue(forced.size() < 12, "recycled: " + forced.keySet());
    }

    /** The paths of the files that may be written over from now on. */
    private List<String> freedBy(Journal journal, long sequence) throws IOException {
        List<String> freed = new ArrayList<>();
        for (Path file : folder.files()) {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            SegmentHeader header = SegmentHeader.read(bytes, 0, "");
            if (header != null && header.firstSequence() + 2 <= sequence) {
                freed.add(file.toAbsolutePath().toString());
            }
        }
        journal.releaseUpTo(sequence);
        return freed;
    }

    @Test
    void releasedSegmentsAreUsedAgainAndSurplusOnesDeleted() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            for (long sequence = 1; sequence <= 60; sequence++) {
                write(journal, sequence, sequence);
            }
            assertEquals(20, folder.files().size());
            journal.releaseUpTo(59);
            assertEquals(1 + Journal.SPARES_MAX, folder.files().size());
            assertEquals(SEGMENT_BYTES, journal.bytes());
            journal.prepareSpare();
            List<Path> files = folder.files();
            for (long sequence = 61; sequence <= 72; sequence++) {
                write(journal, sequence, sequence);
            }
            assertEquals(files, folder.files());
        }
        assertReads(59, 72);
    }

    @Test
    void aSegmentIsKeptAsLongAsOneOfItsRecordsIsNeeded() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            for (long sequence = 1; sequence <= 9; sequence++) {
                write(journal, sequence, sequence);
            }
            journal.releaseUpTo(5);
            write(journal, 10, 10);
            write(journal, 11, 11);
        }
        assertReads(5, 11);
    }

    @Test
    void segmentsOfEarlierRunsAreReleasedAndUsedAgain() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            for (long sequence = 1; sequence <= 9; sequence++) {
                write(journal, sequence, sequence);
            }
        }
        List<Path> files = folder.files();
        try (Journal journal = folder.open(4).journal()) {
            assertEquals(3L * SEGMENT_BYTES, journal.bytes());
            journal.releaseUpTo(4);
            assertEquals(2L * SEGMENT_BYTES, journal.bytes());
            write(journal, 10, 10);
            assertEquals(files, folder.files());
        }
        assertReads(4, 10);
    }

    @Test
    void aGroupLargerThanASegmentGetsOneOfItsOwnSize() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            write(journal, 1, 2);
            write(journal, 3, 202);
            write(journal, 203, 204);
            assertEquals(3, folder.files().size());
            assertTrue(Files.size(folder.files().get(1)) > 10L * SEGMENT_BYTES / 4);
            assertTrue(journal.bytes() > 2L * SEGMENT_BYTES);
        }
        assertReads(0, 204);
        try (Journal journal = folder.open(204).journal()) {
            journal.releaseUpTo(204);
            assertEquals(2, folder.files().size(), "not recycled: " + folder.files());
        }
    }

    @Test
    void aGroupFillsASegmentToItsLastByte() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            RecordBuffer exact = new RecordBuffer();
            put(exact, 1, new byte[SEGMENT_BYTES - Segment.FIRST_GROUP - Segment.RECORD_HEAD]);
            journal.append(exact);
            journal.force();
            assertEquals(SEGMENT_BYTES, journal.bytes());
            write(journal, 2, 2);
        }
        List<Long> read = new ArrayList<>();
        RecordReader reader = (sequence, body) -> read.add(sequence);
        Disk disk = recording.disk(folder.path(""));
        assertEquals(0, Journal.open(disk, 0, reader).found().missing());
        assertEquals(List.of(1L, 2L), read);
    }

    @Test
    void aWriteThatFailsAbandonsTheSegment() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            write(journal, 1, 1);
            String file = folder.files().get(0).toAbsolutePath().toString();
            recording.before(event -> {
                throw new IOException("no space left on device");
            });
            assertThrows(IOException.class, () -> journal.append(group(2, 3)));
            journal.abandonSegment();
            assertThrows(IOException.class, journal::force);
            recording.before(event -> {});
            recording.clear();
            write(journal, 2, 4);
            assertTrue(recording.events().stream()
                    .noneMatch(event -> event.subject().equals(file)));
            journal.releaseUpTo(3);
            assertFalse(Files.exists(Path.of(file)), "an abandoned segment is never used again");
        }
        assertReads(1, 4);
    }

    @Test
    void aForceThatFailsIsNeverRepeated() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            write(journal, 1, 1);
            journal.append(group(2, 2));
            recording.before(event -> {
                if (event.kind() == Kind.FORCE) {
                    throw new IOException("input/output error");
                }
            });
            assertThrows(IOException.class, journal::force);
            recording.before(event -> {});
            recording.clear();
            assertThrows(IOException.class, journal::force);
            assertEquals(List.of(), recording.events());
            // The store has brought 2 and 3 to a checkpoint meanwhile.
            write(journal, 4, 4);
        }
        Opened opened = folder.open(3);
        assertEquals(List.of(4L), opened.sequences());
        assertEquals(List.of(), opened.found().damages());
    }

    @Test
    void aDiskThatIsFullLeavesNoHalfMadeFile() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            recording.before(event -> {
                if (event.kind() == Kind.FORCE) {
                    throw new IOException("no space left on device");
                }
            });
            assertThrows(IOException.class, journal::prepareSpare);
            assertThrows(IOException.class, () -> journal.append(group(1, 1)));
            recording.before(event -> {});
            assertEquals(List.of(), folder.files());
            write(journal, 1, 1);
        }
        assertReads(0, 1);
    }

    @Test
    void aSpareIsMadeAheadSoThatAppendingFillsNone() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            for (long sequence = 1; sequence <= 30; sequence++) {
                journal.prepareSpare();
                recording.clear();
                write(journal, sequence, sequence);
                assertEquals(1, count(Kind.WRITE));
                assertEquals(1, count(Kind.FORCE));
            }
        }
        assertReads(0, 30);
    }

    @Test
    void sparesOfAnEarlierRunAreUsedAndHalfMadeOnesDeleted() throws IOException {
        folder.open(0).journal().prepareSpare();
        Files.write(folder.path("journal-0002.log"), new byte[100]);
        try (Journal journal = folder.open(0).journal()) {
            assertEquals(0, journal.bytes());
            recording.clear();
            write(journal, 1, 1);
            assertEquals(1, count(Kind.WRITE), "the spare was filled already");
            journal.releaseUpTo(0);
        }
        assertEquals(List.of(folder.path("journal-0001.log")), folder.files());
    }

    @Test
    void withoutAForceForEachGroupASegmentIsForcedBeforeTheNext() throws IOException {
        try (Journal journal = folder.open(0).journal()) {
            journal.prepareSpare();
            for (long sequence = 1; sequence <= 3; sequence++) {
                journal.append(group(sequence, sequence));
            }
            journal.prepareSpare();
            recording.clear();
            journal.append(group(4, 4));
            assertEquals(
                    List.of(Kind.FORCE, Kind.WRITE),
                    recording.events().stream().map(FileEvent::kind).toList());
        }
    }

    @Test
    void sequencesThatDoNotAscendAreRefused() throws IOException {
        try (Journal journal = folder.open(5).journal()) {
            assertThrows(IllegalArgumentException.class, () -> journal.append(group(5, 5)));
            assertThrows(IllegalArgumentException.class, () -> journal.append(new RecordBuffer()));
            write(journal, 6, 6);
        }
        assertReads(5, 6);
    }

    @Test
    void checkpointsMayBeReleasedByAnotherThread() throws Exception {
        AtomicLong written = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        long last = 600;
        try (Journal journal = folder.open(0).journal()) {
            Thread checkpoints = new Thread(() -> {
                try {
                    while (written.get() < last) {
                        journal.prepareSpare();
                        journal.releaseUpTo(written.get() - 20);
                        assertTrue(journal.bytes() >= 0);
                    }
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            checkpoints.start();
            for (long sequence = 1; sequence <= last; sequence++) {
                write(journal, sequence, sequence);
                written.set(sequence);
            }
            checkpoints.join(60_000);
            assertFalse(checkpoints.isAlive());
            journal.releaseUpTo(last - 20);
        }
        assertEquals(null, failure.get());
        assertTrue(folder.files().size() < 20, "files: " + folder.files().size());
        assertReads(last - 20, last);
    }
}

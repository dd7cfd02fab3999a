package io.fieldmouse.store;

import io.fieldmouse.store.Journal.Damage;
import io.fieldmouse.store.Journal.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the whole journal at a start and changes nothing: finds the segments, puts them in the order of their
 * generations, hands over each record once, and says what is damaged.
 *
 * <p>Two rules decide between a journal that was cut off in the middle of a group, which is no damage, and one that
 * has lost something. Where a segment's header says that its run went on is the end of all older segments: that run
 * knew of nothing further, so whatever else is found there was given up. And nothing is missing as long as
 * the sequences are without a gap, whatever the files look like.
 */
final class JournalReader {
    static final long NO_LIMIT = Long.MAX_VALUE;

    private final Disk disk;
    private final RecordReader reader;
    private final SegmentReader segmentReader = new SegmentReader();
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<Blank> blanks = new ArrayList<>();
    private final List<Damage> damages = new ArrayList<>();
    private final RecordBuffer tail = new RecordBuffer();

    @Nullable
    private Candidate tailOf;

    private long highestGeneration;
    private int unreadable;
    private long last;
    private long records;
    private long missing;

    /** A file with a header. */
    private static final class Candidate {
        final String file;
        final SegmentHeader header;
        /** Where the proven part ends, once it is known. */
        int end = Segment.FIRST_GROUP;

        boolean endIsDamaged;
        long lastSequence;

        Candidate(String file, SegmentHeader header) {
            this.file = file;
            this.header = header;
        }
    }

    /** A file without a header: made and not yet used, or cut off in its first write. */
    record Blank(String file, long bytes) {}

    JournalReader(Disk disk, long after, RecordReader reader) {
        this.disk = disk;
        this.reader = reader;
        this.last = after;
    }

    /** @throws StoreException if a file is of a newer version */
    void read(List<String> files) {
        for (String file : files) {
            look(file);
        }
        candidates.sort(Comparator.comparingLong((Candidate candidate) -> candidate.header.generation())
                .thenComparing(candidate -> candidate.file));
        for (int i = 0; i < candidates.size(); i++) {
            read(i);
        }
        if (missing > 0) {
            blanks.removeIf(this::mayHoldWhatIsMissing);
        }
    }

    Found found() {
        return new Found(last, records, List.copyOf(damages), missing);
    }

    /** The segments that are sound, the oldest first. */
    List<Journal.Kept> kept() {
        return candidates.stream()
                .filter(candidate ->
                        damages.stream().noneMatch(damage -> damage.file().equals(candidate.file)))
                .map(candidate ->
                        new Journal.Kept(candidate.file, candidate.header.bytes(), candidate.lastSequence, true))
                .toList();
    }

    List<Blank> blanks() {
        return blanks;
    }

    /** Above those of the files that cannot be read, too: one day they may be, and must not count as newer. */
    long nextGeneration() {
        return highestGeneration + unreadable + 1;
    }

    private void look(String file) {
        try (FileChannel channel = disk.open(file)) {
            IOException failure = segmentReader.load(channel, Segment.FIRST_GROUP);
            if (failure != null) {
                throw failure;
            }
            ByteBuffer front = segmentReader.loaded();
            SegmentHeader header = SegmentHeader.later(
                    SegmentHeader.read(front, 0, file), SegmentHeader.read(front, Segment.BLOCK, file));
            if (header != null) {
                highestGeneration = Math.max(highestGeneration, header.generation());
                candidates.add(new Candidate(file, header));
            } else if (mayBeUnused(front)) {
                blanks.add(new Blank(file, channel.size()));
            } else {
                unreadable(file, "neither copy of its header is whole");
            }
        } catch (IOException e) {
            unreadable(file, "cannot be read: " + FileFailure.words(e));
        }
    }

    private void unreadable(String file, String words) {
        damages.add(new Damage(file, 0, words));
        unreadable++;
    }

    /**
     * The first write of a file was never forced, so a power cut may leave one header in half. It cannot leave two. A
     * file that is shorter than both was never written at all, or it has been cut.
     */
    private static boolean mayBeUnused(ByteBuffer front) {
        if (front.limit() < Segment.FIRST_GROUP) {
            return isZero(front, 0, front.limit());
        }
        return isZero(front, 0, SegmentHeader.BYTES) || isZero(front, Segment.BLOCK, Segment.FIRST_GROUP);
    }

    private static boolean isZero(ByteBuffer bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean mayHoldWhatIsMissing(Blank blank) {
        try (FileChannel channel = disk.open(blank.file())) {
            int length = (int) Math.min(blank.bytes(), Journal.SEGMENT_BYTES);
            IOException failure = segmentReader.load(channel, length);
            ByteBuffer content = segmentReader.loaded();
            if (failure == null && isZero(content, 0, content.limit())) {
                return false;
            }
        } catch (IOException e) {
            // Then nobody knows what it holds.
        }
        damages.add(new Damage(blank.file(), 0, "holds data without a header, and records are missing"));
        return true;
    }

    private void read(int index) {
        Candidate candidate = candidates.get(index);
        SegmentHeader header = candidate.header;
        long limit = limit(index);
        if (index > 0 && candidates.get(index - 1).header.generation() == header.generation()) {
            damages.add(
                    new Damage(candidate.file, 0, "is of the same generation as " + candidates.get(index - 1).file));
        }
        candidate.lastSequence = limit - 1;
        if (limit <= Math.max(last + 1, header.firstSequence())) {
            return; // It holds nothing that is asked for.
        }
        if (header.firstSequence() > last + 1) {
            missingBefore(index);
        }
        candidate.lastSequence = header.firstSequence() - 1;
        try (FileChannel channel = disk.open(candidate.file)) {
            long size = channel.size();
            IOException failure = segmentReader.load(channel, (int) Math.min(size, header.bytes()));
            candidate.end = segmentReader.read(
                    header, limit, (sequence, at, damagedAt, body) -> take(candidate, sequence, at, damagedAt, body));
            if (failure != null) {
                throw failure;
            }
            if (size < header.bytes()) {
                endIsDamaged(candidate, "ends after " + size + " of " + header.bytes() + " bytes");
            }
        } catch (IOException e) {
            endIsDamaged(candidate, "cannot be read further: " + FileFailure.words(e));
        }
    }

    private long limit(int index) {
        long limit = NO_LIMIT;
        for (Candidate other : candidates) {
            if (other.header.generation() > candidates.get(index).header.generation()) {
                limit = Math.min(limit, other.header.newFrom());
            }
        }
        return limit;
    }

    private void endIsDamaged(Candidate candidate, String words) {
        candidate.endIsDamaged = true;
        damages.add(new Damage(candidate.file, candidate.end, words));
    }

    private void missingBefore(int index) {
        Candidate candidate = candidates.get(index);
        long upTo = candidate.header.firstSequence() - 1;
        String words = missing(upTo);
        Candidate before = index == 0 ? null : candidates.get(index - 1);
        if (before == null || before.header.generation() + 1 != candidate.header.generation()) {
            damages.add(new Damage(candidate.file, 0, "follows a segment that is not there: " + words));
        } else if (!before.endIsDamaged) {
            damages.add(new Damage(before.file, before.end, "ends too early: " + words));
        }
        missing += upTo - last;
        last = upTo;
    }

    private String missing(long upTo) {
        return "records " + (last + 1) + " to " + upTo + " are missing";
    }

    /** Whether a later run has written this record anew; see {@link Journal#secureFound}. */
    private boolean standsInALaterOne(long sequence, Candidate candidate) {
        return candidates.stream()
                .map(other -> other.header)
                .anyMatch(header -> header.generation() > candidate.header.generation()
                        && header.firstSequence() <= sequence
                        && sequence < header.newFrom());
    }

    /** What the newest segment holds, as far as it is without a gap. */
    private void remember(Candidate candidate, long sequence, ByteBuffer body) {
        if (tailOf != candidate || sequence != tail.lastSequence() + 1) {
            tail.clear();
            tailOf = candidate;
        }
        tail.begin(sequence);
        tail.put(body);
        tail.end();
    }

    RecordBuffer tail() {
        return tail;
    }

    private void take(Candidate candidate, long sequence, int at, int damagedAt, ByteBuffer body) {
        candidate.lastSequence = sequence;
        if (sequence <= last) {
            return;
        }
        if (sequence > last + 1 && standsInALaterOne(last + 1, candidate)) {
            return;
        }
        if (sequence > last + 1) {
            damages.add(new Damage(candidate.file, damagedAt < 0 ? at : damagedAt, missing(sequence - 1)));
            missing += sequence - 1 - last;
        }
        last = sequence;
        remember(candidate, sequence, body.duplicate());
        try {
            reader.record(sequence, body);
            records++;
        } catch (StoreException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            missing++;
            String words = e instanceof IOException failure ? FileFailure.words(failure) : e.toString();
            damages.add(new Damage(candidate.file, at, "record " + sequence + " makes no sense: " + words));
        }
    }
}

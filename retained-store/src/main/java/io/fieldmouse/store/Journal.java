package io.fieldmouse.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was committed since the checkpoints, in files of one size that are filled once and used again and again: a
 * group of records costs one write and one force, and no byte that was forced is written again as long as anyone may
 * need it. Knows nothing of what the records say.
 *
 * <p>Two threads: one appends and forces; another releases what the checkpoints have and gets the next segment ready.
 * The lists of files are what they share, under this object's monitor, which is never held while a file is touched.
 *
 * <p>Its surprise is that a name says nothing. The order is that of the generations in the headers, and a run never
 * writes behind what an earlier one has left: it begins a segment of its own.
 */
final class Journal implements AutoCloseable {
    static final int SEGMENT_BYTES = 4 << 20;

    /** As many as a checkpoint's worth of journal: what it frees, the next one needs. More are deleted. */
    static final int SPARES_MAX = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
    private static final Pattern NAME = Pattern.compile("journal-([0-9]{4,9})\\.log");

    /** A block at a time: Linux caches in pieces as large as they were written, and counts the whole for a part. */
    private static final int FILL_BYTES = Segment.BLOCK;

    private final Disk disk;
    private final int segmentBytes;
    private final RandomGenerator salts;
    private final Found found;

    @Nullable
    private RecordBuffer tail;

    private final Deque<Kept> kept = new ArrayDeque<>();
    private final Deque<String> spares = new ArrayDeque<>();
    private final List<String> unneeded = new ArrayList<>();
    private int highestNumber;

    /** Written by the appending thread, under the monitor. */
    private @Nullable Segment current;

    // Of the appending thread alone.
    private long generation;
    private long lastSequence;
    private boolean abandoned;

    /**
     * What was read at the start.
     *
     * @param lastSequence the highest that is known to have been given to a record; the one asked for if there is none
     * @param records handed over
     * @param missing sequences between the one asked for and the last that were not handed over
     */
    record Found(long lastSequence, long records, List<Damage> damages, long missing) {}

    /** One damaged stretch: where it begins, and why it is called damaged. */
    record Damage(String file, long offset, String words) {}

    /** A segment whose records are still needed, and that is no longer written. */
    record Kept(String file, int bytes, long lastSequence, boolean recyclable) {}

    private Journal(
            Disk disk, int segmentBytes, RandomGenerator salts, Collection<String> files, JournalReader reading) {
        this.disk = disk;
        this.segmentBytes = segmentBytes;
        this.salts = salts;
        this.found = reading.found();
        this.tail = reading.tail();
        this.generation = reading.nextGeneration();
        this.lastSequence = found.lastSequence();
        kept.addAll(reading.kept());
        for (JournalReader.Blank blank : reading.blanks()) {
            (blank.bytes() == segmentBytes ? spares : unneeded).add(blank.file());
        }
        for (String file : files) {
            highestNumber = Math.max(highestNumber, number(file));
        }
    }

    /**
     * Reads every record above {@code after} that can be proven, ascending. Changes nothing on the disk.
     *
     * @throws IOException if the directory cannot be read; a file that cannot is damage
     * @throws StoreException if a newer version of the program has written here
     */
    static Journal open(Disk disk, long after, RecordReader reader) throws IOException {
        return open(disk, after, reader, SEGMENT_BYTES, new SecureRandom());
    }

    static Journal open(Disk disk, long after, RecordReader reader, int segmentBytes, RandomGenerator salts)
            throws IOException {
        List<String> files = disk.names().stream()
                .filter(name -> NAME.matcher(name).matches())
                .sorted()
                .toList();
        JournalReader reading = new JournalReader(disk, after, reader);
        reading.read(files);
        return new Journal(disk, segmentBytes, salts, files, reading);
    }

    private static int number(String file) {
        return Integer.parseInt(file, "journal-".length(), file.length() - ".log".length(), 10);
    }

    Found found() {
        return found;
    }

    /**
     * Writes anew, and forces, what the newest segment was found to hold: it may have been read from memory, and never
     * have reached the disk. To write it in its place would put at risk what did.
     */
    void secureFound() throws IOException {
        RecordBuffer group = tail;
        tail = null;
        if (group != null && !group.isEmpty()) {
            lastSequence = group.firstSequence() - 1;
            append(group);
            force();
        }
    }

    /**
     * Writes the group, in one write. It is durable when {@link #force} has returned. When this throws, the segment is
     * abandoned.
     */
    void append(RecordBuffer group) throws IOException {
        if (group.isEmpty() || group.firstSequence() <= lastSequence) {
            throw new IllegalArgumentException("record " + group.firstSequence() + " cannot follow " + lastSequence);
        }
        boolean done = false;
        try {
            Segment segment = current;
            if (segment == null || !segment.takes(group)) {
                segment = begin(group);
            }
            segment.append(group);
            lastSequence = group.lastSequence();
            abandoned = false;
            done = true;
        } finally {
            if (!done) {
                abandonSegment();
            }
        }
    }

    private Segment begin(RecordBuffer group) throws IOException {
        if (current != null) {
            // Nothing to do with a force after each group. Without, a power cut must not leave a hole behind.
            current.force();
            retire(current, true);
        }
        int bytes = Math.max(segmentBytes, Segment.bytesFor(group));
        String file = bytes == segmentBytes ? takeSpare() : null;
        if (file == null) {
            file = newFile(bytes);
        }
        SegmentHeader header = new SegmentHeader(
                generation++,
                salts.nextLong(),
                group.firstSequence(),
                Math.max(group.firstSequence(), found.lastSequence() + 1),
                bytes);
        Segment segment = new Segment(file, disk.open(file), header);
        synchronized (this) {
            current = segment;
        }
        return segment;
    }

    private synchronized @Nullable String takeSpare() {
        return spares.poll();
    }

    /** A file of zeros, forced with its name. */
    private String newFile(int bytes) throws IOException {
        String file = nextName();
        boolean done = false;
        try (FileChannel channel = disk.open(file)) {
            ByteBuffer zeros = ByteBuffer.allocate(FILL_BYTES);
            int written = 0;
            while (written < bytes) {
                zeros.clear().limit(Math.min(FILL_BYTES, bytes - written));
                written += channel.write(zeros, written);
            }
            channel.force(true);
            disk.forceNames();
            done = true;
        } finally {
            if (!done) {
                discard(file);
            }
        }
        return file;
    }

    private synchronized String nextName() {
        highestNumber++;
        return String.format(Locale.ROOT, "journal-%04d.log", highestNumber);
    }

    /** Forces what was appended. When this throws, the segment is abandoned and the force is never repeated. */
    void force() throws IOException {
        Segment segment = current;
        if (segment == null) {
            if (abandoned) {
                throw new IOException("the segment of the journal that was to be forced is abandoned");
            }
            return;
        }
        boolean done = false;
        try {
            segment.force();
            done = true;
        } finally {
            if (!done) {
                abandonSegment();
            }
        }
    }

    /**
     * Never writes or forces the current segment again, nor uses its file for another: after a force that failed nobody
     * knows what the disk has. The next group begins another one. Called by a failing append or force itself.
     */
    void abandonSegment() {
        Segment segment = current;
        if (segment != null) {
            abandoned = true;
            try {
                retire(segment, false);
            } catch (IOException e) {
                LOG.warn("abandoned journal file={} does not close: {}", segment.file(), FileFailure.words(e));
            }
        }
    }

    private void retire(Segment segment, boolean recyclable) throws IOException {
        synchronized (this) {
            kept.add(new Kept(segment.file(), segment.bytes(), segment.lastSequence(), recyclable));
            current = null;
        }
        segment.close();
    }

    /**
     * Both checkpoints have every record up to this one: segments that hold no other are used again or deleted. From
     * any thread.
     */
    void releaseUpTo(long sequence) {
        List<String> deletable;
        synchronized (this) {
            for (Iterator<Kept> all = kept.iterator(); all.hasNext(); ) {
                Kept segment = all.next();
                if (segment.lastSequence() <= sequence) {
                    all.remove();
                    boolean reuse =
                            segment.recyclable() && segment.bytes() == segmentBytes && spares.size() < SPARES_MAX;
                    (reuse ? spares : unneeded).add(segment.file());
                }
            }
            deletable = List.copyOf(unneeded);
            unneeded.clear();
        }
        deletable.forEach(this::discard);
    }

    /** Deletes it, or keeps it in mind for the next try. */
    private void discard(String file) {
        try {
            disk.delete(file);
        } catch (IOException e) {
            LOG.warn("journal file={} cannot be deleted: {}", file, FileFailure.words(e));
            synchronized (this) {
                unneeded.add(file);
            }
        }
    }

    /** Whether it is time to get one ready: the current segment is half full, and there is no other. */
    synchronized boolean wantsSpare() {
        return spares.isEmpty() && current != null && current.isHalfFull();
    }

    /** Gets a filled segment ready, if none is, so that no group has to wait for one. From one other thread. */
    void prepareSpare() throws IOException {
        synchronized (this) {
            if (!spares.isEmpty()) {
                return;
            }
        }
        String file = newFile(segmentBytes);
        synchronized (this) {
            spares.add(file);
        }
    }

    /** Bytes on the disk of the segments that a start would have to read; without spares. */
    synchronized long bytes() {
        long bytes = current == null ? 0 : current.bytes();
        for (Kept segment : kept) {
            bytes += segment.bytes();
        }
        return bytes;
    }

    /** Closes the file. Forces nothing. */
    @Override
    public void close() throws IOException {
        Segment segment = current;
        if (segment != null) {
            retire(segment, true);
        }
    }
}

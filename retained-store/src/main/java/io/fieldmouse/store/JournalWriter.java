package io.fieldmouse.store;

import io.fieldmouse.store.Checkpoints.Snapshot;
import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How commits get to the disk: each group one write and one force of the {@link Journal}, then the {@link Image}, and
 * now and then the image to a checkpoint, so that the journal can be forgotten up to there.
 *
 * <p>When the journal fails, its segment is left alone for ever: after a failed force the system may call pages clean
 * that never reached the disk. All that is in memory goes into a new checkpoint then.
 */
final class JournalWriter implements GroupWriter {
    /** A checkpoint is begun when the journal has grown by this much since the last one was, */
    static final long CHECKPOINT_BYTES = 4L << 20;

    /** or with the first group after this long. */
    static final long CHECKPOINT_NANOS = 60_000_000_000L;

    /** The journal waits for a checkpoint when it has this many bytes and those of all data. */
    private static final long JOURNAL_BYTES_MAX = 16L << 20;

    /** With {@link Durability#OS}. So that a power cut costs about this much, and not all since the start. */
    private static final long UNFORCED_NANOS_MAX = 1_000_000_000L;

    /** Room that a try to get over a failure asks for, beside that for the data twice: segments of the journal. */
    private static final long ROOM_BYTES = 16L << 20;

    /** Between two tries to make a segment that there is no room for. */
    private static final long SPARE_PAUSE_NANOS = 10_000_000_000L;

    /** Checkpoints that cannot be written, for whatever reason, are a failure of the store when it has so many. */
    private static final long JOURNAL_BYTES_END = 256L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(JournalWriter.class);

    private final StoreDirectory directory;
    private final Disk disk;
    private final Durability durability;
    private final LongSupplier nanos;
    private final Image image;
    private final Journal journal;
    private final Checkpoints checkpoints;
    private final RecordBuffer records = new RecordBuffer();
    private final ByteWriter body = new ByteWriter();

    /** What has to be added to a position of this run to make it a sequence, which goes on from run to run. */
    private final long before;

    private long sequence;
    private volatile boolean isSpareAsked;
    private volatile long noSpareBefore;

    /** Since the store got over a failure: nothing of the journal has to be forced. */
    private boolean isAllInCheckpoint;

    private long bytesSinceCheckpoint;
    private long checkpointNanos;
    private long forcedNanos;

    JournalWriter(StoreDirectory directory, StoreConfig config, LongSupplier nanos, Recovery.Found found) {
        this.directory = directory;
        this.disk = config.disk();
        this.durability = config.durability();
        this.nanos = nanos;
        this.image = found.image();
        this.journal = found.journal();
        this.checkpoints = found.checkpoints();
        this.before = found.lastSequence();
        this.sequence = found.lastSequence();
        // Each run begins a segment: runs that end before they have written much must not pile them up.
        this.bytesSinceCheckpoint = journal.bytes();
        this.checkpointNanos = nanos.getAsLong();
        this.forcedNanos = checkpointNanos;
        this.noSpareBefore = checkpointNanos;
    }

    @Override
    public void write(long firstPosition, List<List<StoreChange>> commits) {
        if (isJournalFull()) {
            throw new StoreException("store " + directory + ": its journal has grown to " + (journal.bytes() >> 20)
                    + " MiB, because no checkpoint can be written; see the warnings before");
        }
        isAllInCheckpoint = false;
        try {
            records.clear();
            for (int i = 0; i < commits.size(); i++) {
                body.clear();
                ChangeCodec.write(commits.get(i), body);
                records.begin(before + firstPosition + i);
                records.put(body.view());
                records.end();
            }
            journal.append(records);
            bytesSinceCheckpoint += records.bytes();
            if (isForceDue()) {
                journal.force();
                forcedNanos = nanos.getAsLong();
            }
        } catch (IOException e) {
            throw new StoreException(
                    "store " + directory + ": a write failed: " + FileFailure.words(e)
                            + "; check the disk (space, health)",
                    e);
        }
    }

    private boolean isJournalFull() {
        return journal.bytes() > JOURNAL_BYTES_END + image.sizeBytes();
    }

    private boolean isForceDue() {
        return durability == Durability.FORCE || nanos.getAsLong() - forcedNanos >= UNFORCED_NANOS_MAX;
    }

    @Override
    public void written(long firstPosition, List<List<StoreChange>> commits) {
        apply(firstPosition, commits);
        if (isCheckpointDue()) {
            beginCheckpoint();
        }
        if (journal.wantsSpare() && !isSpareAsked && nanos.getAsLong() - noSpareBefore >= 0) {
            isSpareAsked = true;
            checkpoints.execute(this::prepareSpare);
        }
    }

    /** On the checkpoints' thread. A group that finds none makes it itself, or fails and says why. */
    private void prepareSpare() {
        try {
            journal.prepareSpare();
        } catch (IOException e) {
            LOG.warn("the next segment of the journal cannot be made yet: {}", FileFailure.words(e));
            noSpareBefore = nanos.getAsLong() + SPARE_PAUSE_NANOS;
        }
        isSpareAsked = false;
    }

    private void apply(long firstPosition, List<List<StoreChange>> commits) {
        for (List<StoreChange> commit : commits) {
            commit.forEach(image::apply);
        }
        sequence = before + firstPosition + commits.size() - 1;
    }

    private boolean isCheckpointDue() {
        if (journal.bytes() > JOURNAL_BYTES_MAX + image.sizeBytes()) {
            checkpoints.awaitIdle();
        }
        return !checkpoints.isBusy()
                && image.isChanged()
                && (bytesSinceCheckpoint >= CHECKPOINT_BYTES
                        || nanos.getAsLong() - checkpointNanos >= CHECKPOINT_NANOS);
    }

    private void beginCheckpoint() {
        bytesSinceCheckpoint = 0;
        checkpointNanos = nanos.getAsLong();
        checkpoints.begin(Snapshot.of(image, sequence, checkpoints.needsAll()));
    }

    @Override
    public void keep(long firstPosition, List<List<StoreChange>> commits) {
        journal.abandonSegment();
        apply(firstPosition, commits);
    }

    @Override
    public void recover() {
        checkRoom();
        Snapshot all = Snapshot.of(image, sequence, true);
        if (isJournalFull()) {
            checkpoints.renew(all); // a single one leaves the journal as long as it is
        } else {
            checkpoints.writeNow(all);
        }
        try {
            journal.prepareSpare();
        } catch (IOException e) {
            throw new StoreException("store " + directory + ": " + FileFailure.words(e), e);
        }
        bytesSinceCheckpoint = 0;
        isAllInCheckpoint = true;
        // The other checkpoint has a hole after it: it is the next to be written, soon.
        checkpointNanos = nanos.getAsLong() - CHECKPOINT_NANOS;
    }

    /** A try that cannot succeed would only take the last room from others, and wear the disk. */
    private void checkRoom() {
        long needed = 2 * image.sizeBytes() + ROOM_BYTES;
        try {
            if (disk.usableBytes() < needed) {
                throw new StoreException(
                        "store " + directory + ": no space left on the disk; it needs " + (needed >> 20) + " MiB");
            }
        } catch (IOException e) {
            throw new StoreException("store " + directory + ": " + FileFailure.words(e), e);
        }
    }

    @Override
    public void close(boolean failed) {
        try {
            checkpoints.close();
            if (!failed && !isAllInCheckpoint) {
                journal.force();
            }
            journal.close();
        } catch (IOException e) {
            throw new StoreException("store " + directory + ": the last force failed: " + FileFailure.words(e), e);
        } finally {
            directory.close();
        }
    }
}

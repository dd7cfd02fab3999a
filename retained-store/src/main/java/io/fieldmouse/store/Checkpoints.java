package io.fieldmouse.store;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two checkpoints, written in turn by a thread of their own, so that one of them is always whole: each time the
 * older one is brought up to date with what has changed since it was written.
 *
 * <p>It is written anew, with all rows, when this run has not written it before, when the last try failed, and when it
 * has grown to more than twice what it was when it was new: so H2's dead space is bounded, and nothing of an earlier
 * run is built upon.
 */
final class Checkpoints implements AutoCloseable {
    static final List<String> NAMES = List.of("store", "store-2");

    /** Beyond twice its size when new a file may grow by this. */
    private static final long GROWTH_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final List<Slot> slots = new ArrayList<>();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "store-checkpoint");
        made.setDaemon(true);
        return made;
    });
    private final Disk disk;
    private final LongConsumer covered;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean needsAll = true;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    /** What a checkpoint is made of: taken by the writer thread, written by this one. */
    record Snapshot(long sequence, long lastMessageId, long rows, RowChanges changed, @Nullable List<Row> all) {

        /** All that the image holds after this commit. Ends what the image calls changed. */
        static Snapshot of(Image image, long sequence, boolean withAll) {
            return new Snapshot(
                    sequence,
                    image.lastMessageId(),
                    image.rows(),
                    image.takeChanged(),
                    withAll ? image.allRows() : null);
        }

        CheckpointFile.Header header() {
            return new CheckpointFile.Header(CheckpointFile.VERSION, sequence, rows, lastMessageId);
        }
    }

    private static final class Slot {
        final CheckpointFile file;

        /** -1 when it holds nothing that counts. */
        long sequence;

        /** What happened since; null when all rows have to be written. */
        @Nullable
        RowChanges since;

        long bytesWhenNew;

        Slot(CheckpointFile file, long sequence) {
            this.file = file;
            this.sequence = sequence;
        }

        boolean hasGrown() throws IOException {
            return file.sizeBytes() > 2 * bytesWhenNew + GROWTH_BYTES;
        }
    }

    /**
     * @param sequences up to where each of the two goes, in the order of {@link #NAMES}; -1 for one that is not there
     * @param covered is told, on the checkpoints' thread, up to which commit both of them go
     */
    Checkpoints(Disk disk, List<Long> sequences, LongConsumer covered) {
        this.disk = disk;
        this.covered = covered;
        for (int i = 0; i < NAMES.size(); i++) {
            slots.add(new Slot(new CheckpointFile(disk, NAMES.get(i)), sequences.get(i)));
        }
    }

    /** Whether the next snapshot has to hold all rows. */
    boolean needsAll() {
        return needsAll;
    }

    boolean isBusy() {
        return busy.get();
    }

    long written() {
        return written.get();
    }

    long failures() {
        return failures.get();
    }

    /** Writes it some time soon. Only while not busy. */
    void begin(Snapshot snapshot) {
        busy.set(true);
        thread.execute(() -> {
            try {
                write(snapshot);
            } catch (StoreException e) {
                LOG.warn("a checkpoint could not be written; it is tried again: {}", e.getMessage());
            } catch (RuntimeException | Error e) {
                LOG.error("a checkpoint could not be written; this is a fault of the store", e);
            } finally {
                busy.set(false);
            }
        });
    }

    /** Returns when nothing is being written. */
    void awaitIdle() {
        try {
            thread.submit(() -> {}).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Does this on the checkpoints' thread, after what it is doing now. */
    void execute(Runnable task) {
        thread.execute(task);
    }

    /**
     * Writes it before it returns, after what is being written now.
     *
     * @param snapshot with all rows
     * @throws StoreException if it cannot be written
     */
    void writeNow(Snapshot snapshot) {
        try {
            thread.submit(() -> write(snapshot)).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException known) {
                throw known;
            }
            throw new StoreException("a checkpoint could not be written: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while a checkpoint was written", e);
        }
    }

    /**
     * Writes both anew before it returns.
     *
     * @param snapshot with all rows
     * @throws StoreException if one of them cannot be written
     */
    void renew(Snapshot snapshot) {
        slots.forEach(slot -> slot.since = null);
        for (int i = 0; i < slots.size(); i++) {
            writeNow(snapshot);
        }
    }

    private void write(Snapshot snapshot) {
        for (Slot slot : slots) {
            if (slot.since != null) {
                slot.since.add(snapshot.changed());
            }
        }
        Slot slot = next();
        try {
            write(slot, snapshot);
            written.incrementAndGet();
        } catch (SQLException | IOException e) {
            // What the file holds now is not known, and H2 may have given up on it.
            slot.since = null;
            slot.sequence = -1;
            deleteUnfinished(e);
            failures.incrementAndGet();
            String reason = e instanceof SQLException sql ? H2Failure.of(sql).reason() : String.valueOf(e.getMessage());
            throw new StoreException(slot.file.fileName() + ": " + reason, e);
        } finally {
            needsAll = isAllDue(next());
        }
        covered.accept(slots.stream().mapToLong(each -> each.sequence).min().orElseThrow());
    }

    private void deleteUnfinished(Exception failure) {
        try {
            CheckpointFile.deleteUnfinished(disk);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static void write(Slot slot, Snapshot snapshot) throws SQLException, IOException {
        List<Row> all = snapshot.all();
        if (all != null) {
            slot.file.writeAll(snapshot.header(), all);
            slot.bytesWhenNew = slot.file.sizeBytes();
        } else if (slot.since != null) {
            slot.file.writeChanges(snapshot.header(), slot.since);
        } else {
            throw new IllegalStateException("all rows are needed");
        }
        slot.sequence = snapshot.sequence();
        slot.since = new RowChanges();
    }

    /** The older one, or of two that are equally old the one that has to be written anew. */
    private Slot next() {
        return slots.stream()
                .min(Comparator.comparingLong((Slot slot) -> slot.sequence).thenComparing(slot -> slot.since != null))
                .orElseThrow();
    }

    private static boolean isAllDue(Slot slot) {
        try {
            return slot.since == null || slot.hasGrown();
        } catch (IOException e) {
            return true;
        }
    }

    /** Waits for what is being written. */
    @Override
    public void close() {
        thread.shutdown();
        boolean interrupted = false;
        while (!thread.isTerminated()) {
            try {
                thread.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

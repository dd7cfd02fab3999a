package io.fieldmouse.store;

import io.fieldmouse.store.CheckpointFile.Header;
import io.fieldmouse.store.Checkpoints.Snapshot;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the store back: the newer checkpoint that is whole, then the journal after it. What is damaged is replaced by
 * a new checkpoint of all that could be proven and then set aside, with its evidence, before anyone can rely on it.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final StoreDirectory directory;
    private final Disk disk;
    private final Clock clock;
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<Damaged> damages = new ArrayList<>();
    private final Set<String> asideNames = new HashSet<>();

    /** A checkpoint that is there, and says up to where it goes. */
    private record Candidate(CheckpointFile file, Header header) {}

    /** @param sequence up to where it said to go; -1 when it did not even say that */
    private record Damaged(CheckpointFile file, long sequence, String words) {}

    /**
     * What a store goes on from.
     *
     * @param lastSequence of the last commit there is
     * @param damagedParts files that were set aside
     * @param lostCommits how many are known to be missing
     */
    record Found(
            Image image,
            Journal journal,
            Checkpoints checkpoints,
            long lastSequence,
            long damagedParts,
            long lostCommits) {}

    private Recovery(StoreDirectory directory, Disk disk, Clock clock) {
        this.directory = directory;
        this.disk = disk;
        this.clock = clock;
    }

    /** @throws StoreException if the files cannot be read or written, or a newer program wrote them */
    static Found run(StoreDirectory directory, Disk disk, Clock clock) {
        try {
            return new Recovery(directory, disk, clock).run();
        } catch (IOException e) {
            throw new StoreException(
                    "store " + directory + " cannot be opened: " + FileFailure.words(e)
                            + "; check the disk (space, permissions, health), then start again",
                    e);
        }
    }

    private Found run() throws IOException {
        CheckpointFile.deleteUnfinished(disk);
        asideNames.addAll(disk.names());
        probe();
        boolean isNew = candidates.isEmpty() && damages.isEmpty();
        Loaded loaded = load();
        Image image = loaded.image();
        Journal journal = Journal.open(disk, loaded.header().sequence(), (sequence, body) -> ChangeCodec.read(body)
                .forEach(image::apply));
        Journal.Found replayed = journal.found();
        List<Long> sequences = Checkpoints.NAMES.stream().map(this::sequenceOf).toList();
        Checkpoints checkpoints = new Checkpoints(disk, sequences, covered -> forget(journal, covered));
        image.takeChanged(); // the first checkpoints of a run hold all rows
        boolean isOld = loaded.header().version() < CheckpointFile.VERSION;
        boolean isDamaged = !damages.isEmpty() || !replayed.damages().isEmpty();
        if (isNew || isOld || isDamaged) {
            Set<String> damagedSegments = copyAside(replayed.damages());
            Snapshot all = Snapshot.of(image, replayed.lastSequence(), true);
            if (beginAnew(all, checkpoints, isNew, isNew || isOld)) {
                forget(damagedSegments);
            }
        } else {
            secure(journal, image, checkpoints);
        }
        if (isDamaged) {
            LOG.error(
                    "store damaged; what could be proven was kept directory={} kept rows={} commits known to be lost={}",
                    directory,
                    image.rows(),
                    replayed.missing());
        } else {
            LOG.debug("read rows={} records={}", image.rows(), replayed.records());
        }
        long damagedParts = damages.size()
                + replayed.damages().stream()
                        .map(Journal.Damage::file)
                        .distinct()
                        .count();
        return new Found(image, journal, checkpoints, replayed.lastSequence(), damagedParts, replayed.missing());
    }

    private void probe() throws IOException {
        for (String name : Checkpoints.NAMES) {
            CheckpointFile file = new CheckpointFile(disk, name);
            if (!file.exists()) {
                continue;
            }
            try {
                Header header = file.probe();
                checkVersion(file, header);
                candidates.add(new Candidate(file, header));
            } catch (SQLException e) {
                damaged(file, -1, e);
            }
        }
        candidates.sort(Comparator.comparingLong(
                        (Candidate candidate) -> candidate.header().sequence())
                .reversed());
    }

    private void checkVersion(CheckpointFile file, Header header) {
        if (header.version() > CheckpointFile.VERSION) {
            throw new StoreException("store " + directory + ": " + file.fileName() + " has version "
                    + header.version() + ", this program knows " + CheckpointFile.VERSION
                    + " and older: run the newer Fieldmouse that wrote it, or move the directory away");
        }
    }

    private record Loaded(Header header, Image image) {}

    /** The newest checkpoint that is whole; when none is, what can be proven of those that are not. */
    private Loaded load() {
        for (Candidate candidate : List.copyOf(candidates)) {
            Image image = new Image();
            try {
                candidate.file().read(candidate.header(), image);
                return new Loaded(candidate.header(), image);
            } catch (SQLException e) {
                candidates.remove(candidate);
                damaged(candidate.file(), candidate.header().sequence(), e);
            }
        }
        return rescued();
    }

    /**
     * Of the newer one that holds anything; never of both, because what is gone in the newer is in the older still. The
     * journal is read from the older one on: it holds what became of the rows that cannot be proven.
     */
    private Loaded rescued() {
        Image image = new Image();
        damages.sort(Comparator.comparingLong(Damaged::sequence).reversed());
        for (Damaged part : damages) {
            if (image.rows() == 0) {
                part.file().readWhatCanBeProven(image);
            }
        }
        long from = damages.stream()
                .mapToLong(Damaged::sequence)
                .filter(sequence -> sequence > 0)
                .min()
                .orElse(0);
        return new Loaded(new Header(CheckpointFile.VERSION, from, 0, 0), image);
    }

    /** @throws StoreException when the file may well be sound, and something around it is not */
    private void damaged(CheckpointFile file, long sequence, SQLException e) {
        H2Failure failure = H2Failure.of(e);
        if (failure.leavesFileSound()) {
            throw new StoreException(
                    "store " + directory + ": " + file.fileName() + " cannot be opened: " + failure.reason() + "; "
                            + failure.remedy(),
                    e);
        }
        LOG.debug("damaged file={}", file.fileName(), e);
        damages.add(new Damaged(file, sequence, failure.reason()));
    }

    /** Up to where the checkpoint of this name goes; -1 when it holds nothing that counts. */
    private long sequenceOf(String name) {
        return candidates.stream()
                .filter(candidate ->
                        candidate.file().isNamed(name) && candidate.header().version() == CheckpointFile.VERSION)
                .mapToLong(candidate -> candidate.header().sequence())
                .findFirst()
                .orElse(-1);
    }

    /**
     * Says what is damaged, and copies the evidence: after a kill in the middle of what follows nobody would find it
     * any more. Returns the segments of the journal that are damaged.
     */
    private Set<String> copyAside(List<Journal.Damage> found) {
        for (Damaged part : damages) {
            LOG.error("damaged file={} cause={}", part.file().fileName(), part.words());
            copyAside(part.file().fileName());
        }
        Set<String> segments = new LinkedHashSet<>();
        for (Journal.Damage damage : found) {
            LOG.error("damaged file={} at byte={} cause={}", damage.file(), damage.offset(), damage.words());
            if (segments.add(damage.file())) {
                copyAside(damage.file());
            }
        }
        return segments;
    }

    private void copyAside(String file) {
        String target = nameAside(file);
        try {
            FileCopy.of(disk, file, disk, target);
            LOG.error("damaged file={} copied to={}", file, target);
        } catch (IOException e) {
            LOG.error("damaged file={} cannot be copied: {}", file, FileFailure.words(e));
        }
    }

    /** What was read counts from now on, so it has to be on the disk. */
    private void secure(Journal journal, Image image, Checkpoints checkpoints) {
        try {
            journal.secureFound();
        } catch (IOException e) {
            LOG.warn("the journal cannot be written; a checkpoint takes its place: {}", FileFailure.words(e));
            beginAnew(Snapshot.of(image, journal.found().lastSequence(), true), checkpoints, false, false);
        }
    }

    private String nameAside(String file) {
        String name = StoreDirectory.nameAside(file, clock.instant());
        String free = name;
        for (int i = 2; asideNames.contains(free); i++) {
            free = name + "-" + i;
        }
        asideNames.add(free);
        return free;
    }

    /**
     * Writes new checkpoints of all that there is. When the disk is full, a store that was there is opened all the same.
     *
     * @return whether they are written
     */
    private boolean beginAnew(Snapshot all, Checkpoints checkpoints, boolean isNew, boolean isNecessary) {
        try {
            if (isNew) {
                checkpoints.writeNow(all);
            } else {
                checkpoints.renew(all);
            }
            return true;
        } catch (StoreException e) {
            if (isNecessary) {
                throw new StoreException(
                        "store " + directory + ": no checkpoint can be made: " + e.getMessage()
                                + "; check the disk (space, permissions, health), then start again",
                        e);
            }
            LOG.error("no new checkpoint could be written; it is tried again: {}", e.getMessage());
            return false;
        }
    }

    /** Damaged segments of which everything that could be proven is in both checkpoints. */
    private void forget(Set<String> segments) {
        for (String segment : segments) {
            try {
                disk.delete(segment);
            } catch (IOException e) {
                LOG.warn("damaged file={} cannot be deleted: {}", segment, FileFailure.words(e));
            }
        }
    }

    /** What both checkpoints hold is needed no more. */
    private static void forget(Journal journal, long covered) {
        try {
            journal.releaseUpTo(covered);
            journal.prepareSpare();
        } catch (IOException e) {
            LOG.warn("the next segment of the journal cannot be made yet: {}", FileFailure.words(e));
        }
    }
}

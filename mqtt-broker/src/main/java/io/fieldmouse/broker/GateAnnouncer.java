package io.fieldmouse.broker;

import io.fieldmouse.broker.message.Counters;
import io.fieldmouse.broker.message.Counters.Counter;
import io.fieldmouse.broker.session.CommitGate;
import io.fieldmouse.broker.session.StoreTrouble;
import io.fieldmouse.store.CommitListener;
import io.fieldmouse.store.Disk;
import io.fieldmouse.store.StoreException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the store's word to the lanes, and the beginning and the end of each of its failures to the log. The store is
 * opened before there are gates, and may fail before.
 */
final class GateAnnouncer implements CommitListener {
    private static final Logger LOG = LoggerFactory.getLogger(GateAnnouncer.class);

    /** What Linux says of a write for which there is no room, or no quota (ENOSPC, EDQUOT). */
    private static final List<String> DISK_FULL = List.of("no space left", "quota exceeded");

    /** With less room than this the disk is taken for full whatever its words: they may be in any language. */
    private static final long ROOM_BYTES_MIN = 1 << 20;

    private final Disk disk;
    private final Counters counters;
    private final LongSupplier nanos;
    private List<CommitGate> gates = List.of();
    private @Nullable StoreTrouble trouble;
    private long failingSinceNanos;
    private long refusedBefore;

    GateAnnouncer(Disk disk, Counters counters, LongSupplier nanos) {
        this.disk = disk;
        this.counters = counters;
        this.nanos = nanos;
    }

    /** When it returns, no other gate is told anything any more. */
    synchronized void announceTo(List<CommitGate> all) {
        gates = List.copyOf(all);
        StoreTrouble already = trouble;
        if (already != null) {
            gates.forEach(gate -> gate.announceFailure(already));
        }
    }

    @Override
    public synchronized void durableUpTo(long position) {
        gates.forEach(gate -> gate.announce(position));
    }

    @Override
    public synchronized void failing(StoreException cause) {
        if (trouble != null) {
            return;
        }
        StoreTrouble begun = isDiskFull(cause) ? StoreTrouble.DISK_FULL : StoreTrouble.DISK_FAILS;
        trouble = begun;
        failingSinceNanos = nanos.getAsLong();
        refusedBefore = counters.get(Counter.REFUSED_STORE_FAILED);
        LOG.error(
                "the store fails: {}; nothing is acknowledged until it is over that, which it tries by itself detail=\"{}\"",
                begun.words(),
                cause.getMessage());
        gates.forEach(gate -> gate.announceFailure(begun));
    }

    private boolean isDiskFull(StoreException cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            String words = String.valueOf(each.getMessage()).toLowerCase(Locale.ROOT);
            if (DISK_FULL.stream().anyMatch(words::contains)) {
                return true;
            }
        }
        try {
            return disk.usableBytes() < ROOM_BYTES_MIN;
        } catch (IOException e) {
            return false; // it does not say, and has other troubles
        }
    }

    @Override
    public synchronized void recovered() {
        if (trouble == null) {
            return;
        }
        trouble = null;
        LOG.warn(
                "the store is over its failure: everything is acknowledged again failed_seconds={} refused={}",
                String.format(Locale.ROOT, "%.1f", (nanos.getAsLong() - failingSinceNanos) / 1e9),
                counters.get(Counter.REFUSED_STORE_FAILED) - refusedBefore);
        gates.forEach(CommitGate::announceRecovery);
    }
}

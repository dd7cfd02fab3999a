package io.fieldmouse.gateway.publish;

import io.fieldmouse.gateway.reading.SetOutcome;
import io.fieldmouse.gateway.reading.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The commands of the last minute that have an id, and what became of them, so that a copy is recognised. Several
 * threads: commands come on the link's, outcomes on those of buses; each method is short and calls nobody.
 */
final class RecentCommands {
    static final Duration REMEMBERED = Duration.ofSeconds(60);

    /** More within a minute are refused rather than forgotten too early: no line carries so many writes. */
    static final int COMMANDS_MAX = 4096;

    /** Copies of one command that wait for its outcome. */
    private static final int ADDRESSES_MAX = 8;

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** One command that was handed on. */
    static final class Entry {
        private final @Nullable String key;
        private final Value value;
        private final long sinceNanos;
        private final List<ReturnAddress> addresses = new ArrayList<>();
        private @Nullable SetOutcome outcome;

        private Entry(@Nullable String key, Value value, ReturnAddress address, long sinceNanos) {
            this.key = key;
            this.value = value;
            this.sinceNanos = sinceNanos;
            this.addresses.add(address);
        }
    }

    /** What to do with a command that came. */
    sealed interface Admission {
        /** It is new: execute it, and settle the entry. */
        record Execute(Entry entry) implements Admission {}

        /** A copy of one whose outcome is known. */
        record Repeat(SetOutcome outcome) implements Admission {}

        /** A copy of one that is under way: its outcome will go to this address too. */
        record Await() implements Admission {}

        record Refuse(String reason) implements Admission {}
    }

    /**
     * Admits a command.
     *
     * @param key what its copies share; null when nothing would tell them, and nothing need be remembered
     */
    synchronized Admission admit(@Nullable String key, Value value, ReturnAddress address, long nowNanos) {
        if (key == null) {
            return new Admission.Execute(new Entry(key, value, address, nowNanos));
        }
        forgetOld(nowNanos);
        Entry known = entries.get(key);
        if (known == null) {
            return execute(key, value, address, nowNanos);
        }
        if (!known.value.equals(value)) {
            return new Admission.Refuse("this id was used for another value less than 60 s ago");
        }
        if (known.outcome != null) {
            return new Admission.Repeat(known.outcome);
        }
        if (known.addresses.size() < ADDRESSES_MAX && known.addresses.stream().noneMatch(address::sameAs)) {
            known.addresses.add(address);
        }
        return new Admission.Await();
    }

    private Admission execute(String key, Value value, ReturnAddress address, long nowNanos) {
        if (entries.size() >= COMMANDS_MAX) {
            return new Admission.Refuse("more than " + COMMANDS_MAX + " commands with an id within 60 s");
        }
        Entry entry = new Entry(key, value, address, nowNanos);
        entries.put(key, entry);
        return new Admission.Execute(entry);
    }

    /**
     * Notes the outcome, and gives the addresses that wait for it; none when it was settled before. A refused command is
     * forgotten: nothing was sent, so a copy does no harm, and what is never executed takes no room from what is.
     */
    synchronized List<ReturnAddress> settle(Entry entry, SetOutcome outcome) {
        if (entry.outcome != null) {
            return List.of();
        }
        entry.outcome = outcome;
        if (outcome instanceof SetOutcome.Refused && entry.key != null) {
            entries.remove(entry.key, entry);
        }
        List<ReturnAddress> addresses = List.copyOf(entry.addresses);
        entry.addresses.clear();
        return addresses;
    }

    private void forgetOld(long nowNanos) {
        Iterator<Entry> oldest = entries.values().iterator();
        while (oldest.hasNext() && nowNanos - oldest.next().sinceNanos >= REMEMBERED.toNanos()) {
            oldest.remove();
        }
    }
}

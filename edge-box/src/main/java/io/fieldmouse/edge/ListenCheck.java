package io.fieldmouse.edge;

import io.fieldmouse.broker.BrokerSetting;
import io.fieldmouse.broker.BrokerStartException;
import io.fieldmouse.broker.ListenerConfig;
import io.fieldmouse.broker.connection.TlsTerms;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What of the broker's listeners is looked at while the configuration is read, beyond what would keep the broker from
 * starting whenever it was started: as the serial ports are looked at.
 *
 * @param nothingStarts so that what the broker would log of its files has to be told now
 * @param opens whether it is tried if the listeners can be opened
 */
record ListenCheck(boolean nothingStarts, boolean opens) {
    private static final String ANOTHER =
            "choose another, or end who holds it; a box that runs is checked with --no-ports";

    /**
     * What stands in the way of a listener.
     *
     * @param key of the listener, at which it is told
     * @param found as a continuation of "found"
     */
    record Objection(String key, String found, String advice) {}

    /** Does not look: the broker does when it starts, and starts with files that are out of date. */
    static ListenCheck none() {
        return new ListenCheck(false, false);
    }

    /** Looks at the dates of files. */
    static ListenCheck byDates() {
        return new ListenCheck(true, false);
    }

    /** Looks at the dates of files, and tries to open the listeners, short of listening. */
    static ListenCheck byBinding() {
        return new ListenCheck(true, true);
    }

    /** Why it cannot be opened now; empty when it can. */
    Optional<Objection> objection(ListenerConfig listener) {
        if (!opens) {
            return Optional.empty();
        }
        try {
            listener.requireFree();
            return Optional.empty();
        } catch (BrokerStartException e) {
            return Optional.of(objection(listener, e));
        }
    }

    /** Which of the files are out of date. */
    List<TlsTerms.Flaw> outdated(TlsTerms terms) {
        return nothingStarts ? terms.outdated(Instant.now()) : List.of();
    }

    private static Objection objection(ListenerConfig listener, BrokerStartException refusal) {
        String message = String.valueOf(refusal.getMessage());
        if (!(listener.place() instanceof ListenerConfig.Port port)) {
            return new Objection("socket", listener.place() + ", where nothing can listen", message);
        }
        if (refusal.isForeignAddress()) {
            return new Objection(BrokerSetting.BIND.key(), port.host(), message);
        }
        String key = BrokerSetting.PORT.key();
        if (refusal.inUse().isEmpty()) {
            return new Objection(key, port.port() + ", where nothing can listen", message);
        }
        String holder = refusal.inUse()
                .flatMap(PortHolder::find)
                .map(who -> "held by " + who)
                .orElse("taken");
        return new Objection(key, port.port() + ", which is " + holder, ANOTHER);
    }
}

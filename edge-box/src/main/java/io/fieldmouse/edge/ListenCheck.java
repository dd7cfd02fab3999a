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
 */
interface ListenCheck {
    String ANOTHER = "choose another, or end who holds it; a box that runs is checked with --no-ports";

    /**
     * What stands in the way of a listener.
     *
     * @param key of the listener, at which it is told
     * @param found as a continuation of "found"
     */
    record Objection(String key, String found, String advice) {}

    /** Why it cannot be opened now; empty when it can. */
    Optional<Objection> objection(ListenerConfig listener);

    /** Which of the files are out of date. */
    List<TlsTerms.Flaw> outdated(TlsTerms terms);

    /** Whether nothing is started, so that what the broker would log of its files has to be told now. */
    boolean tellsWhatTheBrokerLogs();

    /** Does not look: the broker does when it starts, and starts with files that are out of date. */
    static ListenCheck none() {
        return new ListenCheck() {
            @Override
            public Optional<Objection> objection(ListenerConfig listener) {
                return Optional.empty();
            }

            @Override
            public List<TlsTerms.Flaw> outdated(TlsTerms terms) {
                return List.of();
            }

            @Override
            public boolean tellsWhatTheBrokerLogs() {
                return false;
            }
        };
    }

    /** Looks at the dates of files. */
    static ListenCheck byDates() {
        return new ListenCheck() {
            @Override
            public Optional<Objection> objection(ListenerConfig listener) {
                return Optional.empty();
            }

            @Override
            public List<TlsTerms.Flaw> outdated(TlsTerms terms) {
                return terms.outdated(Instant.now());
            }

            @Override
            public boolean tellsWhatTheBrokerLogs() {
                return true;
            }
        };
    }

    /** Looks at the dates of files, and tries to open the listeners, short of listening. */
    static ListenCheck byBinding() {
        return new ListenCheck() {
            @Override
            public Optional<Objection> objection(ListenerConfig listener) {
                try {
                    listener.requireFree();
                    return Optional.empty();
                } catch (BrokerStartException e) {
                    return Optional.of(ListenCheck.objection(listener, e));
                }
            }

            @Override
            public List<TlsTerms.Flaw> outdated(TlsTerms terms) {
                return terms.outdated(Instant.now());
            }

            @Override
            public boolean tellsWhatTheBrokerLogs() {
                return true;
            }
        };
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

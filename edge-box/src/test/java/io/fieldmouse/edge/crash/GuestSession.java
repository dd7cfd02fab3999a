package io.fieldmouse.edge.crash;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link Guest} knows of its session at the broker. That a session was left or ended is nothing the broker
 * confirms; it is certain only when something was acknowledged in the same run that came after it.
 *
 * <p>Times are those of {@link Stage#millis}.
 */
final class GuestSession {
    private static final long NOT_BEFORE_MILLIS = 100;
    private static final long AT_LATEST_MILLIS = 1_000;

    private enum State {
        /** There is none. */
        ABSENT,
        /** There is one, until it has expired. */
        PRESENT,
        /** A CONNECT was not answered. */
        UNKNOWN
    }

    private final Stage stage;
    private final Ledger ledger;
    private State state = State.ABSENT;
    private boolean known = true;
    private long expirySeconds;
    private boolean left;
    private long connectedAt;
    private long leftAtEarliest;
    private long goneAtLatest;
    private int leftInRun;
    /** The state before the connection that has ended it, which holds if that was not stored. */
    private boolean endUncertain;

    GuestSession(Stage stage, Ledger ledger) {
        this.stage = stage;
        this.ledger = ledger;
    }

    private GuestSession(GuestSession other) {
        this(other.stage, other.ledger);
        state = other.state;
        known = other.known;
        expirySeconds = other.expirySeconds;
        left = other.left;
        connectedAt = other.connectedAt;
        leftAtEarliest = other.leftAtEarliest;
        goneAtLatest = other.goneAtLatest;
        leftInRun = other.leftInRun;
        endUncertain = other.endUncertain;
    }

    /** Whether it is certain which of its lives the session is in. */
    boolean isKnown() {
        return known;
    }

    boolean mustBePresent() {
        return state == State.PRESENT && expirySeconds == Client.NEVER_EXPIRES;
    }

    long connectedAtMillis() {
        return connectedAt;
    }

    /** CONNECT is about to be sent. Returns what was known before. */
    GuestSession asking(boolean clean, long expiry) {
        GuestSession asItWas = new GuestSession(this);
        // If no answer comes, what is found later may be a new one in place of one that had ended.
        known = known && !clean && mustBePresent();
        state = State.UNKNOWN;
        expirySeconds = expiry;
        left = false;
        return asItWas;
    }

    /** CONNACK has come. */
    void connected(long expiry, boolean present, GuestSession asItWas) {
        state = expiry == 0 ? State.ABSENT : State.PRESENT;
        known = asItWas.known || !present;
        expirySeconds = expiry;
        endUncertain = false;
        left = false;
        connectedAt = stage.millis();
        leftAtEarliest = connectedAt;
        goneAtLatest = Long.MAX_VALUE;
    }

    /** The connection is about to end, and with it the session, if it says so. */
    void leaving(long atMillis, int run, boolean ends) {
        broken(atMillis, run);
        if (ends && state == State.PRESENT) {
            state = State.ABSENT;
            endUncertain = true;
        }
    }

    /** The connection has ended, and not before this. */
    void broken(long atMillis, int run) {
        if (!left) {
            left = true;
            leftAtEarliest = atMillis;
            leftInRun = run;
            goneAtLatest = Long.MAX_VALUE;
        }
    }

    /** The broker has seen the end of the connection. */
    void gone(long atMillis) {
        goneAtLatest = atMillis;
    }

    /** What is wrong with a CONNACK to a CONNECT sent and answered at these times; null when nothing is. */
    @Nullable
    String faultOf(boolean present, boolean clean, long sentAt, long answeredAt) {
        if (clean) {
            return present ? "a clean start found a session" : null;
        }
        Boolean must = mustBePresent(sentAt, answeredAt);
        if (must == null) {
            return null;
        }
        if (must && !present) {
            return "its session is gone, which should be " + this;
        }
        if (!must && state == State.PRESENT) {
            ledger.sessionsExpired.incrementAndGet();
        }
        return (must || !present) ? null : "its session is there, which should be " + this;
    }

    private @Nullable Boolean mustBePresent(long sentAt, long answeredAt) {
        return switch (state) {
            case UNKNOWN -> null;
            case ABSENT -> (endUncertain && !isEndStored()) ? null : Boolean.FALSE;
            case PRESENT -> mustHaveLasted(sentAt, answeredAt);
        };
    }

    private @Nullable Boolean mustHaveLasted(long sentAt, long answeredAt) {
        if (expirySeconds == Client.NEVER_EXPIRES) {
            return true;
        }
        if (answeredAt < leftAtEarliest + expirySeconds * 1_000 - NOT_BEFORE_MILLIS) {
            return true;
        }
        // Where the end of the connection was not stored, it counts from the next start.
        long gone = isEndStored() ? goneAtLatest : Math.max(leftAtEarliest, stage.upSinceMillis());
        boolean over = !stage.mayBreak() && sentAt > gone + expirySeconds * 1_000 + AT_LATEST_MILLIS;
        return over ? Boolean.FALSE : null;
    }

    private boolean isEndStored() {
        return left
                && goneAtLatest < Long.MAX_VALUE
                && (stage.run() == leftInRun || ledger.wasStored(leftInRun, goneAtLatest));
    }

    @Override
    public String toString() {
        return state
                + (expirySeconds == Client.NEVER_EXPIRES ? "" : " for " + expirySeconds + " s")
                + (left ? " left at " + leftAtEarliest + " ms in run " + leftInRun : "")
                + (endUncertain ? ", its end not confirmed" : "");
    }
}

package io.fieldmouse.broker.access;

import io.fieldmouse.broker.access.Decisions.Decision;
import org.jspecify.annotations.Nullable;

/**
 * What one client may do, always by the rules of now; everything while there are none. May be asked from any thread;
 * costs a look into a table for what was asked before.
 */
public final class ClientAccess {
    private final AccessControl control;
    private final Identity identity;
    private final long number;
    private volatile @Nullable ClientRules rules;

    /** @param number that no other has */
    ClientAccess(AccessControl control, Identity identity, long number) {
        this.control = control;
        this.identity = identity;
        this.number = number;
    }

    public Identity identity() {
        return identity;
    }

    /** Whether what the client has shown is still what the password file says. */
    public boolean isCurrent() {
        return control.isCurrent(identity);
    }

    public boolean mayRead(String topic) {
        ClientRules now = rules();
        return now == null || decide(now, topic, false);
    }

    public boolean mayWrite(String topic) {
        ClientRules now = rules();
        return now == null || decide(now, topic, true);
    }

    /** Whether a subscription with this filter could bring anything at all; what it brings is judged by its topic. */
    public boolean mayReadSomeOf(String filter) {
        ClientRules now = rules();
        return now == null || now.mayReadSomeOf(filter);
    }

    private boolean decide(ClientRules now, String topic, boolean write) {
        Decisions decisions = now.version().decisions();
        Decision last = decisions.find(number, topic, write);
        if (last == null) {
            last = new Decision(number, topic, write, write ? now.mayWrite(topic) : now.mayRead(topic));
            decisions.remember(last);
        }
        return last.allowed();
    }

    private @Nullable ClientRules rules() {
        AccessRules now = control.rules();
        if (now == null) {
            return null;
        }
        ClientRules last = rules;
        if (last == null || last.version() != now) {
            last = now.of(identity);
            rules = last;
        }
        return last;
    }
}

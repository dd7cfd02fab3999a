package io.fieldmouse.broker.access;

import io.fieldmouse.broker.access.AccessRules.Rule;
import io.fieldmouse.broker.access.AccessRules.Scope;
import io.fieldmouse.broker.message.TopicFilter;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What one version of the rules says about one client. What is denied is denied, whatever else grants it. */
final class ClientRules {
    private final AccessRules version;
    private final List<SplitFilter> denied;
    private final List<SplitFilter> readable;
    private final List<SplitFilter> writable;

    ClientRules(AccessRules version, List<Rule> rules) {
        this.version = version;
        this.denied = filters(rules, EnumSet.of(Scope.DENY));
        this.readable = filters(rules, EnumSet.of(Scope.READ, Scope.READWRITE));
        this.writable = filters(rules, EnumSet.of(Scope.WRITE, Scope.READWRITE));
    }

    private static List<SplitFilter> filters(List<Rule> rules, Set<Scope> scopes) {
        return rules.stream()
                .filter(rule -> scopes.contains(rule.scope()))
                .map(Rule::filter)
                .distinct()
                .toList();
    }

    /** Of which rules. */
    AccessRules version() {
        return version;
    }

    boolean mayRead(String topic) {
        return isIn(readable, topic) && !isIn(denied, topic);
    }

    boolean mayWrite(String topic) {
        return isIn(writable, topic) && !isIn(denied, topic);
    }

    /** Whether a subscription with this filter could ever bring anything. */
    boolean mayReadSomeOf(String filter) {
        SplitFilter asked = SplitFilter.of(filter);
        return readable.stream().anyMatch(granted -> granted.overlaps(asked))
                && denied.stream().noneMatch(refused -> refused.covers(asked));
    }

    private static boolean isIn(List<SplitFilter> filters, String topic) {
        for (SplitFilter filter : filters) {
            if (TopicFilter.matches(filter.text(), topic)) {
                return true;
            }
        }
        return false;
    }
}

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
    private final List<String> denied;
    private final List<String> readable;
    private final List<String> writable;

    ClientRules(AccessRules version, List<Rule> rules) {
        this.version = version;
        this.denied = filters(rules, EnumSet.of(Scope.DENY));
        this.readable = filters(rules, EnumSet.of(Scope.READ, Scope.READWRITE));
        this.writable = filters(rules, EnumSet.of(Scope.WRITE, Scope.READWRITE));
    }

    private static List<String> filters(List<Rule> rules, Set<Scope> scopes) {
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
        return readable.stream().anyMatch(granted -> FilterAlgebra.overlap(granted, filter))
                && denied.stream().noneMatch(refused -> FilterAlgebra.covers(refused, filter));
    }

    private static boolean isIn(List<String> filters, String topic) {
        for (String filter : filters) {
            if (TopicFilter.matches(filter, topic)) {
                return true;
            }
        }
        return false;
    }
}

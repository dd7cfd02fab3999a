package io.fieldmouse.broker.access;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who may read and write which topics, as one version of the file says it. Immutable, but for the decisions it
 * remembers: they end with it.
 */
final class AccessRules {
    private final Map<String, List<Rule>> users;
    private final List<Rule> anonymous;
    private final List<Rule> patterns;
    private final List<String> warnings;
    private final Decisions decisions = new Decisions();

    enum Scope {
        READ,
        WRITE,
        READWRITE,
        DENY
    }

    /** One line of the file. */
    record Rule(Scope scope, SplitFilter filter) {

        boolean hasPlaceholder() {
            return filter.text().contains("%u") || filter.text().contains("%c");
        }

        /**
         * With the client's names in place of %u and %c; null when it says nothing about this client.
         *
         * <p>A name is put in only where it is exactly one level: one that holds '+', '#' or '/' would make it another
         * filter than was written (CVE-2017-7650), and at the beginning one with '$' would open $SYS. Such a client
         * gets nothing from a rule that grants; and one that denies is taken to mean all below, so that nobody escapes
         * it by the choice of a name. All below nothing is "#", but that leaves out what begins with '$': of a name that
         * begins so, its first level is kept.
         */
        @Nullable
        Rule forClient(Identity identity) {
            if (identity.userName() == null && filter.text().contains("%u")) {
                return null;
            }
            List<String> levels = new ArrayList<>();
            for (String level : filter.levels()) {
                String name = name(level, identity);
                boolean hidden = name != null && levels.isEmpty() && name.startsWith("$");
                if (name == null) {
                    levels.add(level);
                } else if (isOneLevel(name) && (!hidden || scope == Scope.DENY)) {
                    levels.add(name);
                } else if (scope == Scope.DENY) {
                    if (hidden) {
                        levels.add(firstLevel(name));
                    }
                    levels.add("#");
                    return new Rule(scope, SplitFilter.of(levels));
                } else {
                    return null;
                }
            }
            return new Rule(scope, SplitFilter.of(levels));
        }

        private static @Nullable String name(String level, Identity identity) {
            return switch (level) {
                case "%u" -> identity.userName();
                case "%c" -> identity.clientId();
                default -> null;
            };
        }

        private static String firstLevel(String name) {
            return name.split("[/+#]", 2)[0];
        }

        private static boolean isOneLevel(String name) {
            return !name.isEmpty() && name.chars().noneMatch(c -> c == '+' || c == '#' || c == '/');
        }
    }

    AccessRules(Map<String, List<Rule>> users, List<Rule> anonymous, List<Rule> patterns, List<String> warnings) {
        this.users = new HashMap<>();
        users.forEach((name, rules) -> this.users.put(name, List.copyOf(rules)));
        this.anonymous = List.copyOf(anonymous);
        this.patterns = List.copyOf(patterns);
        this.warnings = List.copyOf(warnings);
    }

    /** What may be meant as it stands, but is more likely not. */
    List<String> warnings() {
        return warnings;
    }

    /** Who have lines of their own, in alphabetical order. */
    Set<String> users() {
        return new TreeSet<>(users.keySet());
    }

    Decisions decisions() {
        return decisions;
    }

    /** What they say about one client. */
    ClientRules of(Identity identity) {
        String user = identity.userName();
        List<Rule> all = new ArrayList<>(user == null ? anonymous : users.getOrDefault(user, List.of()));
        for (Rule pattern : patterns) {
            Rule own = pattern.forClient(identity);
            if (own != null) {
                all.add(own);
            }
        }
        return new ClientRules(this, all);
    }
}

package io.fieldmouse.broker.access;

import io.fieldmouse.broker.access.AccessRules.Rule;
import io.fieldmouse.broker.access.AccessRules.Scope;
import io.fieldmouse.broker.message.SharedFilter;
import io.fieldmouse.broker.message.TopicFilter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file of access rules in mosquitto's format (mosquitto.conf(5), acl_file).
 *
 * <pre>
 *   # a comment
 *   topic read plant/#                 before the first user line: for anonymous clients
 *   user alice
 *   topic [read|write|readwrite|deny] FILTER
 *   pattern [read|write|readwrite|deny] FILTER        for every client; %u its user name, %c its client id
 * </pre>
 */
final class AclFile {
    private static final Pattern BLANKS = Pattern.compile("[ \t]+");
    private static final String PATTERN_EXAMPLE = "write it as sensor/%u/data";

    private final Path file;
    private final Map<String, List<Rule>> users = new HashMap<>();
    private final List<Rule> anonymous = new ArrayList<>();
    private final List<Rule> patterns = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private List<Rule> section = anonymous;
    private int lineNumber;

    private AclFile(Path file) {
        this.file = file;
    }

    static AccessRules read(Path file) throws AccessFileException {
        return parse(file, AccessFile.lines(file, "create it"));
    }

    static AccessRules parse(Path file, List<String> lines) throws AccessFileException {
        AclFile reading = new AclFile(file);
        List<String> faults = new ArrayList<>();
        for (String line : lines) {
            reading.lineNumber++;
            try {
                reading.take(line.strip());
            } catch (AccessFileException e) {
                faults.addAll(e.faults());
            }
            if (faults.size() == AccessFile.FAULTS_MAX) {
                break; // no file of rules, perhaps
            }
        }
        if (!faults.isEmpty()) {
            throw new AccessFileException(faults);
        }
        if (reading.isEmpty()) {
            reading.warnings.add(file + ": holds no rule, so that nobody may read or write anything");
        }
        return new AccessRules(reading.users, reading.anonymous, reading.patterns, reading.warnings);
    }

    private boolean isEmpty() {
        return anonymous.isEmpty()
                && patterns.isEmpty()
                && users.values().stream().allMatch(List::isEmpty);
    }

    private void take(String line) throws AccessFileException {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        String[] words = BLANKS.split(line, 2);
        String rest = words.length < 2 ? "" : words[1];
        switch (words[0]) {
            case "user" -> beginUser(rest);
            case "topic" -> section.add(topic(whole(words[0], rest)));
            case "pattern" -> patterns.add(pattern(whole(words[0], rest)));
            default -> throw problem("\"" + words[0] + "\"; a line begins with user, topic, pattern or #");
        }
    }

    private void beginUser(String name) throws AccessFileException {
        if (name.isEmpty()) {
            throw problem("user without a name; rules for anonymous clients stand before the first user line");
        }
        section = users.computeIfAbsent(name, unused -> new ArrayList<>());
    }

    /** A line that was cut short behind its first words would be a rule for a topic of their name, even one that denies. */
    private String whole(String kind, String rest) throws AccessFileException {
        if (scopeOf(rest) != null) {
            throw problem(kind + " " + rest + ": which topic? Write " + kind + " readwrite " + rest
                    + " for a topic of that name");
        }
        return rest;
    }

    private Rule topic(String rest) throws AccessFileException {
        Rule rule = rule(rest);
        if (rule.hasPlaceholder()) {
            warnings.add(file + ":" + lineNumber + ": %u and %c mean themselves in a topic line; meant is pattern?");
        }
        return rule;
    }

    private Rule pattern(String rest) throws AccessFileException {
        Rule rule = rule(rest);
        if (!rule.hasPlaceholder()) {
            warnings.add(file + ":" + lineNumber + ": a pattern without %u and %c is for every client, named or not");
        }
        for (String level : rule.filter().levels()) {
            boolean partly = level.contains("%u") || level.contains("%c");
            if (partly && level.length() > 2) {
                throw problem("\"" + level + "\": %u and %c have to be a level of their own; " + PATTERN_EXAMPLE);
            }
        }
        return rule;
    }

    private Rule rule(String rest) throws AccessFileException {
        if (rest.isEmpty()) {
            throw problem("no topic filter; write topic read plant/#");
        }
        String[] words = BLANKS.split(rest, 2);
        Scope scope = words.length == 1 ? Scope.READWRITE : scope(words[0]);
        String filter = words.length == 1 ? rest : words[1];
        String flaw = TopicFilter.flaw(filter, Integer.MAX_VALUE);
        if (flaw != null) {
            throw problem("\"" + filter + "\": " + flaw);
        }
        if (SharedFilter.isShared(filter)) {
            warnings.add(file + ":" + lineNumber + ": \"" + filter
                    + "\": a shared subscription is judged by the filter behind its group; write that alone");
        }
        return new Rule(scope, SplitFilter.of(filter));
    }

    private static @Nullable Scope scopeOf(String word) {
        for (Scope scope : Scope.values()) {
            if (scope.name().toLowerCase(Locale.ROOT).equals(word)) {
                return scope;
            }
        }
        return null;
    }

    private Scope scope(String word) throws AccessFileException {
        Scope scope = scopeOf(word);
        if (scope != null) {
            return scope;
        }
        throw problem("\"" + word + "\"; allowed: read, write, readwrite, deny."
                + " A filter that holds a space needs one of them before it.");
    }

    private AccessFileException problem(String words) {
        return new AccessFileException(file, lineNumber, words);
    }
}

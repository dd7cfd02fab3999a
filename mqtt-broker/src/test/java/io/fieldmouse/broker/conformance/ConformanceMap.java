package io.fieldmouse.broker.conformance;

import io.fieldmouse.broker.conformance.JavaSources.Mention;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Statements, the lines that obey them and the tests that prove them, side by side: {@code docs/conformance.md}. */
final class ConformanceMap {
    private static final String HEAD =
            """
            # Conformance

            Both OASIS specifications number their normative statements. This is every one of them that binds a server, with
            the code that obeys it and the tests that prove it. The sentences themselves are in the specifications
            ([5.0](https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html),
            [3.1.1](https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html), appendix B of each); the few words
            here are ours. MQTT 3.1 numbers nothing: the tests run most of what they say of 3.1.1 with it too.

            *Obeyed in* is where a comment in `mqtt-broker/src/main` names the statement: `[MQTT-3.1.2-22]`, or
            `[MQTT-3.1.2-24 of 3.1.1]`. *Proven by* is where a test in `mqtt-broker/src/test` says so with `@Proves`, which
            means that it fails when the statement is broken. The classes called `Bad...` hold the packets that
            `MalformedPacketTest` sends, whole and cut at every byte; `ServerRules` looks at every packet that any test
            receives.

            This file is made by `ConformanceMapTest`, which fails when a statement is missing here, has no test or no line, or
            when a comment or a test names one that does not exist. After a change to any of these, write it anew:

                mvn -pl mqtt-broker -am test -Dtest=ConformanceMapTest -Dsurefire.failIfNoSpecifiedTests=false -Dfieldmouse.write=true

            """;

    private final StringBuilder out = new StringBuilder(HEAD);
    private final Map<String, Set<String>> obeyed;
    private final Map<String, Set<String>> proven;

    ConformanceMap(JavaSources main, JavaSources test) {
        this.obeyed = places(main.comments());
        this.proven = places(test.proofs());
    }

    private static Map<String, Set<String>> places(List<Mention> mentions) {
        return mentions.stream()
                .collect(Collectors.groupingBy(
                        Mention::id, Collectors.mapping(Mention::place, Collectors.toCollection(TreeSet::new))));
    }

    boolean isObeyed(Statement statement) {
        return obeyed.containsKey(statement.id());
    }

    boolean isProven(Statement statement) {
        return proven.containsKey(statement.id());
    }

    /** Adds the chapter of one specification. */
    ConformanceMap add(String specification, List<Statement> statements) {
        out.append("## ").append(specification).append("\n\n");
        List<Statement> ours =
                statements.stream().filter(Statement::bindsTheServer).toList();
        out.append(statements.size()).append(" statements; ").append(ours.size());
        out.append(" bind a server, the others only clients: ");
        out.append(statements.stream()
                .filter(statement -> !statement.bindsTheServer())
                .map(Statement::number)
                .collect(Collectors.joining(", ")));
        out.append(".\n");
        Map<String, List<Statement>> sections = ours.stream()
                .collect(Collectors.groupingBy(Statement::section, LinkedHashMap::new, Collectors.toList()));
        sections.forEach(this::addSection);
        return this;
    }

    private void addSection(String section, List<Statement> statements) {
        out.append("\n### ").append(section).append("\n\n");
        out.append("| statement | about | obeyed in | proven by |\n| --- | --- | --- | --- |\n");
        for (Statement statement : statements) {
            out.append("| ").append(statement.number()).append(" | ").append(statement.about());
            out.append(" | ").append(cell(obeyed, statement));
            out.append(" | ").append(statement.needsProof() ? cell(proven, statement) : statement.unproven());
            out.append(" |\n");
        }
    }

    private static String cell(Map<String, Set<String>> places, Statement statement) {
        return places.getOrDefault(statement.id(), Set.of()).stream()
                .sorted(Comparator.naturalOrder())
                .map(place -> "`" + place + "`")
                .collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return out.toString();
    }
}

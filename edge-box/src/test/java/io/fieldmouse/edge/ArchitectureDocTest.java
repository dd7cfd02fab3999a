package io.fieldmouse.edge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/ARCHITECTURE.md names classes and methods; they are there. */
final class ArchitectureDocTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "ARCHITECTURE.md");
    private static final Pattern LINK = Pattern.compile("\\[([^\\]]+)]\\((\\.\\./[^)]+\\.java)\\)");
    private static final Pattern CLASS = Pattern.compile("`([A-Z][a-z]+\\w*)(\\.\\w+)?`");
    private static final Pattern NAME = Pattern.compile("([A-Z]\\w+)(?:\\.(\\w+))?");

    private static List<MatchResult> inDocument(Pattern pattern) throws IOException {
        return pattern.matcher(Files.readString(DOCUMENT)).results().toList();
    }

    @Test
    void whatIsLinkedIsThereAndIsWhatTheLinkSays() throws IOException {
        List<String> wrong = new ArrayList<>();
        List<MatchResult> links = inDocument(LINK);
        for (MatchResult link : links) {
            Path file = DOCUMENT.resolveSibling(link.group(2));
            if (!Files.isRegularFile(file)) {
                wrong.add(link.group(2));
                continue;
            }
            // A link may also be a phrase; one that is a name has to be the name of what it leads to.
            var name = NAME.matcher(link.group(1));
            if (name.matches()) {
                boolean right = file.endsWith(name.group(1) + ".java")
                        && (name.group(2) == null || Files.readString(file).contains(" " + name.group(2) + "("));
                if (!right) {
                    wrong.add(link.group());
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(links.size() > 50, links.size() + " links were found");
    }

    @Test
    void classesThatAreNamedAreThere() throws IOException {
        Set<String> classes;
        try (Stream<Path> files = Files.walk(Path.of(".."))) {
            classes = files.map(Path::toString)
                    .filter(file -> file.contains("/src/main/java/") && file.endsWith(".java"))
                    .map(file -> file.substring(file.lastIndexOf('/') + 1, file.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
        List<String> missing = inDocument(CLASS).stream()
                .map(found -> found.group(1))
                .filter(name -> !classes.contains(name))
                .toList();
        assertEquals(List.of(), missing);
    }
}

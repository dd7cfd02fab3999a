package io.fieldmouse.edge.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The last words of the build: what was skipped for want of a peer, and the line that installs it. Reads the test
 * reports of all modules; its one argument is the project's root.
 */
final class SkippedSummary {
    private static final Pattern SKIPPED = Pattern.compile("<skipped message=\"([^\"]*)\"");
    private static final Pattern PACKAGES = Pattern.compile("apt install ([a-z0-9 +.-]+)");

    private SkippedSummary() {}

    public static void main(String[] arguments) throws IOException {
        List<String> skipped = new ArrayList<>();
        for (Path report : reports(Path.of(arguments[0]))) {
            Matcher matcher = SKIPPED.matcher(Files.readString(report));
            while (matcher.find()) {
                skipped.add(matcher.group(1));
            }
        }
        if (skipped.isEmpty()) {
            return;
        }
        Set<String> packages = new TreeSet<>();
        for (String message : skipped) {
            Matcher matcher = PACKAGES.matcher(message);
            if (matcher.find()) {
                packages.addAll(List.of(matcher.group(1).trim().split(" ")));
            }
        }
        System.out.printf("%nSkipped %d tests:%n", skipped.size());
        new TreeSet<>(skipped).forEach(message -> System.out.println("  " + message));
        if (!packages.isEmpty()) {
            System.out.printf("To run them too:%n  sudo apt install %s%n", String.join(" ", packages));
        }
    }

    private static List<Path> reports(Path root) throws IOException {
        Pattern name = Pattern.compile(".*/target/surefire-reports/TEST-[^/]*\\.xml");
        try (Stream<Path> files = Files.find(
                root, 4, (path, attributes) -> name.matcher(path.toString()).matches())) {
            return files.toList();
        }
    }
}

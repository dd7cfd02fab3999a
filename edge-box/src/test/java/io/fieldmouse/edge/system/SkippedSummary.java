package io.fieldmouse.edge.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The last words of the build: what was skipped for want of a peer, and the line that installs it. Reads the test
 * reports that this build has written, of all modules; its arguments are the project's root and when the build began.
 */
final class SkippedSummary {

    private static final Pattern PACKAGES = Pattern.compile("apt install ([a-z0-9 +.-]+)");
    private static final Pattern NODE_MODULES = Pattern.compile("npm ci --prefix [a-z0-9/-]+");
    private static final Pattern REPORT = Pattern.compile(".*/target/(surefire|failsafe)-reports/TEST-[^/]*\\.xml");
    private static final String ASSUMPTION = "Assumption failed: ";

    private SkippedSummary() {}

    public static void main(String[] arguments) throws IOException, XMLStreamException {
        lines(Path.of(arguments[0]), Instant.parse(arguments[1])).forEach(System.out::println);
    }

    /** Nothing when nothing was skipped. */
    static List<String> lines(Path root, Instant begin) throws IOException, XMLStreamException {
        Map<String, Integer> tests = new TreeMap<>();
        for (Path report : reports(root)) {
            // A report of an earlier build tells of a test that may be gone, or of a peer that has come since.
            if (!Files.getLastModifiedTime(report).toInstant().isBefore(begin)) {
                skipped(report).forEach(reason -> tests.merge(reason, 1, Integer::sum));
            }
        }
        List<String> lines = new ArrayList<>();
        if (tests.isEmpty()) {
            return lines;
        }
        lines.add("");
        lines.add("Skipped tests:");
        Set<String> packages = new TreeSet<>();
        Set<String> advice = new TreeSet<>();
        tests.forEach((reason, count) -> {
            lines.add(String.format("%5d  %s", count, reason));
            Matcher matcher = PACKAGES.matcher(reason);
            if (matcher.find()) {
                packages.addAll(List.of(matcher.group(1).trim().split(" ")));
            }
            Matcher node = NODE_MODULES.matcher(reason);
            if (node.find()) {
                advice.add(node.group());
            }
        });
        if (!packages.isEmpty() || !advice.isEmpty()) {
            lines.add("To run them too:");
        }
        if (!packages.isEmpty()) {
            lines.add("  sudo apt install " + String.join(" ", packages));
        }
        advice.forEach(line -> lines.add("  " + line));
        return lines;
    }

    private static List<Path> reports(Path root) throws IOException {
        try (Stream<Path> files = Files.find(
                root, 4, (path, attributes) -> REPORT.matcher(path.toString()).matches())) {
            return files.toList();
        }
    }

    /** Surefire writes the reason as an attribute, or as the first line of a stack trace: {@code trimStackTrace} decides. */
    private static List<String> skipped(Path report) throws IOException, XMLStreamException {
        List<String> reasons = new ArrayList<>();
        try (var in = Files.newInputStream(report)) {
            XMLStreamReader xml = XMLInputFactory.newDefaultFactory().createXMLStreamReader(in);
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamReader.START_ELEMENT
                        && xml.getLocalName().equals("skipped")) {
                    String message = xml.getAttributeValue(null, "message");
                    String trace = xml.getElementText();
                    reasons.add(reason(message == null ? trace : message));
                }
            }
        }
        return reasons;
    }

    private static String reason(String text) {
        String first = text.strip().lines().findFirst().orElse("without a reason");
        int assumption = first.indexOf(ASSUMPTION);
        return assumption < 0 ? first : first.substring(assumption + ASSUMPTION.length());
    }
}

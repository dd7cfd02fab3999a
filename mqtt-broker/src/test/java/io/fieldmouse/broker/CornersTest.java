package io.fieldmouse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/corners.md names a test for each of the corners that brokers were seen to get wrong, and each test is there. */
class CornersTest {
    private static final int CORNERS = 47;

    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\|.*\\|(.*)\\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");

    private final List<String> rows = lines(Path.of("../docs/corners.md"));

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyCornerHasARow() {
        List<Integer> numbers = new ArrayList<>();
        for (String row : rows) {
            Matcher matcher = ROW.matcher(row);
            if (matcher.matches()) {
                numbers.add(Integer.valueOf(matcher.group(1)));
            }
        }
        assertEquals(IntStream.rangeClosed(1, CORNERS).boxed().toList(), numbers);
    }

    @Test
    void everyRowNamesTestsThatThereAre() {
        List<String> wrong = new ArrayList<>();
        for (String row : rows) {
            Matcher matcher = ROW.matcher(row);
            if (!matcher.matches()) {
                continue;
            }
            Matcher test = TEST.matcher(matcher.group(2));
            int found = 0;
            while (test.find()) {
                found++;
                if (!isTest(test.group(1), test.group(2))) {
                    wrong.add(row + ": no " + test.group());
                }
            }
            if (found == 0) {
                wrong.add(row + ": no test");
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static boolean isTest(String className, String method) {
        try (Stream<Path> tree = Files.walk(Path.of("src/test/java"))) {
            String source = tree.filter(path -> path.endsWith(className + ".java"))
                    .map(path -> String.join("\n", lines(path)))
                    .findFirst()
                    .orElse("");
            return Pattern.compile("@(Test|ParameterizedTest)\\b[^;{}]*(\\{[^{}]*}[^;{}]*)*\\bvoid " + method + "\\(")
                    .matcher(source)
                    .find();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
